//! A site with a small catalog, simulated agents that talk to it, and what an administrator does and sees.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions, eventually};
use sluice_model::{DeviceId, UpdateId};
use sluice_sim::windows::{Behaviour, Profile, Server, ServerOptions, VirtualMachine, WindowsClient};
use sluice_sim::{Clock, Host};

use crate::catalog::{self, Software};
use crate::site::sluice;
use crate::wire::Wire;

/// A site for Windows devices.
pub struct Rig {
    pub site: Site,
    pub folder: tempfile::TempDir,
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "agents and site of these tests live in real time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A number that no other test of this process has.
fn fresh() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

impl Rig {
    /// A site with the foundations of the catalog and some updates, whose content it has.
    pub async fn with(updates: &[Software]) -> Self {
        Self::of(SiteOptions::default(), updates).await
    }

    /// The same, started in some way.
    pub async fn of(options: SiteOptions, updates: &[Software]) -> Self {
        let mut rig = Self::empty(options).await;
        let documents: String = updates.iter().map(catalog::software).collect();
        rig.import(&([catalog::foundations(), documents].concat()), updates).await;
        rig
    }

    /// A site with an empty catalog.
    pub async fn empty(options: SiteOptions) -> Self {
        let site = Site::start(options).await;
        Self { site, folder: tempfile::tempdir().expect("a temporary directory") }
    }

    /// Imports documents and the content of some updates.
    pub async fn import(&mut self, documents: &str, contents: &[Software]) {
        let folder = self.folder.path().join(fresh().to_string());
        std::fs::create_dir(&folder).expect("a new directory");
        catalog::write(&folder, documents, contents);
        self.import_folder(&folder).await;
    }

    /// Imports the documents and the content of a folder that [`catalog::write`] made.
    pub async fn import_folder(&self, folder: &Path) {
        let path = |name: &str| folder.join(name).display().to_string();
        sluice(&self.site, &["catalog", "import", &path(catalog::DOCUMENTS), "--content", &path(catalog::CONTENT)])
            .await;
    }

    /// How agents reach the site: with TLS and its authority.
    pub fn server(&self) -> Arc<Server> {
        let authority = std::fs::read(self.site.authority_path()).expect("the site's authority");
        let url = format!("https://127.0.0.1:{}", self.site.client_port());
        Server::new(&ServerOptions::with_authority(url, authority), host()).expect("a server to connect to")
    }

    /// Somebody who speaks to the services as no agent does.
    pub fn wire(&self) -> Wire {
        Wire::to(&self.site)
    }

    /// A Windows 11 machine that behaves.
    pub fn client(&self) -> WindowsClient {
        self.client_that(Behaviour::default())
    }

    /// A Windows 11 machine that behaves in some way.
    pub fn client_that(&self, behaviour: Behaviour) -> WindowsClient {
        let machine = VirtualMachine::new(Profile::Windows11Pro25H2, 7, fresh());
        WindowsClient::new(machine, self.server(), behaviour)
    }

    /// Deploys updates to all devices; gives the deployment's identity.
    pub async fn deploy(&self, intent: &str, deadline: Option<Timestamp>, articles: &[u32]) -> String {
        let all = self.collection("All devices").await;
        self.deploy_to(&all, intent, deadline, articles).await
    }

    /// Deploys updates to a collection.
    pub async fn deploy_to(
        &self,
        collection: &str,
        intent: &str,
        deadline: Option<Timestamp>,
        articles: &[u32],
    ) -> String {
        let updates: Vec<_> = articles.iter().map(|article| catalog::kb(*article).to_string()).collect();
        let mut request = json!({
            "name": format!("Deployment {}", fresh()), "collection": collection, "updates": updates, "intent": intent,
        });
        if let Some(deadline) = deadline {
            request["deadline"] = deadline.to_string().into();
        }
        let made = self.site.api().post("/deployments", request).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Deploys updates to be installed by now.
    pub async fn require(&self, articles: &[u32]) -> String {
        self.deploy("required", Some(now()), articles).await
    }

    /// The identity of a collection by its name.
    pub async fn collection(&self, name: &str) -> String {
        let all = self.site.api().get("/collections").await;
        let found = all["items"].as_array().expect("a list").iter().find(|c| c["name"] == name);
        found.unwrap_or_else(|| panic!("no collection {name}: {all:#}"))["id"].as_str().expect("an id").to_owned()
    }

    /// The device of an agent, as the API shows it.
    pub async fn device(&self, client: &WindowsClient) -> Value {
        let id = DeviceId::of_windows_client(&client.machine().client_id().to_string());
        self.site.api().get(&format!("/devices/{id}")).await
    }

    /// The compliance state of an update on a device: `required`, `installed`, …
    pub async fn state(&self, client: &WindowsClient, article: u32) -> String {
        let id = DeviceId::of_windows_client(&client.machine().client_id().to_string());
        let path = format!("/devices/{id}/updates/{}/explanation", catalog::kb(article));
        let explanation = self.site.api().get(&path).await;
        explanation["state"].as_str().unwrap_or_else(|| panic!("{explanation:#}")).to_owned()
    }

    /// Waits until an update has a state on a device.
    pub async fn shows(&self, client: &WindowsClient, article: u32, state: &str) {
        eventually(&format!("KB{article} is {state}"), async || {
            let seen = self.state(client, article).await;
            if seen == state { Ok(()) } else { Err(seen) }
        })
        .await;
    }

    /// The enforcement of an update on a device: state and code of the error.
    pub async fn enforcement(&self, client: &WindowsClient, update: UpdateId) -> Option<(String, Option<u64>)> {
        let device = self.device(client).await;
        let all = device["enforcement"].as_array().expect("a list");
        let found = all.iter().find(|one| one["update"] == update.to_string().as_str())?;
        Some((found["state"].as_str().expect("a state").to_owned(), found["error"]["code"].as_u64()))
    }
}

/// A deadline that does not come in a test.
pub fn later() -> Timestamp {
    now() + SignedDuration::from_hours(1)
}

/// Clock of simulated agents.
pub fn host() -> Host {
    Host { clock: Arc::new(SystemClock) }
}
