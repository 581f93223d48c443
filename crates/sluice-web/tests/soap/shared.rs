//! Recorded data, which lies outside the project.

use std::path::PathBuf;

/// A file below the folder of shared data: `SLUICE_SHARED`, else `../shared` beside the workspace. `None`,
/// saying so, when that folder is absent.
pub fn text(path: &str) -> Option<String> {
    let root = root();
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so {path} was not checked", root.display());
        return None;
    }
    let file = root.join(path);
    Some(std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

#[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
fn root() -> PathBuf {
    std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}
