//! A device: a real Debian root with processes and a host name of its own and the real agent in
//! it. It has this machine's network. All of it ends with the value, however that ends.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use sluice_e2e::{Site, eventually, program, repository};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::command::{output, words};

/// Bytes of the agent's log printed when a test fails.
const SHOWN: usize = 4 << 10;

/// A root file system that devices share.
pub struct Root {
    directory: TempDir,
}

impl Root {
    /// Unpacks a root of a Debian release.
    pub async fn unpack(suite: &str) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "devices are made of namespaces and mounts, which takes root: run `make test` as root or install sudo"
        );
        let directory = tempfile::tempdir().expect("a temporary directory");
        let made = output(Command::new(repository().join("scripts/debian-root.sh")).arg(suite)).await;
        let tar = made.lines().last().expect("debian-root.sh names its tar");
        output(words(&["tar", "-xf", tar, "-C"]).arg(directory.path())).await;
        Self { directory }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// A running device.
pub struct Device {
    name: String,
    /// Its first process, by this machine's number.
    process: String,
    /// Lives as long as the device; its standard input keeps the device alive.
    _first: Child,
    agent: Option<Child>,
    directory: TempDir,
}

impl Device {
    /// Starts a device without an agent.
    pub async fn boot(name: &str, root: &Root) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices/first-process.sh");
        let mount_point = directory.path().join("root");
        std::fs::create_dir(&mount_point).expect("a directory");
        let mut command = words(&["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "sh"]);
        command.arg(script).arg(name).arg(root.path()).arg(&mount_point).arg(program());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut first = command.spawn().expect("unshare");
        let said = first.stdout.take().expect("piped");
        let process = BufReader::new(said).lines().next_line().await.expect("readable");
        let process = process.expect("the device came up (its error is above)");
        assert_ne!(
            identity(&format!("/proc/{process}/root/.")),
            identity("/"),
            "it must not be in this machine's root"
        );
        Self { name: name.to_owned(), process, _first: first, agent: None, directory }
    }

    /// Writes a file of the device.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = PathBuf::from(format!("/proc/{}/root{path}", self.process));
        std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    fn inside(&self, line: &[&str]) -> Command {
        let namespaces = ["--mount", "--uts", "--ipc", "--pid", "--root", "--wd"];
        let mut command = words(&["nsenter", "--target", &self.process]);
        command.args(namespaces).args(line).env_clear().env("LC_ALL", "C").env("HOME", "/root");
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// Runs a shell script in the device, which must succeed.
    pub async fn shell(&self, script: &str) -> String {
        output(&mut self.inside(&["sh", "-euc", script])).await
    }

    /// Makes it a device of a site and waits until the site has its inventory. Returns its
    /// identifier.
    pub async fn join(&mut self, site: &Site) -> String {
        let token = site.api().post("/enrollment-tokens", json!({ "valid_seconds": 600, "uses": 1 })).await;
        let token = token["secret"].as_str().expect("a secret");
        let port = site.client_port();
        self.shell(&format!("sluice agent enroll --server https://127.0.0.1:{port} --token {token}")).await;
        let status = self.shell("sluice agent status --json").await;
        let status: Value = serde_json::from_str(&status).expect("the agent writes JSON");
        let id = status["enrolled"]["device"].as_str().expect("an identifier").to_owned();
        let log = File::create(self.log()).expect("a log file");
        let mut command = self.inside(&["sluice", "agent", "run"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log).kill_on_drop(true);
        self.agent = Some(command.spawn().expect("nsenter"));
        eventually("the site has the device's inventory", async || {
            let seen = site.api().get(&format!("/devices/{id}")).await;
            if seen["device"]["reported"] == true { Ok(()) } else { Err(format!("{seen:#}")) }
        })
        .await;
        id
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("agent.log")
    }
}

/// What tells one directory from all others.
fn identity(path: &str) -> (u64, u64) {
    let metadata = std::fs::metadata(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    (metadata.dev(), metadata.ino())
}

impl Drop for Device {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = String::from_utf8_lossy(&std::fs::read(self.log()).unwrap_or_default()).into_owned();
            let from = log.ceil_char_boundary(log.len().saturating_sub(SHOWN));
            eprintln!("--- end of the agent's log on {} ---\n{}", self.name, &log[from..]);
        }
    }
}
