//! Where the program under test and the repository are.

use std::path::{Path, PathBuf};

/// The `sluice` binary: beside the directory of the running test (`target/debug/deps/..`), or
/// what `SLUICE_BIN` names.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn program() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to test")]
    let named = std::env::var_os("SLUICE_BIN").map(PathBuf::from);
    let built = || {
        let test = std::env::current_exe().expect("a running test has a path");
        test.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps").join("sluice")
    };
    let path = named.unwrap_or_else(built);
    path.canonicalize()
        .unwrap_or_else(|error| panic!("{}: {error}. Build the program first: cargo build -p sluice", path.display()))
}

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
