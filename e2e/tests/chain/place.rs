//! Three sites, one below the other.

use std::net::Ipv4Addr;
use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions, eventually};

use crate::catalog::{self, Software};
use crate::door::Door;
use crate::network::{Cable, Network};

/// A site in a network of its own.
pub struct Place {
    pub site: Site,
    _doors: [Door; 2],
    _network: Network,
}

/// Three of them. Fields are in the order in which they end.
pub struct Chain {
    pub top: Place,
    pub middle: Place,
    pub bottom: Place,
    /// Between top and middle, and between middle and bottom.
    pub cables: [Cable; 2],
    pub folder: tempfile::TempDir,
}

impl Place {
    async fn new(network: Network, address: Option<Ipv4Addr>) -> Self {
        let mut options = SiteOptions { client_ip: Ipv4Addr::UNSPECIFIED.into(), ..SiteOptions::default() };
        options.wrapper = ["ip", "netns", "exec", &network.name].map(str::to_owned).to_vec();
        if let Some(address) = address {
            options.arguments.push(format!("--host-name={address}"));
        }
        let mut site = Site::prepare(options);
        let doors =
            [Door::open(&network.name, site.admin_port()).await, Door::open(&network.name, site.client_port()).await];
        site.start_again().await;
        Self { site, _doors: doors, _network: network }
    }

    /// Makes this one synchronize from another; gives the source.
    pub async fn below(&self, upper: &Self, cable: &Cable, replica: bool) -> String {
        let authority = std::fs::read_to_string(upper.site.authority_path()).expect("the authority of the upper site");
        let url = format!("https://{}:{}", cable.address, upper.site.client_port());
        let source = json!({
            "name": "upstream",
            "upstream": { "url": url, "authorities": authority, "replica": replica },
            "schedule": { "kind": "manual" },
            "enabled": true,
        });
        let made = self.site.api().post("/sources", source).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Synchronizes and gives the run that ended; one that is under way already is as good.
    pub async fn sync(&self) -> Value {
        let before = self.runs().await;
        self.start_sync().await;
        self.finished(&before).await
    }

    /// Starts a synchronization, if none is under way.
    pub async fn start_sync(&self) {
        let answer = self.site.api().send(Method::POST, "/sync/runs", Some(&json!({}))).await.expect("an answer");
        assert!(answer.status.is_success() || answer.status == StatusCode::CONFLICT, "{answer:?}");
    }

    /// The run that was not there before, as soon as it ended. Clocks of sites may go wrong: times say nothing.
    pub async fn finished(&self, before: &[Value]) -> Value {
        eventually("the synchronization ends", async || {
            let runs = self.runs().await;
            let new = runs.into_iter().find(|run| before.iter().all(|known| known["id"] != run["id"]));
            new.ok_or_else(|| "it runs".to_owned())
        })
        .await
    }

    /// Whether a synchronization is under way.
    pub async fn is_running(&self) -> bool {
        let status = self.site.api().get("/sync").await;
        status["items"].as_array().expect("a list").iter().any(|source| !source["running"].is_null())
    }

    pub async fn runs(&self) -> Vec<Value> {
        self.site.api().get("/sync/runs").await["items"].as_array().expect("a list").clone()
    }

    /// Selects everything there is to select.
    pub async fn select_all(&self) {
        let before = self.runs().await;
        let all = self.site.api().get("/categories").await;
        let ids: Vec<_> = all["items"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
        self.site.api().post("/categories/selection", json!({ "select": ids })).await;
        self.finished(&before).await;
    }

    /// Imports documents and the content of updates.
    pub async fn import(&self, folder: &Path, documents: &str, contents: &[Software]) {
        std::fs::create_dir(folder).expect("a new directory");
        catalog::write(folder, documents, contents);
        let path = |name: &str| folder.join(name).display().to_string();
        let mut command = tokio::process::Command::new(sluice_e2e::program());
        command.args(["catalog", "import", &path(catalog::DOCUMENTS), "--content", &path(catalog::CONTENT)]);
        command.env("SLUICE_CONFIG", self.site.credentials_path());
        let output = command.output().await.expect("the program can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What it offers: updates with their revisions, in order.
    pub async fn catalog(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.site.api().get(&format!("/updates?limit=1000{next}")).await;
            let items = page["items"].as_array().expect("a list");
            all.extend(items.iter().map(|item| format!("{} {} {}", item["id"], item["title"], item["state"])));
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        all.sort();
        all
    }

    /// Nothing in its store is wrong.
    pub async fn is_sound(&self) {
        let checked = self.site.api().post("/store/check", json!({})).await;
        assert_eq!(checked["problems"], json!([]), "{checked:#}");
    }
}

impl Chain {
    /// Three sites with cables between them; the top has some updates and serves anybody.
    pub async fn new(updates: &[Software]) -> Self {
        let networks = [(); 3].map(|()| Network::new());
        let cables = [Cable::lay(&networks[0], &networks[1]), Cable::lay(&networks[1], &networks[2])];
        let [first, second, third] = networks;
        let (top, middle, bottom) = tokio::join!(
            Place::new(first, Some(cables[0].address)),
            Place::new(second, Some(cables[1].address)),
            Place::new(third, None)
        );
        for place in [&top, &middle] {
            place.site.api().patch("/settings/downstream", json!({ "servers": "anybody" })).await;
        }
        let folder = tempfile::tempdir().expect("a temporary directory");
        let chain = Self { top, middle, bottom, cables, folder };
        let documents: String = updates.iter().map(catalog::software).collect();
        chain.publish("first", &(catalog::foundations() + &documents), updates).await;
        chain
    }

    /// Publishes at the top.
    pub async fn publish(&self, name: &str, documents: &str, contents: &[Software]) {
        self.top.import(&self.folder.path().join(name), documents, contents).await;
    }

    /// The same with everything selected and synchronized from top to bottom.
    pub async fn synchronized(updates: &[Software]) -> Self {
        let chain = Self::new(updates).await;
        chain.middle.below(&chain.top, &chain.cables[0], false).await;
        chain.bottom.below(&chain.middle, &chain.cables[1], false).await;
        for place in [&chain.middle, &chain.bottom] {
            assert_eq!(place.sync().await["error"], Value::Null);
            place.select_all().await;
        }
        chain.is_equal().await;
        chain
    }

    /// What the top has is what they all have.
    pub async fn is_equal(&self) {
        let top = self.top.catalog().await;
        assert!(!top.is_empty());
        assert_eq!(self.middle.catalog().await, top);
        assert_eq!(self.bottom.catalog().await, top);
    }
}
