//! Invariant: crates form layers, edges go downwards, and each outside library has its place.

use std::collections::BTreeMap;

use crate::repository::{cargo, expect_none};

/// Every crate below `crates/` from the bottom up, with exactly the crates of ours it depends on.
/// A crate may only name crates above its own line.
const EDGES: [(&str, &[&str]); 13] = [
    ("sluice-model", &[]),
    ("sluice-wsus", &["sluice-model"]),
    ("sluice-packages", &[]),
    ("sluice-wire", &[]),
    ("sluice-catalog", &["sluice-model", "sluice-packages"]),
    ("sluice-store", &["sluice-model"]),
    ("sluice-content", &[]),
    ("sluice-bundle", &[]),
    (
        "sluice-site",
        &[
            "sluice-bundle",
            "sluice-catalog",
            "sluice-content",
            "sluice-model",
            "sluice-packages",
            "sluice-store",
            "sluice-wire",
            "sluice-wsus",
        ],
    ),
    ("sluice-web", &["sluice-catalog", "sluice-content", "sluice-model", "sluice-site", "sluice-wire", "sluice-wsus"]),
    ("sluice-agent", &["sluice-packages", "sluice-wire"]),
    ("sluice-sim", &["sluice-model", "sluice-packages", "sluice-wire", "sluice-wsus"]),
    (
        "sluice",
        &[
            "sluice-agent",
            "sluice-bundle",
            "sluice-catalog",
            "sluice-content",
            "sluice-model",
            "sluice-packages",
            "sluice-sim",
            "sluice-site",
            "sluice-store",
            "sluice-web",
            "sluice-wire",
        ],
    ),
];

/// Outside libraries that belong to one layer.
const OWNED: [(&str, &[&str], &str); 10] = [
    ("sqlx", &["sluice-store"], "only the store talks to databases"),
    ("quick-xml", &["sluice-wsus"], "only one crate knows Microsoft's XML"),
    ("pgp", &["sluice-packages"], "signatures of repositories are checked in one place"),
    ("axum", &["sluice-web"], "HTTP ends at the web layer"),
    ("askama", &["sluice-web"], "HTML ends at the web layer"),
    ("utoipa", &["sluice-web"], "the API's description is part of the web layer"),
    ("rusty-s3", &["sluice-content"], "buckets are spoken to in one place"),
    ("argon2", &["sluice-site"], "passwords are checked in one place"),
    ("clap", &["sluice"], "the command line is the binary's"),
    ("tracing-subscriber", &["sluice"], "where logs go is the binary's decision"),
];

/// Crates that compute and do nothing else, and what they therefore never use.
const PURE: [&str; 6] =
    ["sluice-model", "sluice-wsus", "sluice-packages", "sluice-wire", "sluice-catalog", "sluice-bundle"];
const IMPURE: [&str; 9] =
    ["tokio", "reqwest", "sqlx", "axum", "hyper", "rustls", "rustix", "tracing", "tracing-subscriber"];

/// Crates whose types are never encoded directly: wire, rows and API have types of their own.
const WITHOUT_SERDE: [&str; 4] = ["sluice-model", "sluice-wsus", "sluice-packages", "sluice-catalog"];

struct Package {
    name: String,
    manifest: String,
    license: String,
    /// Normal and build dependencies, sorted.
    dependencies: Vec<String>,
}

/// The members of the workspace, read with cargo.
fn workspace() -> Vec<Package> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: serde_json::Value = serde_json::from_str(&text).expect("cargo metadata is JSON");
    let string = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            let mut dependencies: Vec<String> = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .map(|dependency| string(&dependency["name"]))
                .collect();
            dependencies.sort();
            dependencies.dedup();
            Package {
                name: string(&package["name"]),
                manifest: string(&package["manifest_path"]),
                license: string(&package["license"]),
                dependencies,
            }
        })
        .collect()
}

