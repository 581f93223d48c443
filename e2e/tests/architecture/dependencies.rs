//! Habit: licences, forbidden libraries and duplicates are decided in `deny.toml`.
//!
//! cargo-deny reads that file when it is installed (`make audit`). It takes minutes to install, so
//! the same rules are checked here from what cargo itself knows, in every `make test`.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{cargo, expect_none, read};

/// A dependency as built for this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Dependency {
    name: String,
    version: String,
    license: String,
}

fn tree() -> BTreeSet<Dependency> {
    let text = cargo(&[
        "tree",
        "--workspace",
        "--locked",
        "--offline",
        "--edges=normal,build,dev",
        "--prefix=none",
        "--format={p}\t{l}",
    ]);
    text.lines().filter_map(parse_line).collect()
}

/// `name v1.2.3 (path or proc-macro)<tab>licence (*)`
fn parse_line(line: &str) -> Option<Dependency> {
    let (package, license) = line.split_once('\t')?;
    let mut words = package.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some(Dependency { name, version, license: license.trim_end_matches(" (*)").trim().to_owned() })
}

/// The quoted words of a list `key = [ ... ]` in deny.toml; for tables, those after `field = `.
fn list(deny: &str, section: &str, key: &str) -> Vec<String> {
    let start = deny.find(&format!("[{section}]\n")).unwrap_or_else(|| panic!("deny.toml has no [{section}]"));
    let section = deny[start + 1..].split("\n[").next().unwrap_or_default();
    let start = section.find(&format!("\n{key} = [")).unwrap_or_else(|| panic!("deny.toml has no list {key}"));
    let list = section[start..].split("\n]").next().unwrap_or_default();
    list.lines()
        .skip(2)
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split('"').nth(1).map(str::to_owned))
        .collect()
}

/// Does this SPDX expression allow use under the listed licences alone?
fn allowed(expression: &str, licenses: &[String]) -> bool {
    // "MIT/Apache-2.0" is the old way to write OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+WITH+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let good = any(&words, &mut at, licenses);
    good && at == words.len()
}

fn any(words: &[&str], at: &mut usize, licenses: &[String]) -> bool {
    let mut good = all(words, at, licenses);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= all(words, at, licenses);
    }
    good
}

fn all(words: &[&str], at: &mut usize, licenses: &[String]) -> bool {
    let mut good = one(words, at, licenses);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= one(words, at, licenses);
    }
    good
}

fn one(words: &[&str], at: &mut usize, licenses: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let good = any(words, at, licenses);
        *at += 1; // the closing parenthesis
        return good;
    }
    licenses.iter().any(|license| *license == word.replace("+WITH+", " WITH "))
}

#[test]
fn licence_expressions_are_understood() {
    let licenses = ["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned(), "ISC".to_owned()];
    for good in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "ISC AND (MIT OR GPL-2.0)", "Apache-2.0 WITH LLVM-exception"] {
        assert!(allowed(good, &licenses), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "ISC AND (GPL-2.0 OR LGPL-2.1)", "MIT )"] {
        assert!(!allowed(bad, &licenses), "{bad}");
    }
}

#[test]
fn every_licence_is_on_the_list() {
    let licenses = list(&read("deny.toml".as_ref()), "licenses", "allow");
    let findings: Vec<String> = tree()
        .into_iter()
        .filter(|dependency| !allowed(&dependency.license, &licenses))
        .map(|dependency| format!("{} {}: {:?}", dependency.name, dependency.version, dependency.license))
        .collect();
    expect_none(&findings, "Choose another library, or, if the licence is permissive, add it to deny.toml.");
}

#[test]
fn nothing_forbidden_is_used() {
    let banned = list(&read("deny.toml".as_ref()), "bans", "deny");
    assert!(banned.contains(&"openssl-sys".to_owned()), "deny.toml's list of bans was not understood");
    let findings: Vec<String> = tree()
        .into_iter()
        .filter(|dependency| banned.contains(&dependency.name))
        .map(|dependency| format!("{} {}", dependency.name, dependency.version))
        .collect();
    expect_none(&findings, "`cargo tree --workspace -i <name>` shows who brings it; switch that feature off.");
}

/// Is this version covered by the skip entry "name@1.2"?
fn skipped(name: &str, version: &str, entry: &str) -> bool {
    entry.split_once('@').is_some_and(|(entry_name, start)| {
        entry_name == name && version.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[test]
fn duplicates_are_known() {
    assert!(skipped("sha2", "0.10.9", "sha2@0.10") && !skipped("sha2", "0.101.0", "sha2@0.10"));
    let skips = list(&read("deny.toml".as_ref()), "bans", "skip");
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for dependency in tree() {
        versions.entry(dependency.name).or_default().insert(dependency.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    let mut findings = Vec::new();
    for (name, versions) in &versions {
        let left: Vec<_> =
            versions.iter().filter(|version| !skips.iter().any(|entry| skipped(name, version, entry))).collect();
        if left.len() > 1 {
            findings.push(format!("{name} is built in the versions {left:?}"));
        }
    }
    // Another processor may need fewer of them.
    if cfg!(target_arch = "x86_64") {
        for entry in &skips {
            let used =
                versions.iter().any(|(name, versions)| versions.iter().any(|version| skipped(name, version, entry)));
            if !used {
                findings.push(format!("{entry} is skipped in deny.toml but is no duplicate any more"));
            }
        }
    }
    expect_none(
        &findings,
        "Align the versions if you can; else list the older one under `skip` in deny.toml, with who brings it.",
    );
}
