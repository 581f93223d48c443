//! Habits of the repository: the two commands, links that lead somewhere, nothing of one machine.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::repository::{expect_none, files, files_with_extension, read, root};

#[test]
fn the_readme_names_the_two_commands() {
    let readme = read(Path::new("README.md"));
    let makefile = read(Path::new("Makefile"));
    for target in ["run", "test"] {
        assert!(readme.contains(&format!("make {target}")), "README.md must name `make {target}`");
        assert!(makefile.contains(&format!("\n{target}:")), "the Makefile must have the target `{target}`");
    }
}

#[test]
fn continuous_integration_runs_make_test() {
    let run = read(Path::new(".ci/run"));
    assert!(run.contains("make test"), ".ci/run must call `make test`: one way to test, everywhere");
    assert!(run.contains("set -euo pipefail"), ".ci/run must stop at the first failure");
}

#[test]
fn scripts_can_be_started() {
    let findings: Vec<String> = files_with_extension(&["sh"])
        .into_iter()
        .chain([Path::new(".ci/run").to_path_buf()])
        .filter(|path| {
            let mode = std::fs::metadata(root().join(path)).expect("file exists").permissions().mode();
            mode & 0o111 == 0 || !read(path).starts_with("#!")
        })
        .map(|path| path.display().to_string())
        .collect();
    expect_none(&findings, "A script starts with #! and is executable (chmod +x).");
}

/// Paths that exist only where this was written. Split, so that this file does not contain them.
const MACHINE_PATHS: [(&str, &str); 6] = [
    ("/work/", "main"),
    ("/work/", "shared"),
    ("/tmp/", "team"),
    ("/root/", ".cargo"),
    ("/root/", ".rustup"),
    ("/home/", "runner"),
];

fn machine_paths(text: &str) -> Vec<String> {
    MACHINE_PATHS.iter().map(|(start, end)| format!("{start}{end}")).filter(|path| text.contains(path)).collect()
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    assert_eq!(machine_paths(&format!("cd {}{}", "/work/", "main")).len(), 1);
    let findings: Vec<String> = files()
        .iter()
        .flat_map(|path| {
            machine_paths(&read(path)).into_iter().map(move |found| format!("{}: {found}", path.display()))
        })
        .collect();
    expect_none(&findings, "Use a path relative to the repository, a setting, or a temporary directory.");
}

/// Addresses of other machines in a script.
fn hosts(script: &str) -> Vec<String> {
    script
        .split(|char: char| char.is_whitespace() || "\"'`()".contains(char))
        .filter(|word| word.contains("://") && !word.contains("127.0.0.1"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn scripts_name_no_host() {
    assert_eq!(hosts("curl \"https://example.com/x\" postgres://p@127.0.0.1:$port/x").len(), 1);
    let mut findings = Vec::new();
    for path in files_with_extension(&["sh"]).into_iter().chain(["Makefile".into(), ".ci/run".into()]) {
        findings.extend(hosts(&read(&path)).into_iter().map(|host| format!("{}: {host}", path.display())));
    }
    expect_none(&findings, "Read the mirror from the machine's own configuration (scripts/debian-root.sh shows how).");
}

/// The relative targets of Markdown links.
fn links(markdown: &str) -> Vec<String> {
    markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.contains("://") && !link.starts_with('#') && !link.starts_with("mailto:"))
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn links_lead_somewhere() {
    assert_eq!(links("[a](docs/a.md#part) [b](https://example.com) ![c](c.png) [d](#d)"), ["docs/a.md", "c.png"]);
    let mut findings = Vec::new();
    for path in files_with_extension(&["md"]) {
        let folder = path.parent().expect("a file is in a folder").to_path_buf();
        for link in links(&read(&path)) {
            if !root().join(&folder).join(&link).exists() {
                findings.push(format!("{}: {link}", path.display()));
            }
        }
    }
    expect_none(&findings, "Correct the link, or add the file (pictures: `make screenshots`).");
}
