//! A small catalog of our own, in the form Microsoft's service gives it, with content that really exists.

use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_model::UpdateId;
use uuid::{Uuid, uuid};

/// File of the documents in a folder that is imported.
pub const DOCUMENTS: &str = "catalog.xml";
/// Folder of the content in it.
pub const CONTENT: &str = "content";
/// The classification "Security Updates".
pub const SECURITY: Uuid = uuid!("0fa1201d-4330-4fa8-8ae9-b877473b6441");
/// The classification "Drivers".
pub const DRIVERS: Uuid = uuid!("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0");
/// The product "Windows 11".
pub const WINDOWS_11: Uuid = uuid!("72e7624a-5b00-45d2-b92f-e561c0a6a160");
/// Another product, which none of the updates is for.
pub const OFFICE: Uuid = uuid!("0c0ffee3-0000-4000-8000-000000000001");
const COMPANY: Uuid = uuid!("56309036-4c77-4dd9-951a-99ee9c246a94");
const FAMILY: Uuid = uuid!("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d");
const X64: Uuid = uuid!("59653007-e2e9-4f71-8525-2ff588527978");
const WIN_11: &str = r#"<bar:WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="10" MinorVersion="0" BuildNumber="22000" ProductType="1" />"#;

/// The identity of an update by its knowledge base article.
pub fn kb(article: u32) -> UpdateId {
    UpdateId(Uuid::from_u128(0x0c0f_fee0_0000_4000_8000_0000_0000_0000 + u128::from(article)))
}

/// The identity of a part of it.
pub fn part(article: u32, number: u32) -> UpdateId {
    UpdateId(Uuid::from_u128(0x0c0f_fee1_0000_4000_8000_0000_0000_0000 + u128::from(article * 16 + number)))
}

/// An update of the catalog: a bundle whose parts have a file each.
#[derive(Clone)]
pub struct Software {
    pub article: u32,
    pub revision: u32,
    pub parts: u32,
    pub restart: bool,
    pub removable: bool,
    pub supersedes: Vec<u32>,
    /// The article whose parts, once installed, make those of this one superseded on the device.
    pub superseded_by: Option<u32>,
}

impl Software {
    pub fn new(article: u32) -> Self {
        Self {
            article,
            revision: 200,
            parts: 1,
            restart: false,
            removable: false,
            supersedes: Vec::new(),
            superseded_by: None,
        }
    }
}

/// What an installed part leaves in the registry.
fn installed(article: u32, number: u32) -> String {
    format!(
        r#"<bar:RegSz Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Example\KB{article}" Value="Part{number}" Comparison="EqualTo" Data="installed" />"#
    )
}

/// The content of a part: bytes that are like no others, of more than one range of 1 MiB.
fn content(article: u32, number: u32) -> Vec<u8> {
    let seed = format!("KB{article} part {number}\n");
    seed.bytes().cycle().take((1 << 20) + 4321 + (article as usize % 1000)).collect()
}

struct Document<'a> {
    id: Uuid,
    revision: u32,
    kind: &'a str,
    properties: String,
    inside: String,
    title: String,
    relations: String,
    rest: String,
}

fn document(d: &Document<'_>) -> String {
    format!(
        concat!(
            r#"<upd:Update xmlns:pub="http://schemas.microsoft.com/msus/2002/12/Publishing" "#,
            r#"xmlns:bar="http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules" "#,
            r#"xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules" "#,
            r#"xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category" "#,
            r#"xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" "#,
            r#"xmlns:drv="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver" "#,
            r#"xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update">"#,
            r#"<upd:UpdateIdentity UpdateID="{id}" RevisionNumber="{revision}" />"#,
            r#"<upd:Properties UpdateType="{kind}" DefaultPropertiesLanguage="en"{properties} PublicationState="Published" "#,
            r#"CreationDate="2026-10-13T17:00:00Z" PublisherID="395392a0-19c0-48b7-a927-f7c15066d905">{inside}</upd:Properties>"#,
            "<upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language>",
            "<upd:Title>{title}</upd:Title><upd:Description>About {title}.</upd:Description></upd:LocalizedProperties>",
            "</upd:LocalizedPropertiesCollection>{relations}{rest}</upd:Update>\n",
        ),
        id = d.id,
        revision = d.revision,
        kind = d.kind,
        properties = d.properties,
        inside = d.inside,
        title = d.title,
        relations = d.relations,
        rest = d.rest,
    )
}

fn category(id: Uuid, title: &str, level: &str, parent: Option<Uuid>, rule: &str) -> String {
    let relations = parent.map_or_else(String::new, |parent| {
        format!(
            r#"<upd:Relationships><upd:Prerequisites><upd:AtLeastOne IsCategory="true"><upd:UpdateIdentity UpdateID="{parent}" /></upd:AtLeastOne></upd:Prerequisites></upd:Relationships>"#
        )
    });
    let rest = format!(
        r#"<upd:ApplicabilityRules><upd:IsInstalled>{rule}</upd:IsInstalled></upd:ApplicabilityRules><upd:HandlerSpecificData xsi:type="cat:Category" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><cat:CategoryInformation CategoryType="{level}" /></upd:HandlerSpecificData>"#
    );
    document(&Document {
        id,
        revision: 100,
        kind: "Category",
        properties: r#" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category""#.into(),
        inside: String::new(),
        title: title.into(),
        relations,
        rest,
    })
}

