use sluice_model::id::UpdateId;

use super::*;
use crate::captures::{documents, shared_text};

fn id(text: &str) -> UpdateId {
    text.parse().unwrap()
}

#[test]
fn every_recorded_document_is_read() {
    for (name, text) in documents() {
        let document = UpdateDocument::parse(&text).unwrap();
        let (update, number) = name.rsplit_once("-r").unwrap();
        assert_eq!(document.revision, Revision { id: id(update), number: number.parse().unwrap() }, "{name}");
        assert!(document.properties.created.is_some(), "{name}");
        assert_eq!(document.properties.default_language.as_deref(), Some("en"), "{name}");
        assert!(document.localized.iter().any(|text| text.language == "en" && !text.title.is_empty()), "{name}");
        assert!(document.files.iter().all(|file| file.sha256.is_some() && file.modified.is_some()), "{name}");
    }
}

/// The fragments of a document say what it says, as far as they go.
#[test]
fn fragments_are_read_as_documents_are() {
    for (name, text) in documents() {
        let document = UpdateDocument::parse(&text).unwrap();
        let fragments = document.fragments().unwrap();
        let joined = format!("{}{}", fragments.core, fragments.extended);
        let again = UpdateDocument::parse_fragments(&joined).unwrap();
        assert_eq!(again.revision, document.revision, "{name}");
        assert_eq!(again.relationships, document.relationships, "{name}");
        assert_eq!(again.files, document.files, "{name}");
        assert_eq!(again.properties.installation, document.properties.installation, "{name}");
        assert_eq!(again.handler.map(|handler| handler.category), document.handler.map(|handler| handler.category));
    }
}

#[test]
fn a_category_and_a_bundle() {
    let found = documents();
    let Some((_, family)) = found.iter().find(|(name, _)| name.starts_with("6964aab4")) else { return };
    let family = UpdateDocument::parse(family).unwrap();
    assert_eq!(family.properties.update_type, UpdateType::Category);
    let category = family.handler.as_ref().unwrap().category.unwrap();
    assert_eq!((category.category_type, category.prohibits_updates), (CategoryType::ProductFamily, true));
    assert_eq!(category.display_order, Some(2));
    assert_eq!(family.localized.len(), 24);
    assert!(family.relationships.prerequisites[0].is_category);

    let (_, bundle) = found.iter().find(|(name, _)| name.starts_with("1f9bd9bb")).unwrap();
    let bundle = UpdateDocument::parse(bundle).unwrap();
    assert!(bundle.applicability.is_none() && bundle.files.is_empty() && bundle.handler.is_none());
    assert_eq!(bundle.relationships.bundled.len(), 1);
    assert_eq!(bundle.relationships.bundled[0].any_of.len(), 24);
    assert_eq!(bundle.relationships.prerequisites.len(), 2);
}

/// The synthetic sample has every section and both spellings of relations.
#[test]
fn every_section_of_the_software_sample() {
    let Some(text) = shared_text("protocol/xsd/samples/software.xml") else { return };
    let document = UpdateDocument::parse(&text).unwrap();
    let properties = &document.properties;
    assert!(properties.explicitly_deployable && properties.auto_select && !properties.os_upgrade);
    assert_eq!(properties.msrc_severity.as_deref(), Some("Important"));
    assert_eq!(properties.kb_articles, ["1000001"]);
    assert_eq!(properties.more_info_urls, ["https://example.invalid/kb/1"]);
    assert_eq!((properties.min_download_size, properties.max_download_size), (Some(0), Some(1234)));
    assert_eq!(properties.created.unwrap().to_string(), "2020-01-02T03:04:05.678Z");
    assert_eq!(properties.installation.unwrap().reboot, RebootBehaviour::CanRequest);
    assert_eq!(properties.uninstallation, None);
    let update = |last: &str| id(&format!("11111111-2222-4333-8444-5555555555{last}"));
    let clause = |ids: &[&str], is_category| PrerequisiteClause {
        any_of: ids.iter().map(|last| update(last)).collect(),
        is_category,
    };
    assert_eq!(
        document.relationships.prerequisites,
        [clause(&["11"], false), clause(&["12", "13"], false), clause(&["14"], true)]
    );
    let bundled: Vec<Vec<(UpdateId, u32)>> = document
        .relationships
        .bundled
        .iter()
        .map(|clause| clause.any_of.iter().map(|revision| (revision.id, revision.number)).collect())
        .collect();
    assert_eq!(bundled, [vec![(update("21"), 100)], vec![(update("22"), 100), (update("23"), 101)]]);
    assert_eq!(document.relationships.superseded, [update("31")]);
    let [file] = &document.files[..] else { panic!("{:?}", document.files) };
    assert_eq!((&*file.name, file.size, file.patching_type.as_deref()), ("example.exe", 1234, Some("SelfContained")));
    let [licence] = &document.licence_files[..] else { panic!("{:?}", document.licence_files) };
    assert_eq!((&*licence.language, licence.region.as_deref(), licence.file.size), ("en", None, 10));
    let handler = document.handler.unwrap();
    assert_eq!((handler.kind, handler.category), ("CommandLineInstallation", None));
    assert!(handler.raw.starts_with("<upd:HandlerSpecificData") && handler.raw.ends_with("</upd:HandlerSpecificData>"));
    let rules = document.applicability.unwrap();
    assert!(rules.is_installed.unwrap().starts_with("<upd:IsInstalled>"));
    assert!(rules.is_installable.unwrap().ends_with("</upd:IsInstallable>"));
    assert_eq!((rules.is_superseded, rules.metadata), (None, None));
}

