use super::*;
use crate::captures::{core_fragments, documents, shared_text};

fn fragments(text: &str) -> Fragments {
    UpdateDocument::parse(text).unwrap().fragments().unwrap()
}

/// The recorded pairs: what WSUS made of each document.
#[test]
fn golden_fragments_are_equal_to_the_byte() {
    for (name, text) in documents() {
        let fragments = fragments(&text);
        let expected = |kind| shared_text(&format!("captures/update-metadata/fragments/{name}.{kind}.xml")).unwrap();
        assert_eq!(fragments.core, expected("core"), "{name} core");
        assert_eq!(fragments.extended, expected("extended"), "{name} extended");
        let english = fragments.localized.iter().find(|fragment| fragment.language == "en").unwrap();
        assert_eq!(english.xml, expected("localized-en"), "{name} localized");
        assert_eq!(fragments.licences, []);
    }
}

/// Recorded Core fragments, taken for documents without namespaces, are already what is derived of them.
#[test]
fn recorded_core_fragments_stay_as_they_are() {
    for (name, core) in core_fragments() {
        let document = format!("<Update>{core}</Update>");
        assert_eq!(fragments(&document).core, core, "{name}");
    }
}

/// UTF-16, as the compressed blob of GetUpdateData holds it, gives the same.
#[test]
fn utf16_gives_the_same_fragments() {
    for (_, text) in documents() {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let decoded = super::super::decode(&utf16).unwrap();
        assert_eq!(fragments(&decoded), fragments(&text));
    }
}

const NAMESPACES: &str = r#"xmlns="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cbs="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Cbs" xmlns:car="http://schemas.microsoft.com/msus/2002/12/CbsApplicabilityRules" xmlns:m="http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules" xmlns:d="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver" xmlns:p="urn:other""#;

fn update(sections: &str) -> String {
    format!(
        "<Update {NAMESPACES}>\n <UpdateIdentity UpdateID='11111111-1111-4111-8111-111111111111' RevisionNumber=\"1\"></UpdateIdentity>{sections}</Update>"
    )
}

const IDENTITY: &str = r#"<UpdateIdentity UpdateID="11111111-1111-4111-8111-111111111111" RevisionNumber="1" />"#;

#[test]
fn package_manifests_stay_as_they_stand() {
    let manifest = "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v3\" manifestVersion=\"1.0\"><package a='\"'></package>\n<x/></assembly>";
    let core = fragments(&update(&format!(
        "<ApplicabilityRules><IsInstalled><car:CbsPackageInstalled/></IsInstalled><Metadata><car:CbsPackageApplicabilityMetadata>{manifest}</car:CbsPackageApplicabilityMetadata></Metadata></ApplicabilityRules>"
    )))
    .core;
    assert_eq!(
        core,
        format!(
            "{IDENTITY}<ApplicabilityRules><IsInstalled><CbsPackageInstalled /></IsInstalled><Metadata><CbsPackageApplicabilityMetadata>{manifest}</CbsPackageApplicabilityMetadata></Metadata></ApplicabilityRules>"
        )
    );
}

#[test]
fn foreign_elements_keep_the_declarations_they_inherit() {
    let core = fragments(&update(
        "<ApplicabilityRules><IsInstalled><p:Rule a=\"p:b\"><q:x xmlns:q='urn:q'/></p:Rule></IsInstalled></ApplicabilityRules>",
    ))
    .core;
    assert_eq!(
        core,
        format!(
            r#"{IDENTITY}<ApplicabilityRules><IsInstalled><p:Rule xmlns:p="urn:other" a="p:b"><q:x xmlns:q='urn:q'/></p:Rule></IsInstalled></ApplicabilityRules>"#
        )
    );
}

