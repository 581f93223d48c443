//! XML of documents, as Microsoft's service writes them.

mod manifest;

use std::fmt::Write as _;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::DocumentKind;
use super::plan::{Clause, Handler, Item, Metadata, Rules, escape};

const ROOT: &str = concat!(
    "<upd:Update xmlns:pub=\"http://schemas.microsoft.com/msus/2002/12/Publishing\"",
    " xmlns:bar=\"http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules\"",
    " xmlns:lar=\"http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules\"",
    " xmlns:upd=\"http://schemas.microsoft.com/msus/2002/12/Update\"",
);
const MSI_RULES: &str = concat!(
    " xmlns:msiar=\"http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules\"",
    " xmlns:mspblob=\"http://www.microsoft.com/msi/patch_applicability.xsd\"",
);
const CBS_RULES: &str = " xmlns:cbsar=\"http://schemas.microsoft.com/msus/2002/12/CbsApplicabilityRules\"";
/// No published text names the namespace of these rules; fragments have no prefix for it (protocols.md §8.3).
const DEVICE_RULES: &str = " xmlns:dev=\"http://schemas.microsoft.com/msus/2016/01/DeviceApplicabilityRules\"";
const HANDLERS: &str = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/";
const OS_INSTALLER: &str = "http://schemas.microsoft.com/msus/2016/01/UpdateHandlers/OSInstaller";
/// One of so many identities is in capitals.
const CAPITALS: u8 = 16;
/// Who publishes.
const PUBLISHER: &str = "395392a0-19c0-48b7-a927-f7c15066d905";

/// Writes a document; only a part of a large manifest is in memory at a time.
pub(super) fn document(item: &Item, out: &mut impl io::Write) -> io::Result<()> {
    let mut text = String::with_capacity(4096);
    head(item, &mut text);
    if let Some(rules) = &item.rules {
        applicability(rules, &mut text, out)?;
    }
    files(item, &mut text);
    handler_data(&item.handler, &mut text);
    text.push_str("</upd:Update>");
    out.write_all(text.as_bytes())
}

fn head(item: &Item, text: &mut String) {
    text.push_str(ROOT);
    let metadata = item.rules.as_ref().map(|rules| &rules.metadata);
    match (&item.handler, metadata) {
        (Handler::OsInstaller { .. }, _) => text.push_str(DEVICE_RULES),
        (_, Some(Metadata::Manifest(_))) => text.push_str(CBS_RULES),
        _ if item.kind == DocumentKind::Detectoid => text.extend([MSI_RULES, DEVICE_RULES]),
        (Handler::WindowsInstaller { .. }, _) => text.push_str(MSI_RULES),
        _ => {}
    }
    if let Some((prefix, uri)) = handler_namespace(&item.handler) {
        text.extend([" xmlns:", prefix, "=\"", HANDLERS, uri, "\""]);
    }
    text.push('>');
    let (id, number) = (item.revision.id.0, item.revision.number);
    text.push_str("<upd:UpdateIdentity UpdateID=\"");
    // Some documents write their own identity in capitals (peer-wsus-rs.md §7.3, Q37).
    match id.as_bytes().first().is_some_and(|byte| byte % CAPITALS == 0) {
        true => put(text, format_args!("{id:X}")),
        false => put(text, format_args!("{id}")),
    }
    put(text, format_args!("\" RevisionNumber=\"{number}\" />"));
    properties(item, text);
    text.push_str("<upd:LocalizedPropertiesCollection>");
    for words in &item.texts {
        text.extend(["<upd:LocalizedProperties><upd:Language>", words.language, "</upd:Language><upd:Title>"]);
        text.extend([escape(&words.title).as_str(), "</upd:Title>"]);
        if !words.description.is_empty() {
            text.extend(["<upd:Description>", escape(&words.description).as_str(), "</upd:Description>"]);
        }
        if let Some(kb) = item.properties.kb {
            put(text, format_args!("<upd:MoreInfoUrl>https://support.microsoft.com/help/{kb}</upd:MoreInfoUrl>"));
            text.push_str("<upd:SupportUrl>https://support.microsoft.com</upd:SupportUrl>");
        }
        text.push_str("</upd:LocalizedProperties>");
    }
    text.push_str("</upd:LocalizedPropertiesCollection>");
    relationships(item, text);
}

