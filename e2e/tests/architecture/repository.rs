//! Reading the source tree that this test was built from.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("e2e/ has a parent directory")
}

/// Every file that is or would be committed, relative to the root, sorted.
///
/// Asks git; without git (or in an unpacked archive) every file on disk outside of `target` counts.
pub fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        // The checkout may belong to another user than the one who runs the tests.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files: Vec<PathBuf> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .filter(|path| root().join(path).is_file())
            .collect(),
        _ => {
            eprintln!("git cannot list the tracked files here: looking at all files on disk instead");
            let mut found = Vec::new();
            walk(root(), &mut found);
            found
        }
    };
    files.sort();
    files.dedup();
    files
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("readable directory").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                walk(&path, found);
            }
        } else {
            found.push(path.strip_prefix(root()).expect("below the root").to_path_buf());
        }
    }
}

/// The files with one of these extensions.
pub fn files_with_extension(extensions: &[&str]) -> Vec<PathBuf> {
    files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|have| extensions.iter().any(|want| have == *want)))
        .collect()
}

/// The Rust files of the product: `crates/*/src`, without files that hold only tests.
pub fn product_sources() -> Vec<PathBuf> {
    files_with_extension(&["rs"])
        .into_iter()
        .filter(|path| path.starts_with("crates"))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .filter(|path| path.file_name().is_none_or(|name| name != "tests.rs"))
        .collect()
}

/// The crate that a file below `crates/` belongs to.
pub fn crate_of(path: &Path) -> String {
    path.components().nth(1).expect("crates/<name>/...").as_os_str().to_string_lossy().into_owned()
}

/// A file as text; what is not UTF-8 (a picture) reads as empty.
pub fn read(path: &Path) -> String {
    let bytes = std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path:?}: {error}"));
    String::from_utf8(bytes).unwrap_or_default()
}

/// What cargo prints for these arguments, run in the root.
pub fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo starts");
    assert!(
        output.status.success(),
        "cargo {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// Fails with all findings and the advice, when there are findings.
#[track_caller]
pub fn expect_none(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "{} finding(s):\n  {}\n\n{advice}\n", findings.len(), findings.join("\n  "));
}