#[test]
fn msi_and_driver_names_get_their_prefixes_in_core_only() {
    let fragments = fragments(&update(
        "<ApplicabilityRules><IsInstalled><m:MsiProductInstalled ProductCode='{a}'/></IsInstalled><Metadata><d:WindowsDriverMetaData HardwareID=\"pci\\ven_1&amp;dev_2\"><d:CompatibleProvider>R&amp;D  <!-- x -->&#x41; </d:CompatibleProvider></d:WindowsDriverMetaData></Metadata></ApplicabilityRules>\
         <HandlerSpecificData xsi:type=\"d:WindowsDriver\"><d:Data xml:lang='en' p:n=\"1\" n='2'/></HandlerSpecificData>",
    ));
    assert_eq!(
        fragments.core,
        format!(
            r#"{IDENTITY}<ApplicabilityRules><IsInstalled><m.MsiProductInstalled ProductCode="{{a}}" /></IsInstalled><Metadata><d.WindowsDriverMetaData HardwareID="pci\ven_1&amp;dev_2"><d.CompatibleProvider>R&amp;D  &#x41; </d.CompatibleProvider></d.WindowsDriverMetaData></Metadata></ApplicabilityRules>"#
        )
    );
    assert_eq!(
        fragments.extended,
        r#"<HandlerSpecificData type="d:WindowsDriver"><Data xml:lang="en" n="2" /></HandlerSpecificData>"#
    );
}

#[test]
fn properties_are_shared_out() {
    let fragments = fragments(&update(
        "<Properties DefaultPropertiesLanguage=\"en\" UpdateType=\"Software\" ExplicitlyDeployable=\"true\" AutoSelectOnWebSites=\"false\" PerUser=\"true\" IsPublic=\"false\" EulaID=\"e\" OSUpgrade=\"true\" MsrcSeverity='Say \"no\"' CreationDate=\"x\" LegacyName=\"l\">\n<KBArticleID>1</KBArticleID>\n<SupportUrl></SupportUrl></Properties>\
         <LocalizedPropertiesCollection>\n<LocalizedProperties><Language>en</Language><Title><![CDATA[a<b]]></Title></LocalizedProperties>\
         <EulaFile Digest=\"AAAAAAAAAAAAAAAAAAAAAAAAAAA=\" Size=\"1\" FileName=\"e\" Language=\"de\" GeoId=\"DEU\"/></LocalizedPropertiesCollection>",
    ));
    assert_eq!(
        fragments.core,
        format!(
            r#"{IDENTITY}<Properties UpdateType="Software" ExplicitlyDeployable="true" EulaID="e" OSUpgrade="true" />"#
        )
    );
    assert_eq!(
        fragments.extended,
        r#"<ExtendedProperties DefaultPropertiesLanguage="en" PerUser="true" MsrcSeverity="Say &quot;no&quot;"><KBArticleID>1</KBArticleID><SupportUrl /></ExtendedProperties>"#
    );
    let [text] = &fragments.localized[..] else { panic!("{:?}", fragments.localized) };
    assert_eq!(text.xml, "<LocalizedProperties><Language>en</Language><Title>a&lt;b</Title></LocalizedProperties>");
    let [licence] = &fragments.licences[..] else { panic!("{:?}", fragments.licences) };
    assert_eq!((licence.language.as_str(), licence.region.as_deref()), ("de", Some("DEU")));
    assert_eq!(
        licence.xml,
        r#"<EulaFile Digest="AAAAAAAAAAAAAAAAAAAAAAAAAAA=" Size="1" FileName="e" Language="de" GeoId="DEU" />"#
    );
}

#[test]
fn an_undeclared_prefix_in_rules_is_an_error() {
    let text = update("<ApplicabilityRules><IsInstalled><nope:Rule/></IsInstalled></ApplicabilityRules>");
    let error = UpdateDocument::parse(&text).unwrap_err();
    assert!(
        matches!(&error, UpdateError::Prefix { prefix, position } if prefix == "nope" && text[*position..].starts_with("<nope:")),
        "{error}"
    );
}

/// What a tree of elements could not hold is refused when the document is read, not passed on to agents.
#[test]
fn names_and_characters_xml_does_not_allow_are_refused() {
    for wrong in ["<a$/>", "<1/>", "<a:b:c/>", "<:a/>", "<a b$=''/>", "<a/b>", "<a b='&#1;'/>", "&#xB;", "<!-- -- -->"]
    {
        let text = update(&format!("<ApplicabilityRules><Metadata>{wrong}</Metadata></ApplicabilityRules>"));
        assert!(UpdateDocument::parse(&text).is_err(), "{wrong}");
        let text = update(&format!("<ApplicabilityRules><Metadata><x>{wrong}</x></Metadata></ApplicabilityRules>"));
        assert!(UpdateDocument::parse(&text).is_err(), "inside: {wrong}");
    }
}
