//! Habit: small files with one purpose. A folder listing explains the system.

use crate::repository::{expect_none, files_with_extension, read};

/// No file is longer than this.
const LONGEST: usize = 1000;
/// A file above this is long; at most one Rust file in ten may be.
const LONG: usize = 400;
/// The median of the Rust files stays below this.
const MEDIAN: usize = 200;

#[test]
fn files_are_small() {
    let mut too_long = Vec::new();
    for path in files_with_extension(&["rs", "html", "css", "js", "sh", "toml", "md"]) {
        let lines = read(&path).lines().count();
        if lines > LONGEST {
            too_long.push(format!("{}: {lines} lines", path.display()));
        }
    }
    expect_none(&too_long, &format!("A file has at most {LONGEST} lines: split it by purpose."));
}

#[test]
fn most_rust_files_are_short() {
    let mut sizes: Vec<(usize, String)> = files_with_extension(&["rs"])
        .into_iter()
        .map(|path| (read(&path).lines().count(), path.display().to_string()))
        .collect();
    sizes.sort();
    let median = sizes[sizes.len() / 2].0;
    let long: Vec<String> =
        sizes.iter().filter(|(lines, _)| *lines > LONG).map(|(lines, path)| format!("{path}: {lines} lines")).collect();
    eprintln!("{} Rust files, median {median} lines, {} above {LONG}", sizes.len(), long.len());
    assert!(median <= MEDIAN, "the median Rust file has {median} lines, above {MEDIAN}: split the long ones");
    if long.len() * 10 > sizes.len() {
        expect_none(&long, &format!("More than one Rust file in ten is above {LONG} lines: split the longest."));
    }
}