/// Company, family, product, classifications and the detectoid that all else needs.
pub fn foundations() -> String {
    let truth = "<lar:True />";
    let detectoid = document(&Document {
        id: X64,
        revision: 100,
        kind: "Detectoid",
        properties: String::new(),
        inside: String::new(),
        title: "x64".into(),
        relations: String::new(),
        rest: r#"<upd:ApplicabilityRules><upd:IsInstalled><bar:Processor Architecture="9" /></upd:IsInstalled></upd:ApplicabilityRules>"#.into(),
    });
    [
        category(COMPANY, "Microsoft", "Company", None, truth),
        category(FAMILY, "Windows", "ProductFamily", Some(COMPANY), truth),
        category(WINDOWS_11, "Windows 11", "Product", Some(FAMILY), WIN_11),
        category(OFFICE, "Office", "Product", Some(FAMILY), truth),
        category(SECURITY, "Security Updates", "UpdateClassification", None, truth),
        category(DRIVERS, "Drivers", "UpdateClassification", None, truth),
        detectoid,
    ]
    .concat()
}

/// Detectoids that are installed everywhere, and an update that needs them all.
pub fn detectoids(article: u32, count: u32) -> String {
    let id = |number: u32| Uuid::from_u128(0x0c0f_fee2_0000_4000_8000_0000_0000_0000 + u128::from(number));
    let detectoid = |number: u32| {
        document(&Document {
            id: id(number),
            revision: 100,
            kind: "Detectoid",
            properties: String::new(),
            inside: String::new(),
            title: format!("Detectoid {number}"),
            relations: String::new(),
            rest: "<upd:ApplicabilityRules><upd:IsInstalled><lar:True /></upd:IsInstalled></upd:ApplicabilityRules>"
                .into(),
        })
    };
    let all: Vec<_> = (1..=count).map(id).collect();
    let clauses: String = all.iter().map(|one| clause(&[*one], false)).collect();
    let before = "<upd:Relationships><upd:Prerequisites>";
    let needs_all = software(&Software::new(article)).replace(before, &format!("{before}{clauses}"));
    (1..=count).map(detectoid).chain([needs_all]).collect()
}

