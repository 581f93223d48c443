//! Recorded data for tests, which lies outside the project.

use std::fs;
use std::path::PathBuf;

/// A file below the folder of shared data: `SLUICE_SHARED`, else `../shared` beside the workspace. `None`, saying so,
/// when that folder is absent.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = root();
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so {path} was not checked", root.display());
        return None;
    }
    let file = root.join(path);
    assert!(file.exists(), "{} is there but not {path}", root.display());
    Some(file)
}

#[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
fn root() -> PathBuf {
    std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}

/// The text of a shared file.
pub(crate) fn shared_text(path: &str) -> Option<String> {
    Some(fs::read_to_string(shared(path)?).unwrap())
}

/// The documents of `captures/update-metadata/full` with their names without extension, sorted.
pub(crate) fn documents() -> Vec<(String, String)> {
    let Some(folder) = shared("captures/update-metadata/full") else { return Vec::new() };
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// Every Core fragment recorded, with the name of the file it is in: of SyncUpdates answers, escaped in `Xml`
/// elements, and of single updates.
pub(crate) fn core_fragments() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for answer in ["driver-wsus/000005/response.body", "wua-wsus/flow-excerpts/software-updateinfo.xml"] {
        let Some(text) = shared_text(&format!("captures/{answer}")) else { return found };
        for part in text.split("<Xml>").skip(1) {
            let escaped = part.split("</Xml>").next().unwrap();
            found.push((answer.to_owned(), quick_xml::escape::unescape(escaped).unwrap().into_owned()));
        }
    }
    for name in ["cbs-dotnet-core-reduced", "cbs-rollupfix-core-reduced", "osinstaller-core"] {
        found.push((name.to_owned(), shared_text(&format!("captures/windows-servicing/{name}.xml")).unwrap()));
    }
    assert!(found.len() > 30);
    found
}