fn properties(item: &Item, text: &mut String) {
    let properties = &item.properties;
    let kind = match item.kind {
        DocumentKind::Category => "Category",
        DocumentKind::Detectoid => "Detectoid",
        DocumentKind::Driver => "Driver",
        DocumentKind::Bundle | DocumentKind::Member | DocumentKind::Standalone => "Software",
    };
    put(text, format_args!("<upd:Properties UpdateType=\"{kind}\" DefaultPropertiesLanguage=\"en\""));
    if item.kind.is_shown() {
        text.push_str(" ExplicitlyDeployable=\"true\" AutoSelectOnWebSites=\"true\"");
    }
    if properties.upgrade {
        text.push_str(" OSUpgrade=\"swap\"");
    }
    if let Some(severity) = properties.severity {
        put(text, format_args!(" MsrcSeverity=\"{severity}\""));
    }
    if let Handler::OsInstaller { product, release } = &item.handler {
        put(text, format_args!(" ProductName=\"{product}\" ReleaseVersion=\"{release}\" ReleaseRevision=\"1\""));
    }
    if let Some((_, uri)) = handler_namespace(&item.handler) {
        put(text, format_args!(" Handler=\"{HANDLERS}{uri}\""));
    } else if matches!(item.handler, Handler::OsInstaller { .. }) {
        put(text, format_args!(" Handler=\"{OS_INSTALLER}\""));
    }
    if !item.files.is_empty() {
        let all: u64 = item.files.iter().map(|file| file.size).sum();
        put(text, format_args!(" MaxDownloadSize=\"{all}\" MinDownloadSize=\"0\""));
    }
    put(
        text,
        format_args!(
            " IsPublic=\"true\" PublicationState=\"Published\" CreationDate=\"{}\" PublisherID=\"{PUBLISHER}\">",
            item.published
        ),
    );
    if let Some(kb) = properties.kb {
        put(text, format_args!("<upd:KBArticleID>{kb}</upd:KBArticleID>"));
    }
    if let Some(reboot) = properties.reboot {
        put(text, format_args!("<upd:InstallationBehavior RebootBehavior=\"{reboot}\" />"));
    }
    if properties.removable {
        text.push_str("<upd:UninstallationBehavior RebootBehavior=\"CanRequestReboot\" />");
    }
    text.push_str("</upd:Properties>");
}

fn relationships(item: &Item, text: &mut String) {
    if item.prerequisites.is_empty() && item.bundled.is_empty() && item.superseded.is_empty() {
        return;
    }
    text.push_str("<upd:Relationships>");
    if !item.prerequisites.is_empty() {
        text.push_str("<upd:Prerequisites>");
        for clause in &item.prerequisites {
            let (open, ids, close) = match clause {
                Clause::One(id) => ("", std::slice::from_ref(id), ""),
                Clause::Any(ids) => ("<upd:AtLeastOne>", ids.as_slice(), "</upd:AtLeastOne>"),
                Clause::Category(id) => {
                    ("<upd:AtLeastOne IsCategory=\"true\">", std::slice::from_ref(id), "</upd:AtLeastOne>")
                }
            };
            text.push_str(open);
            for id in ids {
                put(text, format_args!("<upd:UpdateIdentity UpdateID=\"{id}\" />"));
            }
            text.push_str(close);
        }
        text.push_str("</upd:Prerequisites>");
    }
    if !item.bundled.is_empty() {
        text.push_str("<upd:BundledUpdates>");
        for clause in &item.bundled {
            text.push_str("<upd:AtLeastOne>");
            for revision in clause {
                let (id, number) = (revision.id, revision.number);
                put(text, format_args!("<upd:UpdateIdentity UpdateID=\"{id}\" RevisionNumber=\"{number}\" />"));
            }
            text.push_str("</upd:AtLeastOne>");
        }
        text.push_str("</upd:BundledUpdates>");
    }
    if !item.superseded.is_empty() {
        text.push_str("<upd:SupersededUpdates>");
        for id in &item.superseded {
            put(text, format_args!("<upd:UpdateIdentity UpdateID=\"{id}\" />"));
        }
        text.push_str("</upd:SupersededUpdates>");
    }
    text.push_str("</upd:Relationships>");
}