fn clause(ids: &[Uuid], category: bool) -> String {
    let ids: String = ids.iter().map(|id| format!(r#"<upd:UpdateIdentity UpdateID="{id}" />"#)).collect();
    let mark = if category { r#" IsCategory="true""# } else { "" };
    format!("<upd:AtLeastOne{mark}>{ids}</upd:AtLeastOne>")
}

/// The documents of an update and its parts.
pub fn software(one: &Software) -> String {
    let mut text = String::new();
    let behaviour = {
        let restart =
            if one.restart { r#"<upd:InstallationBehavior RebootBehavior="AlwaysRequiresReboot" />"# } else { "" };
        let remove = if one.removable { "<upd:UninstallationBehavior RebootBehavior=\"NeverReboots\" />" } else { "" };
        format!("{restart}{remove}")
    };
    for number in 0..one.parts {
        let bytes = content(one.article, number);
        let sha1 = BASE64_STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes));
        let sha256 = BASE64_STANDARD.encode(digest(&SHA256, &bytes));
        let rule = one
            .superseded_by
            .map_or_else(String::new, |newer| format!("<upd:IsSuperseded>{}</upd:IsSuperseded>", installed(newer, 0)));
        text.push_str(&document(&Document {
            id: part(one.article, number).0,
            revision: one.revision,
            kind: "Software",
            properties: format!(
                r#" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" MaxDownloadSize="{}" MinDownloadSize="0""#,
                bytes.len()
            ),
            inside: behaviour.clone(),
            title: format!("KB{} part {number}", one.article),
            relations: format!(
                "<upd:Relationships><upd:Prerequisites><upd:UpdateIdentity UpdateID=\"{X64}\" />{}</upd:Prerequisites></upd:Relationships>",
                clause(&[WINDOWS_11], false)
            ),
            rest: format!(
                concat!(
                    "<upd:ApplicabilityRules><upd:IsInstalled>{installed}</upd:IsInstalled>",
                    "<upd:IsInstallable><lar:Not>{installed}</lar:Not></upd:IsInstallable>{superseded}</upd:ApplicabilityRules>",
                    r#"<upd:Files><upd:File Digest="{sha1}" DigestAlgorithm="SHA1" FileName="kb{article}-{number}.exe" Size="{size}" Modified="2026-10-13T17:00:00Z" PatchingType="SelfContained"><upd:AdditionalDigest Algorithm="SHA256">{sha256}</upd:AdditionalDigest></upd:File></upd:Files>"#,
                    r#"<upd:HandlerSpecificData xsi:type="cmd:CommandLineInstallation" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><cmd:InstallCommand Program="kb{article}-{number}.exe" Arguments="/q" RebootByDefault="false" DefaultResult="Failed"><cmd:ReturnCode Code="0" Result="Succeeded" Reboot="false" /><cmd:ReturnCode Code="3010" Result="Succeeded" Reboot="true" /></cmd:InstallCommand></upd:HandlerSpecificData>"#,
                ),
                installed = installed(one.article, number),
                superseded = rule,
                sha1 = sha1,
                sha256 = sha256,
                article = one.article,
                number = number,
                size = bytes.len(),
            ),
        }));
    }
    // Every part is needed: a clause each.
    let bundled: String = (0..one.parts)
        .map(|number| {
            format!(
                r#"<upd:AtLeastOne><upd:UpdateIdentity UpdateID="{}" RevisionNumber="{}" /></upd:AtLeastOne>"#,
                part(one.article, number),
                one.revision
            )
        })
        .collect();
    let supersedes: String =
        one.supersedes.iter().map(|old| format!(r#"<upd:UpdateIdentity UpdateID="{}" />"#, kb(*old))).collect();
    let supersedes = if supersedes.is_empty() {
        supersedes
    } else {
        format!("<upd:SupersededUpdates>{supersedes}</upd:SupersededUpdates>")
    };
    text.push_str(&document(&Document {
        id: kb(one.article).0,
        revision: one.revision,
        kind: "Software",
        properties: r#" ExplicitlyDeployable="true" AutoSelectOnWebSites="true" MsrcSeverity="Critical""#.into(),
        inside: format!("<upd:KBArticleID>{}</upd:KBArticleID>{behaviour}", one.article),
        title: format!("2026-10 Security Update for Windows 11 (KB{})", one.article),
        relations: format!(
            "<upd:Relationships><upd:Prerequisites>{}{}<upd:UpdateIdentity UpdateID=\"{X64}\" /></upd:Prerequisites><upd:BundledUpdates>{bundled}</upd:BundledUpdates>{supersedes}</upd:Relationships>",
            clause(&[WINDOWS_11], true),
            clause(&[SECURITY], true),
        ),
        rest: String::new(),
    }));
    text
}

/// A network driver for a hardware id.
pub fn driver(article: u32, hardware_id: &str, date: &str, version: &str) -> String {
    let bytes = content(article, 0);
    document(&Document {
        id: kb(article).0,
        revision: 200,
        kind: "Driver",
        properties: r#" ExplicitlyDeployable="true""#.into(),
        inside: String::new(),
        title: format!("Example - Net - {version}"),
        relations: format!(
            "<upd:Relationships><upd:Prerequisites>{}{}</upd:Prerequisites></upd:Relationships>",
            clause(&[WINDOWS_11], true),
            clause(&[DRIVERS], true)
        ),
        rest: format!(
            concat!(
                "<upd:ApplicabilityRules><upd:IsInstalled><drv:WindowsDriverInstalled /></upd:IsInstalled>",
                "<upd:IsInstallable><drv:WindowsDriverInstallable /></upd:IsInstallable><upd:Metadata>",
                r#"<drv:WindowsDriverMetaData HardwareID="{hardware_id}" DriverVerDate="{date}" DriverVerVersion="{version}" Class="Net" Company="Example" Provider="Example" Manufacturer="Example" Model="Card"><drv:FeatureScore OperatingSystem="AMD64.10.0" FeatureScore="7F" /></drv:WindowsDriverMetaData>"#,
                "</upd:Metadata></upd:ApplicabilityRules>",
                r#"<upd:Files><upd:File Digest="{sha1}" DigestAlgorithm="SHA1" FileName="card.cab" Size="{size}" Modified="2026-10-13T17:00:00Z" PatchingType="SelfContained"><upd:AdditionalDigest Algorithm="SHA256">{sha256}</upd:AdditionalDigest></upd:File></upd:Files>"#,
            ),
            hardware_id = hardware_id.replace('&', "&amp;"),
            date = date,
            version = version,
            sha1 = BASE64_STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes)),
            sha256 = BASE64_STANDARD.encode(digest(&SHA256, &bytes)),
            size = bytes.len(),
        ),
    })
}

/// Writes documents and the content of some updates as a folder that can be imported.
pub fn write(folder: &Path, documents: &str, articles: &[Software]) {
    std::fs::write(folder.join(DOCUMENTS), documents).expect("a temporary file");
    std::fs::create_dir(folder.join(CONTENT)).expect("a temporary directory");
    for one in articles {
        for number in 0..one.parts {
            let name = format!("kb{}-{number}.exe", one.article);
            std::fs::write(folder.join(CONTENT).join(name), content(one.article, number)).expect("a temporary file");
        }
    }
}

/// Writes the content of a driver.
pub fn write_driver(folder: &Path, article: u32) {
    std::fs::write(folder.join(CONTENT).join("card.cab"), content(article, 0)).expect("a temporary file");
}