fn edge_findings(found: &BTreeMap<String, Vec<String>>, table: &[(&str, &[&str])]) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, edges) in found {
        let Some((_, allowed)) = table.iter().find(|(listed, _)| listed == name) else {
            findings.push(format!("{name} is not in the table"));
            continue;
        };
        for edge in edges.iter().filter(|edge| !allowed.contains(&edge.as_str())) {
            findings.push(format!("{name} depends on {edge}, which the table does not allow"));
        }
        for edge in allowed.iter().filter(|edge| !edges.iter().any(|have| have == **edge)) {
            findings.push(format!("{name} no longer depends on {edge}: take it out of the table"));
        }
    }
    for (name, _) in table.iter().filter(|(name, _)| !found.contains_key(*name)) {
        findings.push(format!("{name} is in the table but not in the workspace"));
    }
    findings
}

#[test]
fn edges_equal_the_table() {
    let found: BTreeMap<String, Vec<String>> = workspace()
        .into_iter()
        .filter(|package| package.manifest.contains("/crates/"))
        .map(|package| {
            let ours = package.dependencies.into_iter().filter(|name| name.starts_with("sluice-")).collect();
            (package.name, ours)
        })
        .collect();
    expect_none(
        &edge_findings(&found, &EDGES),
        "Edges go downwards only (ARCHITECTURE.md, \"Crates\"). If the design changed, change the table and the document.",
    );
}

#[test]
fn a_wrong_edge_is_found() {
    let found = BTreeMap::from([
        ("sluice-model".to_owned(), vec!["sluice-store".to_owned()]),
        ("sluice-new".to_owned(), vec![]),
    ]);
    let table: [(&str, &[&str]); 2] = [("sluice-model", &[]), ("sluice-gone", &[])];
    assert_eq!(edge_findings(&found, &table).len(), 3);
}

#[test]
fn the_table_goes_downwards() {
    for (position, (name, edges)) in EDGES.iter().enumerate() {
        for edge in *edges {
            assert!(EDGES[..position].iter().any(|(below, _)| below == edge), "{name} -> {edge} does not go downwards");
        }
    }
}

#[test]
fn each_library_has_its_place() {
    let mut findings = Vec::new();
    for package in workspace().into_iter().filter(|package| package.manifest.contains("/crates/")) {
        let name = package.name.as_str();
        for dependency in &package.dependencies {
            let dependency = dependency.as_str();
            for (_, owners, why) in OWNED.iter().filter(|(owned, ..)| *owned == dependency) {
                if !owners.contains(&name) {
                    findings.push(format!("{name} depends on {dependency}: {why} ({})", owners.join(", ")));
                }
            }
            if PURE.contains(&name) && IMPURE.contains(&dependency) {
                findings.push(format!("{name} depends on {dependency}, but it only computes"));
            }
            if WITHOUT_SERDE.contains(&name) && dependency.starts_with("serde") {
                findings.push(format!("{name} depends on {dependency}, but its types are not encoded directly"));
            }
        }
    }
    expect_none(&findings, "Move the code to the crate that owns the library, or change the rule and ARCHITECTURE.md.");
}

#[test]
fn every_crate_follows_the_workspace() {
    let mut findings = Vec::new();
    for package in workspace() {
        let manifest = std::fs::read_to_string(&package.manifest).expect("readable manifest");
        if !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!("{}: no `[lints] workspace = true`", package.name));
        }
        if package.license != "MIT OR Apache-2.0" {
            findings.push(format!("{}: licence {:?}", package.name, package.license));
        }
    }
    expect_none(&findings, "Add the lines that the other manifests have.");
}

#[test]
fn the_crate_map_is_complete() {
    let map = crate::repository::read("ARCHITECTURE.md".as_ref());
    let findings: Vec<String> = workspace()
        .into_iter()
        .map(|package| package.name)
        .filter(|name| !map.contains(&format!("`{name}`")))
        .collect();
    expect_none(&findings, "Describe the crate in ARCHITECTURE.md, section \"Crates\".");
}