/// Writes what there is so far, too, when a manifest is in the way.
fn applicability(rules: &Rules, text: &mut String, out: &mut impl io::Write) -> io::Result<()> {
    text.push_str("<upd:ApplicabilityRules>");
    for (name, rule) in
        [("IsInstalled", &rules.installed), ("IsInstallable", &rules.installable), ("IsSuperseded", &rules.superseded)]
    {
        if !rule.is_empty() {
            text.extend(["<upd:", name, ">", rule, "</upd:", name, ">"]);
        }
    }
    match &rules.metadata {
        Metadata::None => {}
        Metadata::Text(metadata) => text.extend(["<upd:Metadata>", metadata, "</upd:Metadata>"]),
        Metadata::Manifest(package) => {
            text.push_str("<upd:Metadata><cbsar:CbsPackageApplicabilityMetadata>");
            manifest::write(package, text, out)?;
            text.push_str("</cbsar:CbsPackageApplicabilityMetadata></upd:Metadata>");
        }
    }
    text.push_str("</upd:ApplicabilityRules>");
    Ok(())
}

fn files(item: &Item, text: &mut String) {
    if item.files.is_empty() {
        return;
    }
    text.push_str("<upd:Files>");
    for file in &item.files {
        let (sha1, sha256) = (STANDARD.encode(file.sha1), STANDARD.encode(file.sha256));
        put(
            text,
            format_args!(
                "<upd:File Digest=\"{sha1}\" DigestAlgorithm=\"SHA1\" FileName=\"{}\" Size=\"{}\" Modified=\"{}\" {}><upd:AdditionalDigest Algorithm=\"SHA256\">{sha256}</upd:AdditionalDigest></upd:File>",
                escape(&file.name),
                file.size,
                item.published,
                file.patching
            ),
        );
    }
    text.push_str("</upd:Files>");
}

/// Prefix and last part of the namespace of a handler's data.
fn handler_namespace(handler: &Handler) -> Option<(&'static str, &'static str)> {
    match handler {
        Handler::None | Handler::OsInstaller { .. } => None,
        Handler::Category { .. } => Some(("cat", "Category")),
        Handler::CommandLine { .. } => Some(("cmd", "CommandLineInstallation")),
        Handler::Cbs => Some(("cbs", "Cbs")),
        Handler::WindowsInstaller { .. } => Some(("msp", "WindowsInstaller")),
        Handler::Driver => Some(("drv", "WindowsDriver")),
    }
}

fn handler_data(handler: &Handler, text: &mut String) {
    let mut data = |kind: &str, inside: std::fmt::Arguments<'_>| {
        put(
            text,
            format_args!(
                "<upd:HandlerSpecificData xsi:type=\"{kind}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{inside}</upd:HandlerSpecificData>"
            ),
        );
    };
    match handler {
        Handler::None | Handler::Driver => {}
        Handler::Category { level, attributes } => {
            data("cat:Category", format_args!("<cat:CategoryInformation CategoryType=\"{level}\" {attributes}/>"));
        }
        Handler::CommandLine { program } => data(
            "cmd:CommandLineInstallation",
            format_args!(
                "<cmd:InstallCommand Program=\"{program}\" Arguments=\"/Q /W\" RebootByDefault=\"false\" DefaultResult=\"Failed\"><cmd:ReturnCode Code=\"0\" Result=\"Succeeded\" Reboot=\"false\" /><cmd:ReturnCode Code=\"3010\" Result=\"Succeeded\" Reboot=\"true\" /></cmd:InstallCommand>"
            ),
        ),
        Handler::Cbs => data("cbs:Cbs", format_args!("<cbs:CbsData PackageIdentity=\"\" />")),
        Handler::OsInstaller { .. } => data(
            "OSInstallerMetadata",
            format_args!("<osi:OSInstallData InitialModule=\"UpdateAgent.dll\" xmlns:osi=\"{OS_INSTALLER}\" />"),
        ),
        Handler::WindowsInstaller { patch } => {
            data("msp:WindowsInstaller", format_args!("<msp:MspData PatchCode=\"{patch}\" />"));
        }
    }
}

/// Adds formatted text; a string takes all of it.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _always_fits = text.write_fmt(arguments);
}
