//! A downstream server in .NET's own technology: proxies that Mono generates from the published
//! contracts, as Visual Studio did for WSUS.

use std::path::Path;

use tokio::process::Command;

use crate::site::{shared, site, sluice};

/// A server that the site approves.
const DOWNSTREAM: &str = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12";

async fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().await;
    let output = output.expect("mono is installed (make test)");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn a_server_in_dot_net_synchronizes() {
    let shared = shared();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let contract = |name: &str| shared.join(format!("protocol/{name}.wsdl")).display().to_string();
    run(folder, "wsdl", &["-l:CS", "-o:ServerSync.cs", &contract("serversync")]).await;
    // Both contracts have a cookie of the same name.
    run(folder, "wsdl", &["-l:CS", "-o:DssAuth.cs", "-n:Authorization", &contract("dssauth")]).await;
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/mono/Downstream.cs");
    let references = "-r:System.Web.Services";
    run(folder, "mcs", &["-out:Downstream.exe", references, source, "ServerSync.cs", "DssAuth.cs"]).await;

    let site = site().await;
    let recorded = shared.join("captures/update-metadata/full").display().to_string();
    sluice(&site, &["catalog", "import", &recorded]).await;
    let written = folder.join("first.xml");
    std::fs::write(&written, first()).expect("a file in the folder");
    sluice(&site, &["catalog", "import", &written.display().to_string()]).await;
    sluice(&site, &["settings", "downstream", "--servers", "approved"]).await;
    sluice(&site, &["downstream", "approve", DOWNSTREAM, "--name", "mono"]).await;
    let deploy = async |name: &str, title: &str| {
        let collection = ["--collection", "All devices", "--available"];
        sluice(&site, &[&["deployment", "create", "--name", name, "--update", title][..], &collection].concat()).await;
    };
    deploy("Before", "An update of the product").await;

    let root = format!("https://127.0.0.1:{}", site.client_port());
    let synchronize = async || {
        let said =
            run(folder, "mono", &["Downstream.exe", &root, DOWNSTREAM, "anchors", PRODUCT, CLASSIFICATION]).await;
        said.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let said = synchronize().await;
    let counted = |what: &str| {
        let line = said.iter().find_map(|line| line.strip_prefix(what)).unwrap_or_else(|| panic!("{what}: {said:?}"));
        line.trim().parse::<usize>().expect("a number")
    };
    assert_eq!(counted("documents"), counted("configuration") + 1, "all categories, and what the filter lets through");
    assert!(counted("configuration") > 2, "{said:?}");
    let first = [format!("update {EARLY} 1"), format!("deployment {EARLY} action 0")];
    assert!(first.iter().all(|line| said.contains(line)), "{said:?}");
    assert_eq!((counted("languages"), counted("groups"), counted("dead")), (39, 2, 0));
    assert_eq!(said.iter().filter(|line| line.starts_with("update") || line.starts_with("deployment")).count(), 2);

    // Something new arrives, of the product and of another one; one is approved, an approval is withdrawn.
    let written = folder.join("second.xml");
    std::fs::write(&written, second()).expect("a file in the folder");
    sluice(&site, &["catalog", "import", &written.display().to_string()]).await;
    deploy("After", "A newer update of the product").await;
    sluice(&site, &["deployment", "cancel", "Before"]).await;
    let expected = [
        "languages 0".to_owned(),
        "configuration 0".to_owned(),
        format!("update {LATE} 1"),
        "documents 1".to_owned(),
        "groups 2".to_owned(),
        format!("deployment {LATE} action 0"),
        "dead 1".to_owned(),
    ];
    assert_eq!(synchronize().await, expected);
    let nothing = ["languages 0", "configuration 0", "documents 0", "groups 2", "dead 0"];
    assert_eq!(synchronize().await, nothing, "nothing new since");
}

const PRODUCT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const OTHER: &str = "aaaaaaaa-0000-4000-8000-000000000002";
/// Security Updates.
const CLASSIFICATION: &str = "0fa1202d-4467-8419-a639-8fcd6a0f0000";
const EARLY: &str = "aaaaaaaa-0000-4000-8000-000000000003";
const LATE: &str = "aaaaaaaa-0000-4000-8000-000000000005";

/// Two products, a classification, and an update of each product.
fn first() -> String {
    let category = |id: &str, title: &str, kind: &str| {
        let information = format!(
            r#"<upd:HandlerSpecificData xsi:type="cat:Category"><cat:CategoryInformation CategoryType="{kind}"/></upd:HandlerSpecificData>"#
        );
        document(id, title, r#"UpdateType="Category""#, &information)
    };
    [
        category(PRODUCT, "The product", "Product"),
        category(OTHER, "The other product", "Product"),
        category(CLASSIFICATION, "The classification", "UpdateClassification"),
        update(EARLY, "An update of the product", PRODUCT),
        update("aaaaaaaa-0000-4000-8000-000000000004", "An update of the other product", OTHER),
    ]
    .concat()
}

/// A newer update of each product.
fn second() -> String {
    [
        update(LATE, "A newer update of the product", PRODUCT),
        update("aaaaaaaa-0000-4000-8000-000000000006", "A newer update of the other product", OTHER),
    ]
    .concat()
}

fn update(id: &str, title: &str, product: &str) -> String {
    let needs = |id: &str| {
        format!(r#"<upd:AtLeastOne IsCategory="true"><upd:UpdateIdentity UpdateID="{id}"/></upd:AtLeastOne>"#)
    };
    let relations = format!(
        "<upd:Relationships><upd:Prerequisites>{}{}</upd:Prerequisites></upd:Relationships>",
        needs(product),
        needs(CLASSIFICATION)
    );
    document(id, title, r#"ExplicitlyDeployable="true""#, &relations)
}

fn document(id: &str, title: &str, properties: &str, rest: &str) -> String {
    format!(
        r#"<upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><upd:UpdateIdentity UpdateID="{id}" RevisionNumber="1"/><upd:Properties DefaultPropertiesLanguage="en" {properties}/><upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>{rest}</upd:Update>"#
    )
}