#[test]
fn driver_metadata() {
    let Some(text) = shared_text("protocol/xsd/samples/driver.xml") else { return };
    let scored = text.replace(
        "<drv:CompatibleProvider>Example Old</drv:CompatibleProvider>",
        "<drv:CompatibleProvider>Example Old</drv:CompatibleProvider><drv:FeatureScore OperatingSystem=\"AMD64.10.0\" FeatureScore=\"F0\"/>\
         <drv:TargetComputerHardwareId>{11111111-2222-4333-8444-555555555601}</drv:TargetComputerHardwareId>",
    );
    assert_ne!(scored, text);
    let document = UpdateDocument::parse(&scored).unwrap();
    assert_eq!(document.properties.update_type, UpdateType::Driver);
    let rules = document.applicability.as_ref().unwrap();
    let [driver] = &rules.drivers[..] else { panic!("{:?}", rules.drivers) };
    assert_eq!(driver.hardware_id, r"pci\ven_0000&dev_0000");
    assert_eq!(driver.date.unwrap().to_string(), "2020-01-01");
    assert_eq!(driver.version.to_string(), "1.2.3.4");
    assert_eq!((driver.whql_driver_id, &*driver.class), (Some(1), "Printers"));
    assert_eq!(driver.compatible_providers, ["Example Old"]);
    assert_eq!(driver.feature_scores[0].score, 0xF0);
    assert_eq!(driver.target_computers.len(), 1);
    let core = document.fragments().unwrap().core;
    let again = UpdateDocument::parse_fragments(&core).unwrap();
    assert_eq!(again.applicability.unwrap().drivers, rules.drivers);
}

/// Unknown elements and attributes anywhere are passed over.
#[test]
fn the_document_with_things_of_the_future() {
    let Some(text) = shared_text("captures/spec-derived/metadata_update_core.xml") else { return };
    let document = UpdateDocument::parse(&text).unwrap();
    assert_eq!(document.relationships.bundled.len(), 2);
    assert_eq!(document.files[0].sha1[19], 19);
    assert_eq!(document.files[0].modified.unwrap().to_string(), "2024-01-01T00:00:00Z");
    document.fragments().unwrap();
}

#[test]
fn recorded_extended_fragments_of_windows_servicing() {
    let Some(core) = shared_text("captures/windows-servicing/osinstaller-core.xml") else { return };
    let text = core + &shared_text("captures/windows-servicing/osinstaller-extended.xml").unwrap();
    let document = UpdateDocument::parse_fragments(&text).unwrap();
    assert_eq!(document.properties.max_download_size, Some(8_873_450_114));
    assert_eq!(document.properties.product_name.as_deref(), Some("Client.OS.RS2.ARM64"));
    assert_eq!(document.properties.languages, ["all"]);
    assert_eq!((document.files.len(), document.handler.unwrap().kind), (14, "OSInstallerMetadata"));
}

#[test]
fn hostile_documents_are_refused() {
    for name in ["dtd_external_entity", "malformed_unclosed"] {
        let Some(text) = shared_text(&format!("captures/spec-derived/{name}.xml")) else { return };
        assert!(UpdateDocument::parse(&text).is_err(), "{name}");
    }
}

fn error(sections: &str) -> String {
    UpdateDocument::parse(&format!("<Update>{sections}</Update>")).unwrap_err().to_string()
}

const IDENTITY: &str = "<UpdateIdentity UpdateID='{6964AAB4-C5B5-43BD-A17D-FFB4346A8E1D}' RevisionNumber='1'/>";

#[test]
fn what_identifies_must_be_right() {
    assert_eq!(error(""), "byte 0: UpdateIdentity is missing");
    assert_eq!(error("<UpdateIdentity/>"), "byte 8: UpdateIdentity/@RevisionNumber is missing");
    assert_eq!(
        error("<UpdateIdentity UpdateID='x' RevisionNumber='1'/>"),
        r#"byte 8: UpdateIdentity/@UpdateID has the value "x", which cannot be read"#
    );
    assert!(error(&format!("{IDENTITY}{IDENTITY}")).ends_with("a second section of the same name"));
    assert!(error(&format!("{IDENTITY}<Properties UpdateType='Firmware'/>")).contains("\"Firmware\""));
    assert!(error(&format!("{IDENTITY}<Files><File FileName='a' Size='1' Digest='AAAA'/></Files>")).contains("Digest"));
    assert!(
        error(&format!("{IDENTITY}<Files><File FileName='a' Size='-1' Digest=''/></Files>")).contains("File/@Size")
    );
    assert_eq!(
        UpdateDocument::parse("<a/>").unwrap_err().to_string(),
        "byte 0: the outermost element is \"a\", not Update"
    );
    assert_eq!(UpdateDocument::parse(" ").unwrap_err().to_string(), "byte 1: Update is missing");
    let two = format!("<Update>{IDENTITY}</Update><Update/>");
    assert!(UpdateDocument::parse(&two).unwrap_err().to_string().ends_with("a second outermost element"));
}

#[test]
fn counts_are_bounded() {
    let many = "<UpdateIdentity UpdateID='6964aab4-c5b5-43bd-a17d-ffb4346a8e1d'/>".repeat((1 << 16) + 1);
    let text = format!("{IDENTITY}<Relationships><SupersededUpdates>{many}</SupersededUpdates></Relationships>");
    assert!(error(&text).ends_with("more than 65536 related updates"));
}
