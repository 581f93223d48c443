//! Update documents, written by hand.

use bytes::Bytes;
use futures_util::stream;
use sluice_model::UpdateId;
use uuid::Uuid;

use crate::world::World;

pub const COMPANY: u128 = 0x5630;
pub const FAMILY: u128 = 0x6964;
pub const PRODUCT: u128 = 0xdd78;
pub const SECURITY: u128 = 0x0fa1_202d_4467_8419_a639_8fcd_6a0f;
pub const DETECTOID: u128 = 0xde7e;
pub const PATCH: u128 = 0x1001;
pub const BUNDLE: u128 = 0x1002;
pub const MEMBER: u128 = 0x1003;

pub fn id(number: u128) -> UpdateId {
    UpdateId(Uuid::from_u128(number))
}

/// A document of an update: its properties, relationships, and what comes after.
fn document(number: u128, revision: u32, properties: &str, relationships: &str, rest: &str) -> String {
    let id = id(number);
    format!(
        r#"<upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules" xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category" xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><upd:UpdateIdentity UpdateID="{id}" RevisionNumber="{revision}" /><upd:Properties DefaultPropertiesLanguage="en" {properties} PublicationState="Published" CreationDate="2026-10-01T00:00:00Z" PublisherID="42f20e12-2856-447d-a8b2-68f06c2e9b45" /><upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>Update {number:x}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>{relationships}{rest}</upd:Update>"#
    )
}

const TRUE: &str = "<upd:ApplicabilityRules><upd:IsInstalled><lar:True /></upd:IsInstalled></upd:ApplicabilityRules>";

fn needs(clauses: &[String]) -> String {
    format!("<upd:Relationships><upd:Prerequisites>{}</upd:Prerequisites></upd:Relationships>", clauses.concat())
}

fn one(number: u128) -> String {
    format!(r#"<upd:UpdateIdentity UpdateID="{}" />"#, id(number))
}

fn category(number: u128) -> String {
    format!(r#"<upd:AtLeastOne IsCategory="true">{}</upd:AtLeastOne>"#, one(number))
}

pub fn category_document(number: u128, kind: &str, parent: Option<u128>) -> String {
    let properties =
        r#"UpdateType="Category" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category""#;
    let information = format!(
        r#"{TRUE}<upd:HandlerSpecificData xsi:type="cat:Category"><cat:CategoryInformation CategoryType="{kind}" /></upd:HandlerSpecificData>"#
    );
    let relationships = parent.map(|parent| needs(&[category(parent)])).unwrap_or_default();
    document(number, 100, properties, &relationships, &information)
}

const SOFTWARE: &str = r#"UpdateType="Software" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation""#;

const FILE: &str = r#"<upd:Files><upd:File Digest="o3nVUm+zp6BCPaHNf8MYKo1EhEk=" DigestAlgorithm="SHA1" FileName="patch.exe" Size="5" Modified="2026-10-01T00:00:00Z" /></upd:Files><upd:HandlerSpecificData xsi:type="cmd:CommandLineInstallation"><cmd:InstallCommand Program="patch.exe" Arguments="/q" /></upd:HandlerSpecificData>"#;

/// An update for the product whose detectoid must hold.
pub fn patch(revision: u32) -> String {
    let relationships = needs(&[one(DETECTOID), category(PRODUCT), category(SECURITY)]);
    let properties = format!(r#"{SOFTWARE} ExplicitlyDeployable="true""#);
    document(PATCH, revision, &properties, &relationships, &format!("{TRUE}{FILE}"))
}

/// An update of some products.
pub fn patch_of(number: u128, products: &[u128]) -> String {
    let any: String = products.iter().map(|product| one(*product)).collect();
    let products = format!(r#"<upd:AtLeastOne IsCategory="true">{any}</upd:AtLeastOne>"#);
    let relationships = needs(&[products, category(SECURITY)]);
    document(
        number,
        100,
        &format!(r#"{SOFTWARE} ExplicitlyDeployable="true""#),
        &relationships,
        &format!("{TRUE}{FILE}"),
    )
}

/// An update for the same product with licence terms.
pub fn licensed(number: u128, licence: u128) -> String {
    let relationships = needs(&[one(DETECTOID), category(PRODUCT), category(SECURITY)]);
    let licence = Uuid::from_u128(licence);
    let properties = format!(r#"{SOFTWARE} ExplicitlyDeployable="true" EulaID="{licence}""#);
    document(number, 100, &properties, &relationships, &format!("{TRUE}{FILE}"))
}

/// A small catalog: four levels deep, one update, one bundle with one member.
pub fn catalog() -> Vec<String> {
    let bundle = format!(
        r#"<upd:Relationships><upd:Prerequisites>{}{}{}</upd:Prerequisites><upd:BundledUpdates><upd:AtLeastOne><upd:UpdateIdentity UpdateID="{}" RevisionNumber="100" /></upd:AtLeastOne></upd:BundledUpdates></upd:Relationships>"#,
        one(DETECTOID),
        category(PRODUCT),
        category(SECURITY),
        id(MEMBER)
    );
    vec![
        category_document(COMPANY, "Company", None),
        category_document(FAMILY, "ProductFamily", Some(COMPANY)),
        category_document(PRODUCT, "Product", Some(FAMILY)),
        category_document(SECURITY, "UpdateClassification", None),
        document(DETECTOID, 100, r#"UpdateType="Detectoid""#, &needs(&[category(FAMILY)]), TRUE),
        patch(100),
        document(BUNDLE, 100, r#"UpdateType="Software" ExplicitlyDeployable="true""#, &bundle, ""),
        document(MEMBER, 100, SOFTWARE, &needs(&[one(DETECTOID)]), &format!("{TRUE}{FILE}")),
    ]
}

/// Imports documents; none is refused.
pub async fn import(world: &World, documents: &[String]) {
    let body = stream::iter([Ok(Bytes::from(documents.concat()))]);
    let summary = world.site.import_catalog(&world.admin, "documents.xml", None, body).await.unwrap();
    assert_eq!((summary.quarantined, summary.documents), (0, documents.len() as u64), "{summary:?}");
}

/// An update for the product with these files.
pub fn with_files(number: u128, files: &str) -> String {
    let properties = format!(r#"{SOFTWARE} ExplicitlyDeployable="true""#);
    document(number, 100, &properties, "", &format!("{TRUE}{files}"))
}
