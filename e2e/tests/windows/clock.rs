//! A site in the future.

use std::path::Path;
use std::process::Command;

/// What a site needs in its environment so that its clock is ahead.
pub fn ahead(folder: &Path, hours: i64) -> Vec<(String, String)> {
    let library = folder.join("clock.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/clock.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    assert!(built.expect("a C compiler, which Rust needs too").success());
    let seconds = hours * 3600;
    vec![("LD_PRELOAD".into(), library.display().to_string()), ("SLUICE_TEST_AHEAD".into(), seconds.to_string())]
}
