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
    let documents = shared.join("captures/update-metadata/full").display().to_string();
    sluice(&site, &["catalog", "import", &documents]).await;
    sluice(&site, &["settings", "downstream", "--servers", "approved"]).await;
    sluice(&site, &["downstream", "approve", DOWNSTREAM, "--name", "mono"]).await;
    let root = format!("https://127.0.0.1:{}", site.client_port());
    let said = run(folder, "mono", &["Downstream.exe", &root, DOWNSTREAM]).await;
    for line in ["languages 39", "documents ", "groups 2", "delta 0", "unchanged languages 0"] {
        assert!(said.contains(line), "{said}");
    }
}
