//! Commands that messages and documents tell people to run must exist.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

/// Files that speak to people: sources of every crate, and documents.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() && !["target", ".git", "fuzz", "snapshots"].contains(&name.as_str()) {
            files(&entry, found);
        } else if name.ends_with(".rs") || name.ends_with(".md") || name.ends_with(".html") {
            found.push(entry);
        }
    }
}

/// The words after `sluice` in every `` `sluice …` `` of a text.
fn named(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.split('`').skip(1).step_by(2).filter_map(|code| {
        let words: Vec<&str> = code.strip_prefix("sluice ")?.split_whitespace().collect();
        words.first()?.chars().all(|c| c.is_ascii_lowercase()).then_some(words)
    })
}

/// Whether the words lead to a command that needs no further verb.
fn exists(words: &[&str]) -> bool {
    let mut command = super::Cli::command();
    for word in words {
        if !command.has_subcommands() || !word.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
            break;
        }
        match command.find_subcommand(word) {
            Some(found) => command = found.clone(),
            None => return word.starts_with('-'),
        }
    }
    true
}

#[test]
fn every_command_people_are_told_to_run_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = Vec::new();
    files(&root, &mut all);
    assert!(all.len() > 200, "the workspace has files");
    let mut missing = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        for words in named(&text).filter(|words| !exists(words)) {
            missing.push(format!("{}: `sluice {}`", path.display(), words.join(" ")));
        }
    }
    assert!(missing.is_empty(), "these commands do not exist:\n{}", missing.join("\n"));
    assert!(exists(&["device", "list", "--state", "silent"]) && !exists(&["device", "frobnicate"]));
}
