//! Recordings, which lie outside the project.

use std::fs;
use std::path::PathBuf;

/// The folder of recordings: below `SLUICE_SHARED`, else `../shared` beside the workspace. `None`, saying so, when it is
/// absent.
#[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
pub fn captures() -> Option<PathBuf> {
    let root = std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so recordings were not used", root.display());
        return None;
    }
    Some(root.join("captures"))
}

/// Status and body of a recorded answer to an agent.
pub fn recorded(folder: &str) -> Option<(u16, Vec<u8>)> {
    let folder = captures()?.join("wua-wsus").join(folder);
    let headers = fs::read_to_string(folder.join("response.headers")).expect("headers");
    let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Some((status, fs::read(folder.join("response.body")).expect("a body")))
}
