//! The root file system that the devices of a test share.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use sluice_e2e::repository;
use tokio::process::Command;

use crate::command::{output, words};
use crate::relay::Relay;

/// Packages made to look older than they are, so that there are always some pending updates, also
/// on the day after a point release. Small ones, in every Debian, that nothing depends on by
/// version; the update that puts them right is a real one from the mirror.
pub const AGED: [&str; 4] = ["diffutils", "gzip", "hostname", "mawk"];

/// A root with pending updates, and the package lists to know them by.
pub struct Root {
    /// Where it is.
    pub path: PathBuf,
}

impl Root {
    /// Unpacks a root of `suite` into `directory`.
    pub async fn unpack(suite: &str, directory: &Path, relay: &Relay) -> Self {
        let made = output(Command::new(repository().join("scripts/debian-root.sh")).arg(suite)).await;
        let path = directory.join(suite);
        std::fs::create_dir(&path).expect("a new directory");
        let tar = made.lines().last().expect("debian-root.sh names its tar");
        output(Command::new("tar").args(["-xf", tar, "-C"]).arg(&path)).await;
        let root = Self { path };
        root.age();
        let mut update = root.inside(&["apt-get", "-q", "update"]);
        for (name, value) in relay.options(Ipv4Addr::LOCALHOST) {
            update.arg("-o").arg(format!("{name}={value}"));
        }
        output(&mut update).await;
        root
    }

    /// A command in the root itself, before there are devices.
    pub fn inside(&self, line: &[&str]) -> Command {
        let mut command = words(&["unshare", "--mount", "--pid", "--fork", "--kill-child", "chroot"]);
        command.arg(&self.path).args(line);
        command.env("LC_ALL", "C");
        command
    }

    /// The root's package sources, with keyrings by their path on this machine: the site trusts
    /// the keys that the devices trust.
    pub fn sources(&self) -> Vec<(String, String)> {
        let directory = self.path.join("etc/apt/sources.list.d");
        let keyrings = self.path.join("usr/share/keyrings/");
        let files = directory.read_dir().expect("a Debian root").map(|entry| entry.expect("readable").path());
        let named = files.map(|file| {
            let text = std::fs::read_to_string(&file).expect("package sources");
            let name = file.strip_prefix(&self.path).expect("inside");
            (format!("/{}", name.display()), text.replace("/usr/share/keyrings/", &keyrings.to_string_lossy()))
        });
        named.collect()
    }

    /// Writes older versions of [`AGED`] into dpkg's database.
    fn age(&self) {
        let path = self.path.join("var/lib/dpkg/status");
        let status = std::fs::read_to_string(&path).expect("dpkg's database");
        let mut aged = false;
        let lines = status.lines().map(|line| {
            if let Some(name) = line.strip_prefix("Package: ") {
                aged = AGED.contains(&name);
            }
            if aged && line.starts_with("Version: ") { format!("{line}~aged\n") } else { format!("{line}\n") }
        });
        let lines: String = lines.collect();
        assert_eq!(lines.matches("~aged\n").count(), AGED.len(), "the root has all of {AGED:?}");
        std::fs::write(&path, lines).expect("dpkg's database can be written");
    }
}
