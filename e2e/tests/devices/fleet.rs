//! A site that synchronizes what its devices use, and devices of one Debian release.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use sluice_e2e::{Api, Site, SiteOptions, eventually};
use tempfile::TempDir;

use crate::command::{output, words};
use crate::device::{Device, Link};
use crate::relay::Relay;
use crate::root::Root;

/// A site and a root for its devices.
pub struct Fleet {
    site: Site,
    root: Root,
    relay: Relay,
    network: Network,
    devices: Cell<u8>,
    directory: TempDir,
}

impl Fleet {
    /// A site that has synchronized everything that devices of `suite` subscribe to.
    pub async fn of(suite: &str) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "devices are made of namespaces and mounts, which takes root: run `make test` as root or install sudo"
        );
        let network = Network::new();
        let directory = tempfile::tempdir().expect("a temporary directory");
        let relay = Relay::start(machines_proxy().await).await;
        let options = SiteOptions {
            client_ip: Ipv4Addr::UNSPECIFIED.into(),
            arguments: vec!["--check-in=5".to_owned(), format!("--host-name={}", network.site())],
            ..SiteOptions::default()
        };
        let (site, root) = tokio::join!(Site::start(options), Root::unpack(suite, directory.path(), &relay));
        let fleet = Self { site, root, relay, network, devices: Cell::new(0), directory };
        fleet.synchronize().await;
        fleet
    }

    /// Imports the root's own package sources and synchronizes them.
    async fn synchronize(&self) {
        let files = self.root.sources().into_iter().map(|(name, text)| json!({ "name": name, "text": text }));
        let request = json!({
            "files": files.collect::<Vec<_>>(),
            "apt_config_dump": output(&mut self.root.inside(&["apt-config", "dump"])).await,
            "architecture": output(&mut self.root.inside(&["dpkg", "--print-architecture"])).await.trim(),
        });
        let imported = self.api().post("/sources/import", request).await;
        assert_eq!(imported["problems"], json!([]), "{imported:#}");
        let sources = imported["created"].as_array().map_or(0, Vec::len);
        assert!(sources >= 2, "the release and its security updates: {imported:#}");
        // New sources may be synchronizing already.
        let started = self.api().send(reqwest::Method::POST, "/sync/runs", Some(&json!({}))).await;
        started.expect("the site answers");
        eventually("all sources are synchronized", async || {
            let status = self.api().get("/sync").await;
            let items = status["items"].as_array().cloned().unwrap_or_default();
            let failed: Vec<_> = items.iter().filter(|s| !s["last_run"]["error"].is_null()).collect();
            assert!(failed.is_empty(), "{failed:#?}");
            let done = items.iter().filter(|s| s["running"].is_null() && !s["source"]["last_success"].is_null());
            if done.count() == sources { Ok(()) } else { Err(format!("{status:#}")) }
        })
        .await;
    }

    /// The site's API.
    pub fn api(&self) -> &Api {
        self.site.api()
    }

    /// A new device with the agent at work, whose inventory the site has.
    pub async fn device(&self, name: &str) -> Device {
        let mut device = self.unenrolled_device(name).await;
        let token = self.api().post("/enrollment-tokens", json!({ "valid_seconds": 600, "uses": 1 })).await;
        let token = token["secret"].as_str().expect("a secret");
        let server = format!("https://{}:{}", self.network.site(), self.site.client_port());
        device.run(&["sluice", "agent", "enroll", "--server", &server, "--token", token]).await;
        device.id = text(&device.agent_status().await["enrolled"]["device"]);
        device.start_agent();
        let collection = json!({ "name": format!("just {name}"), "devices": [device.id] });
        device.collection = text(&self.api().post("/collections", collection).await["id"]);
        eventually("the site has the device's inventory", async || {
            let seen = device.details().await;
            if seen["device"]["reported"] == true { Ok(()) } else { Err(format!("{seen:#}")) }
        })
        .await;
        device
    }

    async fn unenrolled_device(&self, name: &str) -> Device {
        let number = self.devices.get() + 2;
        self.devices.set(self.devices.get() + 1);
        let device = self.network.link(number);
        let directory = self.directory.path().join(name);
        let device = Device::boot(name, &self.root, directory, device, self.api().clone()).await;
        let options = self.relay.options(self.network.site());
        let lines: String = options.iter().map(|(name, value)| format!("{name} \"{value}\";\n")).collect();
        device.write("/etc/apt/apt.conf.d/95relay", &lines).await;
        device
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A part of the addresses set aside for tests between machines (RFC 2544): 198.18.0.0/15.
struct Network(u32);

impl Network {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Tests that run at the same time have neighbouring process numbers, or one in common.
        Self((std::process::id() + COUNT.fetch_add(97, Ordering::Relaxed)) % 512)
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        let [_, _, high, low] = self.0.to_be_bytes();
        Ipv4Addr::new(198, 18 + high, low, last)
    }

    /// The site's, at this machine's end of every link.
    fn site(&self) -> Ipv4Addr {
        self.address(1)
    }

    fn link(&self, number: u8) -> Link {
        let name = format!("sluice{}-{number}", self.0);
        Link { name, site: self.site(), device: self.address(number) }
    }
}

/// The HTTP proxy that this machine's apt uses, as `host:port`.
async fn machines_proxy() -> Option<String> {
    let dump = output(&mut words(&["apt-config", "dump", "Acquire::http::Proxy"])).await;
    let value = dump.split('"').nth(1)?.strip_prefix("http://")?;
    Some(value.trim_end_matches('/').to_owned())
}
