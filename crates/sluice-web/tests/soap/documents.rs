//! Update documents, written by hand.

const COMPANY: &str = "56309036-4C77-4DD9-951A-99EE9C246A94";
pub const FAMILY: &str = "6964AAB4-C5B5-43BD-A17D-FFB4346A8E1D";
const PRODUCT: &str = "3b4b8621-726e-43a6-b43b-37d07ec7019f";
const SECURITY: &str = "0fa1202d-4467-8419-a639-8fcd6a0f0000";
const PATCH: &str = "11111111-2222-3333-4444-555555555555";

fn document(id: &str, revision: u32, properties: &str, title: &str, rest: &str) -> String {
    format!(
        r#"<upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:lar="http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules" xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category" xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><upd:UpdateIdentity UpdateID="{id}" RevisionNumber="{revision}" /><upd:Properties DefaultPropertiesLanguage="en" {properties} PublicationState="Published" CreationDate="2026-10-01T00:00:00Z" PublisherID="42f20e12-2856-447d-a8b2-68f06c2e9b45" /><upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{title}</upd:Title><upd:Description>{title}</upd:Description></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>{rest}</upd:Update>"#
    )
}

const TRUE: &str = "<upd:ApplicabilityRules><upd:IsInstalled><lar:True /></upd:IsInstalled></upd:ApplicabilityRules>";

fn category(id: &str) -> String {
    format!(r#"<upd:AtLeastOne IsCategory="true"><upd:UpdateIdentity UpdateID="{id}" /></upd:AtLeastOne>"#)
}

fn needs(clauses: &[String]) -> String {
    format!("<upd:Relationships><upd:Prerequisites>{}</upd:Prerequisites></upd:Relationships>", clauses.concat())
}

const CATEGORY: &str =
    r#"UpdateType="Category" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category""#;

fn category_document(id: &str, title: &str, attributes: &str, parent: Option<&str>) -> String {
    let relationships = parent.map(|parent| needs(&[category(parent)])).unwrap_or_default();
    let rest = format!(
        r#"{relationships}{TRUE}<upd:HandlerSpecificData xsi:type="cat:Category"><cat:CategoryInformation {attributes} /></upd:HandlerSpecificData>"#
    );
    document(id, if id == COMPANY { 101 } else { 100 }, CATEGORY, title, &rest)
}

/// The company that everything recorded belongs to.
pub fn company() -> String {
    let attributes =
        r#"CategoryType="Company" ProhibitsSubcategories="false" ProhibitsUpdates="true" DisplayOrder="1""#;
    category_document(COMPANY, "Microsoft", attributes, None)
}

/// A product with an update that has a file.
pub fn catalog() -> Vec<String> {
    let update = document(
        PATCH,
        200,
        r#"UpdateType="Software" ExplicitlyDeployable="true" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation""#,
        "A patch",
        &format!(
            r#"{}{TRUE}<upd:Files><upd:File Digest="o3nVUm+zp6BCPaHNf8MYKo1EhEk=" DigestAlgorithm="SHA1" FileName="patch.exe" Size="5" Modified="2026-10-01T00:00:00Z" /></upd:Files><upd:HandlerSpecificData xsi:type="cmd:CommandLineInstallation"><cmd:InstallCommand Program="patch.exe" Arguments="/q" /></upd:HandlerSpecificData>"#,
            needs(&[category(PRODUCT), category(SECURITY)])
        ),
    );
    vec![
        company(),
        category_document(FAMILY, "Windows", r#"CategoryType="ProductFamily""#, Some(COMPANY)),
        category_document(PRODUCT, "Windows 11", r#"CategoryType="Product""#, Some(FAMILY)),
        category_document(SECURITY, "Security Updates", r#"CategoryType="UpdateClassification""#, None),
        update,
    ]
}
