//! Every operation of the published contracts, driven by zeep, strictly.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

use crate::site::{shared, site, sluice};

/// A virtual environment with zeep, made once for all runs.
async fn python() -> PathBuf {
    let target = sluice_e2e::program().parent().and_then(Path::parent).expect("a target folder").join("zeep");
    let python = target.join("bin/python");
    let ready = target.join("ready");
    // Each test is a process of its own, and one of them makes it.
    let lock = std::fs::File::create(target.with_extension("lock")).expect("a file in the target folder");
    lock.lock().expect("a lock on it");
    if !ready.is_file() {
        run("python3", &["-m", "venv", "--clear", &target.display().to_string()]).await;
        let requirements = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/zeep/requirements.txt");
        run(&python.display().to_string(), &["-m", "pip", "install", "--quiet", "--requirement", requirements]).await;
        std::fs::write(ready, "").expect("a file in the target folder");
    }
    python
}

async fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().await.expect("python3 is installed (make test)");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn an_independent_toolkit_understands_every_answer() {
    let shared = shared();
    let python = python().await;
    let site = site().await;
    let documents = shared.join("captures/update-metadata/full").display().to_string();
    sluice(&site, &["catalog", "import", &documents]).await;

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/zeep/drive.py");
    let server = format!("https://127.0.0.1:{}", site.client_port());
    let output = Command::new(python)
        .arg(script)
        .arg(shared.join("protocol"))
        .arg(server)
        .arg(site.authority_path())
        .output()
        .await
        .expect("python can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let bad: Vec<_> = lines.iter().filter(|line| line["outcome"] == "failed").collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(output.status.success(), "{said}{}\n{}", String::from_utf8_lossy(&output.stderr), site.log());
    let operations = |version: &str| {
        let of_version = lines.iter().filter(|line| line["soap"] == version);
        let mut operations: Vec<_> = of_version.map(|line| line["operation"].as_str().unwrap_or_default()).collect();
        operations.sort_unstable();
        operations.dedup();
        operations.join("\n")
    };
    assert_eq!(operations("1.1"), operations("1.2"));
    insta::assert_snapshot!(operations("1.1"), @r"
    400 installed ids
    401 installed ids
    GetAuthorizationCookie
    GetConfig
    GetCookie
    GetExtendedUpdateInfo
    GetExtendedUpdateInfo2
    GetFileLocations
    GetRequiredInventoryType
    Ping
    RefreshCache
    RegisterComputer
    ReportEventBatch
    ReportEventBatch2
    ReportInventory
    StartCategoryScan
    SyncPrinterCatalog
    SyncUpdates
    SyncUpdates before registration
    SyncUpdates drivers
    forged cookie
    scan
    ");
}

/// A server that the site approves.
const DOWNSTREAM: &str = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12";

#[tokio::test]
async fn an_independent_toolkit_plays_a_downstream_server() {
    let shared = shared();
    let python = python().await;
    let site = site().await;
    let documents = shared.join("captures/update-metadata/full").display().to_string();
    sluice(&site, &["catalog", "import", &documents]).await;
    sluice(&site, &["settings", "downstream", "--servers", "approved"]).await;
    sluice(&site, &["downstream", "approve", DOWNSTREAM, "--name", "zeep"]).await;

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/zeep/servers.py");
    let output = Command::new(python)
        .arg(script)
        .arg(shared.join("protocol"))
        .arg(format!("https://127.0.0.1:{}", site.client_port()))
        .arg(site.authority_path())
        .arg(DOWNSTREAM)
        .output()
        .await
        .expect("python can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}\n{}", String::from_utf8_lossy(&output.stderr), site.log());
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let operations = |version: &str| {
        let of_version = lines.iter().filter(|line| line["soap"] == version);
        let mut operations: Vec<_> = of_version.map(|line| line["operation"].as_str().unwrap_or_default()).collect();
        operations.sort_unstable();
        operations.dedup();
        operations.join("\n")
    };
    assert_eq!(operations("1.1"), operations("1.2"));
    for operation in ["GetAuthConfig", "GetUpdateData", "GetDeployments", "RollupComputerStatus", "Ping dssauth"] {
        assert!(operations("1.1").contains(operation), "{operation}");
    }
    let devices = sluice(&site, &["device", "list", "--server", DOWNSTREAM]).await;
    assert!(devices.contains("pc-11") && devices.contains("pc-12"), "{devices}");
}
