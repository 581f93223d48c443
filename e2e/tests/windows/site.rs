//! A site for Windows devices.

use std::path::PathBuf;

use sluice_e2e::{Site, SiteOptions};

/// The folder with Microsoft's contracts and recordings, which are no part of the project.
///
/// # Panics
/// When they are not there: these tests mean nothing without.
pub fn shared() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment where its data is")]
    let named = std::env::var_os("SLUICE_SHARED");
    let shared = named.map_or_else(|| sluice_e2e::repository().join("../shared"), PathBuf::from);
    assert!(
        shared.join("protocol/client.wsdl").is_file(),
        "the contracts are not in {}; set SLUICE_SHARED to the folder that has protocol/ and captures/",
        shared.display()
    );
    shared.canonicalize().expect("a folder that exists")
}

/// Starts a site.
pub async fn site() -> Site {
    Site::start(SiteOptions::default()).await
}

/// Runs the program as an administrator would and gives what it prints.
///
/// # Panics
/// When it fails.
pub async fn sluice(site: &Site, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new(sluice_e2e::program());
    command.args(arguments).env("SLUICE_CONFIG", site.credentials_path());
    let output = command.output().await.expect("the program can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "sluice {} ended with {}:\n{}{}",
        arguments.join(" "),
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
