//! Devices that speak the agent protocol, and remember what the site acknowledged.

use reqwest::{Certificate, Client};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sluice_e2e::Site;
use sluice_wire::{
    AgentStatus, BASE_PATH, CheckInRequest, CheckInResponse, EnforcementReport, EnrollRequest, EnrollResponse, Event,
    Inventory, InventoryResponse, InventoryWish, Package, ReportRequest, ReportResponse,
};
use uuid::Uuid;

use crate::random::Random;
use crate::source::text;

/// A device.
pub struct Device {
    http: Client,
    base: String,
    credential: String,
    pub id: Uuid,
    /// What it would send.
    inventory: Inventory,
    /// The inventory that was acknowledged last, and one sent after it without an answer.
    acknowledged: Option<String>,
    unanswered: Option<String>,
    /// Inventories that were acknowledged.
    inventories: u64,
    /// The last report that was acknowledged, and one sent after it without an answer.
    serial: u64,
    reported: Option<ReportRequest>,
    pending: Option<ReportRequest>,
}

/// Enforcement states of a report, in turn.
const STATES: [&str; 4] = ["downloading", "downloaded", "installing", "installed"];

impl Device {
    /// Enrols a device.
    pub async fn enroll(site: &Site, name: &str) -> Self {
        let token = site.api().post("/enrollment-tokens", json!({ "valid_seconds": 600, "uses": 1 })).await;
        let pem = std::fs::read(site.data_directory().join("authority.pem")).expect("the authority's certificate");
        let authority = Certificate::from_pem(&pem).expect("a certificate");
        let http = Client::builder().no_proxy().tls_certs_only([authority]).build().expect("a client");
        let base = format!("https://127.0.0.1:{}{BASE_PATH}", site.client_port());
        let request = EnrollRequest { token: text(&token["secret"]), hostname: name.into(), agent_version: "1".into() };
        let answer = http.post(format!("{base}/enroll")).json(&request).send().await.expect("an answer");
        let answer: EnrollResponse = answer.error_for_status().expect("enrolled").json().await.expect("JSON");
        let inventory = Inventory { architecture: "amd64".into(), ..Inventory::default() };
        Self {
            http,
            base,
            credential: answer.credential,
            id: answer.device_id,
            inventory,
            acknowledged: None,
            unanswered: None,
            inventories: 0,
            serial: 0,
            reported: None,
            pending: None,
        }
    }

    /// `None` when no answer came.
    async fn ask<T: DeserializeOwned>(&self, path: &str, request: &impl Serialize) -> Option<T> {
        let request = self.http.post(format!("{}/{path}", self.base)).bearer_auth(&self.credential).json(request);
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let body = answer.text().await.ok()?;
        assert!(status.is_success(), "{path}: {status} {body}");
        Some(serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}")))
    }

    /// Installs or removes something, and sends the difference; false when no answer came.
    pub async fn send_inventory(&mut self, random: &mut Random) -> bool {
        let before = self.inventory.clone();
        for _ in 0..=random.below(20) {
            let name = format!("package{}", random.below(300));
            self.inventory.packages.retain(|package| package.name != name);
            if random.below(4) > 0 {
                let version = format!("1.{}", random.below(100));
                let (arch, source) = ("amd64".to_owned(), name.clone());
                self.inventory.packages.push(Package { name, arch, version, source, held: false, broken: false });
            }
        }
        self.inventory.normalize();
        // A difference, as an agent that knows what the site holds.
        let known = self.acknowledged.is_some() && self.unanswered.is_none();
        let upload = self.inventory.upload(known.then_some(&before));
        let hash = upload.hash.clone();
        self.unanswered = Some(hash.clone());
        let Some(answer) = self.ask::<InventoryResponse>("inventory", &upload).await else { return false };
        assert!(!answer.send_whole && answer.held.as_deref() == Some(&hash), "{answer:?}");
        (self.acknowledged, self.unanswered) = (Some(hash), None);
        self.inventories += 1;
        true
    }

    /// Reports the next state of an update; false when no answer came.
    pub async fn send_report(&mut self, deployment: Uuid, update: Uuid) -> bool {
        let request = self.pending.take().unwrap_or_else(|| {
            let (serial, at) = (self.serial + 1, crate::archive::now().as_second());
            let state = STATES[usize::try_from(serial).expect("small") % STATES.len()].to_owned();
            let detail = format!("report {serial}");
            let event = Event { at, kind: "install".into(), text: format!("event {serial} of {}", self.id) };
            let (error, output) = (None, String::new());
            let state = EnforcementReport { deployment, update, state, error, detail, output, at };
            ReportRequest { serial, enforcement: vec![state], events: vec![event] }
        });
        let answer = self.ask::<ReportResponse>("report", &request).await;
        match answer {
            Some(answer) => {
                assert_eq!(answer.acknowledged, request.serial);
                self.serial = request.serial;
                self.reported = Some(request);
                true
            }
            None => {
                self.pending = Some(request);
                false
            }
        }
    }

    /// How much was acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.inventories + self.serial
    }

    /// Everything that was acknowledged is there.
    pub async fn verify(&mut self, site: &Site) {
        let request = CheckInRequest {
            agent_version: "1".into(),
            hostname: format!("device-{}", self.id),
            inventory_hash: self.acknowledged.clone(),
            policy_hash: None,
            status: AgentStatus::default(),
        };
        let answer: CheckInResponse = self.ask("check-in", &request).await.expect("the site runs");
        match (&answer.inventory, &self.acknowledged) {
            (InventoryWish::Nothing, Some(_)) => {}
            (InventoryWish::Whole, None) => {}
            // What was not answered may have been stored, too.
            (InventoryWish::Difference { base }, _) if self.unanswered.as_ref() == Some(base) => {
                self.acknowledged = Some(base.clone());
            }
            (wish, acknowledged) => panic!("the inventory {acknowledged:?} is lost: {wish:?}"),
        }
        if self.unanswered == self.acknowledged {
            self.unanswered = None;
        }
        let Some(reported) = &self.reported else { return };
        let (event, state) = (&reported.events[0], &reported.enforcement[0]);
        let events = site.api().get(&format!("/devices/{}/events?limit=20", self.id)).await.to_string();
        assert!(events.contains(&format!("{}\"", event.text)), "{} is lost: {events}", event.text);
        let device = site.api().get(&format!("/devices/{}", self.id)).await;
        let held = device["enforcement"].as_array().expect("a list").iter();
        let held = held.filter(|held| held["update"] == state.update.to_string()).map(|held| text(&held["detail"]));
        let held: Vec<_> = held.collect();
        let next = self.pending.as_ref().map(|pending| pending.enforcement[0].detail.clone());
        assert!(held == [state.detail.clone()] || held.first() == next.as_ref(), "{} is lost: {held:?}", state.detail);
    }
}
