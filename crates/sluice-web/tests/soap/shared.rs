//! Recorded data, which lies outside the project.

use std::path::PathBuf;

/// A file below the folder of shared data: `SLUICE_SHARED`, else `../shared` beside the workspace. `None`,
/// saying so, when that folder is absent; where `CI` is `true` the test fails instead.
pub fn text(path: &str) -> Option<String> {
    let root = root();
    if !root.is_dir() {
        assert!(!in_ci(), "{} is absent (set SLUICE_SHARED), so {path} cannot be checked", root.display());
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so {path} was not checked", root.display());
        return None;
    }
    let file = root.join(path);
    Some(std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

#[expect(clippy::disallowed_methods, reason = "where nobody reads what was skipped, nothing may be")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

#[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
fn root() -> PathBuf {
    std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}
