//! What this machine is.

use std::path::Path;

use sluice_agent::Agent;
use sluice_model::DeviceId;
use sluice_site::Caller;
use tokio::process::Command;

use crate::serve::Running;

/// This machine's apt configuration.
pub(super) struct Apt {
    /// Source lists by path.
    pub(super) files: Vec<(String, String)>,
    /// What `apt-config dump` says, and the trusted keyrings.
    pub(super) config_dump: String,
    /// dpkg's architecture.
    pub(super) architecture: String,
}

/// Reads it; why not, in a few words.
pub(super) async fn apt() -> Result<Apt, String> {
    let run = async |program: &str, argument: &str| {
        let output =
            Command::new(program).arg(argument).env("LC_ALL", "C").stdin(std::process::Stdio::null()).output().await;
        let output = output.ok().filter(|o| o.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    let not_debian = || {
        "it is not a Debian-like machine (dpkg and apt are needed; RPM systems come with a later version)".to_owned()
    };
    let architecture = run("/usr/bin/dpkg", "--print-architecture").await.ok_or_else(not_debian)?.trim().to_owned();
    let mut config_dump = run("/usr/bin/apt-config", "dump").await.ok_or_else(not_debian)?;
    let mut files = Vec::new();
    files.extend(read("/etc/apt/sources.list"));
    for path in listed("/etc/apt/sources.list.d", &["list", "sources"]) {
        files.extend(read(&path));
    }
    // What apt trusts for entries that name no keyring.
    for path in listed("/etc/apt/trusted.gpg.d", &["gpg", "asc"]).into_iter().chain(["/etc/apt/trusted.gpg".to_owned()])
    {
        if Path::new(&path).is_file() {
            config_dump.push_str(&format!("\nSluice::Trusted-Keyrings:: \"{path}\";"));
        }
    }
    Ok(Apt { files, config_dump, architecture })
}

fn read(path: &str) -> Option<(String, String)> {
    let text = std::fs::read(path).ok()?;
    Some((path.to_owned(), String::from_utf8_lossy(&text).into_owned()))
}

fn listed(directory: &str, endings: &[&str]) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path());
    let wanted = entries.filter(|p| p.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e)));
    let mut paths: Vec<String> = wanted.filter_map(|p| p.to_str().map(str::to_owned)).collect();
    paths.sort_unstable();
    paths
}

/// The site knows the device the agent was enrolled as, at the address it was told.
pub(super) async fn still_known(running: &Running, agent: &Agent) -> bool {
    let Ok(Some(enrolled)) = agent.status().map(|status| status.enrolled) else { return false };
    let known = running.site.device(&Caller::system(), DeviceId(enrolled.device)).await.is_ok();
    known && enrolled.server.trim_end_matches('/') == running.client_url
}
