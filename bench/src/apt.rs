//! This machine's apt: its sources, and the program itself as the peer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::measure;

/// This machine's apt configuration, as a site imports it.
pub struct Configuration {
    pub files: Vec<(String, String)>,
    pub dump: String,
    pub architecture: String,
}

/// Reads it.
pub fn configuration() -> anyhow::Result<Configuration> {
    let mut files = Vec::new();
    let mut paths = vec![PathBuf::from("/etc/apt/sources.list")];
    paths.extend(listed("/etc/apt/sources.list.d", &["list", "sources"]));
    for path in paths.iter().filter(|path| path.is_file()) {
        let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        files.push((path.display().to_string(), String::from_utf8_lossy(&text).into_owned()));
    }
    let mut dump = output("/usr/bin/apt-config", &["dump"])?;
    for path in listed("/etc/apt/trusted.gpg.d", &["gpg", "asc"]) {
        dump.push_str(&format!("\nSluice::Trusted-Keyrings:: \"{}\";", path.display()));
    }
    Ok(Configuration {
        files,
        dump,
        architecture: output("/usr/bin/dpkg", &["--print-architecture"])?.trim().to_owned(),
    })
}

fn listed(directory: &str, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending));
    let mut paths: Vec<PathBuf> = entries.filter(wanted).collect();
    paths.sort_unstable();
    paths
}

fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("starting {program}"))?;
    anyhow::ensure!(output.status.success(), "{program} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `apt-get update` from empty lists into a directory of its own, with this machine's sources
/// and settings, for package indices only; its CPU seconds.
pub fn update(directory: &Path) -> anyhow::Result<f64> {
    let lists = directory.join("lists");
    if lists.exists() {
        std::fs::remove_dir_all(&lists)?;
    }
    for path in ["lists/partial", "cache/archives/partial"] {
        std::fs::create_dir_all(directory.join(path))?;
    }
    let option = |name: &str, value: &str| format!("-o{name}={value}");
    let arguments = [
        option("Dir::State::lists", &lists.display().to_string()),
        option("Dir::Cache", &directory.join("cache").display().to_string()),
        option("Acquire::Languages", "none"),
        option("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false"),
        option("Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled", "false"),
        option("Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled", "false"),
        option("Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled", "false"),
        // The directory is this user's alone.
        option("APT::Sandbox::User", "root"),
        "-qq".to_owned(),
        "update".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    measure::cpu_of_program("/usr/bin/apt-get", &arguments)
}

/// The package indices that [`update`] has fetched, unpacked, as files in `to`.
pub fn unpack_indexes(directory: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(directory.join("lists"))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.contains("_Packages"))
        else {
            continue;
        };
        let text = output("/usr/lib/apt/apt-helper", &["cat-file", &path.display().to_string()])?;
        std::fs::write(to.join(name), text)?;
    }
    Ok(())
}
