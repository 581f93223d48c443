//! A device: a Debian root with processes, mounts, host name and network of its own, and the real
//! agent in it. All of it ends with the value, or with the test however that ends.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use sluice_e2e::{Api, program};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::command::{output, words};
use crate::place::Place;
use crate::root::Root;

/// Bytes of the agent's log printed when a test fails.
const SHOWN: usize = 6 << 10;

/// The cable between a device and this machine.
pub struct Link {
    /// Name of this machine's end.
    pub name: String,
    /// Address of this machine's end: the site's.
    pub site: Ipv4Addr,
    /// Address of the device.
    pub device: Ipv4Addr,
}

/// A running device.
pub struct Device {
    pub name: String,
    pub api: Api,
    /// Its identity at the site, once enrolled.
    pub id: String,
    /// A collection of just this device.
    pub collection: String,
    link: Link,
    directory: PathBuf,
    place: Place,
    /// Lives as long as the device; its standard input keeps the device alive.
    _first: Child,
    agent: Option<Child>,
}

impl Device {
    /// Starts a device without an agent in `directory`, which must be empty.
    pub async fn boot(name: &str, root: &Root, directory: PathBuf, link: Link, api: Api) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices/first-process.sh");
        let work = directory.join("root");
        std::fs::create_dir_all(&work).expect("a directory");
        let mut command =
            words(&["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child", "sh"]);
        command.arg(script).arg(name).arg(&root.path).arg(&work).arg(program());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut first = command.spawn().expect("unshare");
        let said = first.stdout.take().expect("piped");
        let process = BufReader::new(said).lines().next_line().await.expect("readable");
        let process = process.expect("the device came up (its error is above)");
        let (api, id, collection) = (api, String::new(), String::new());
        let (name, place) = (name.to_owned(), Place::of(&process));
        let device = Self { name, api, id, collection, link, directory, place, _first: first, agent: None };
        device.plug_in(&process).await;
        device
    }

    /// Lays the cable.
    async fn plug_in(&self, process: &str) {
        let Link { name, site, device } = &self.link;
        let (site, device) = (site.to_string(), device.to_string());
        let ip = async |line: &[&str]| output(words(&["ip"]).args(line)).await;
        ip(&["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", process]).await;
        ip(&["address", "add", &site, "peer", &device, "dev", name]).await;
        ip(&["link", "set", name, "up"]).await;
        let inside = async |line: &[&str]| output(self.place.with_network(&["ip"]).args(line)).await;
        inside(&["link", "set", "lo", "up"]).await;
        inside(&["address", "add", &device, "peer", &site, "dev", "eth0"]).await;
        inside(&["link", "set", "eth0", "up"]).await;
    }

    /// Cuts the cable, or mends it.
    pub async fn link(&self, state: &str) {
        output(&mut words(&["ip", "link", "set", &self.link.name, state])).await;
    }

    /// Writes a file of the device.
    pub async fn write(&self, path: &str, text: &str) {
        let text = text.replace('\'', r"'\''");
        self.shell(&format!("printf %s '{text}' >{path}")).await;
    }

    /// Whether a file is there.
    pub async fn has(&self, path: &str) -> bool {
        self.shell(&format!("test ! -e {path} || echo yes")).await == "yes\n"
    }

    /// Runs a command in the device, which must succeed.
    pub async fn run(&self, line: &[&str]) -> String {
        output(&mut self.place.inside(line)).await
    }

    /// Runs a shell script in the device.
    pub async fn shell(&self, script: &str) -> String {
        self.run(&["sh", "-euc", script]).await
    }

    /// Starts the agent's service.
    pub fn start_agent(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log file");
        let script = "echo $$ >/run/agent.process; exec sluice agent run";
        let mut command = self.place.inside(&["sh", "-c", script]);
        command.env("SLUICE_LOG", "info,sluice_agent=debug").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
        self.agent = Some(command.spawn().expect("nsenter"));
    }

    /// Kills the agent and nothing else: whatever package operation runs goes on.
    pub async fn kill_agent(&mut self) {
        self.shell("kill -9 $(cat /run/agent.process)").await;
        self.agent_ended().await;
    }

    /// Kills every process of the device at once, as a power cut does.
    pub async fn cut_power(&mut self) {
        self.shell("kill -9 -1").await;
        self.agent_ended().await;
    }

    async fn agent_ended(&mut self) {
        let mut agent = self.agent.take().expect("the agent runs");
        agent.wait().await.expect("our child");
    }

    /// What the agent says of itself on the device.
    pub async fn agent_status(&self) -> Value {
        let text = self.run(&["sluice", "agent", "status", "--json"]).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn log(&self) -> PathBuf {
        self.directory.join("agent.log")
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // It would go with the device's network, but connections that the device has left half
        // open over a cut link keep that for a while.
        let _ = std::process::Command::new("ip").args(["link", "delete", &self.link.name]).output();
        if std::thread::panicking() {
            let log = String::from_utf8_lossy(&std::fs::read(self.log()).unwrap_or_default()).into_owned();
            let from = log.ceil_char_boundary(log.len().saturating_sub(SHOWN));
            eprintln!("--- end of the agent's log on {} ---\n{}", self.name, &log[from..]);
        }
    }
}
