//! A Linux device beside the Windows ones: it has an old version of the one package its archive offers.

use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use sluice_e2e::Site;
use sluice_wire::{
    AgentStatus, BASE_PATH, CheckInRequest, CheckInResponse, EnrollRequest, EnrollResponse, Index, Inventory,
    OperatingSystem, Package,
};

use crate::archive::{ROOT, Suite};
use crate::signing::Signer;
use crate::source::{define, settings, sync, text, update};
use crate::upstream::Upstream;

/// A Linux device, its archive, and the update it needs.
pub struct Linux {
    http: Client,
    base: String,
    credential: String,
    update: String,
    _upstream: Upstream,
}

impl Linux {
    /// Publishes an archive, synchronizes it, and enrols a device that is behind.
    pub async fn enrol(site: &Site) -> Self {
        let upstream = Upstream::start().await;
        let (signer, key) = Signer::with_key();
        Suite::new("anvil").offer("main/binary-amd64", &["tool 2.0"]).publish(&upstream, &signer, &[key]);
        let source = define(site, "Anvil", &settings(&upstream, "anvil", &signer.public(&[key]))).await;
        sync(site, &source).await;
        let update = text(&update(site, "tool 2.0").await["id"]);

        let token = site.api().post("/enrollment-tokens", json!({ "valid_seconds": 600, "uses": 1 })).await;
        let pem = std::fs::read(site.authority_path()).expect("the authority's certificate");
        let authority = Certificate::from_pem(&pem).expect("a certificate");
        let http = Client::builder().no_proxy().tls_certs_only([authority]).build().expect("a client");
        let base = format!("https://127.0.0.1:{}{BASE_PATH}", site.client_port());
        let request = EnrollRequest {
            token: text(&token["secret"]),
            hostname: "linux.example.org".into(),
            agent_version: "1".into(),
        };
        let answer = http.post(format!("{base}/enroll")).json(&request).send().await.expect("an answer");
        let answer: EnrollResponse = answer.error_for_status().expect("enrolled").json().await.expect("JSON");
        let linux = Self { http, base, credential: answer.credential, update, _upstream: upstream };
        let mut inventory = Inventory {
            os: OperatingSystem {
                id: "debian".into(),
                title: "Debian of these tests".into(),
                ..OperatingSystem::default()
            },
            architecture: "amd64".into(),
            indexes: vec![Index {
                uri: format!("{}/{ROOT}", linux._upstream.address()),
                suite: "anvil".into(),
                component: "main".into(),
                architecture: "amd64".into(),
                origin: "Test".into(),
                label: "Test".into(),
                codename: "anvil".into(),
                priority: Some(500),
            }],
            packages: vec![Package {
                name: "tool".into(),
                arch: "amd64".into(),
                version: "1.0".into(),
                source: "tool".into(),
                held: false,
                broken: false,
            }],
            ..Inventory::default()
        };
        inventory.normalize();
        linux.ask("inventory", &json!(inventory.upload(None))).await;
        linux
    }

    async fn ask(&self, path: &str, request: &Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.base)).bearer_auth(&self.credential).json(request);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The update it needs.
    pub fn update(&self) -> &str {
        &self.update
    }

    /// Whether its policy tells it to install the update.
    pub async fn is_assigned(&self) -> bool {
        let request = CheckInRequest {
            agent_version: "1".into(),
            hostname: "linux.example.org".into(),
            inventory_hash: None,
            policy_hash: None,
            status: AgentStatus::default(),
        };
        let answer: CheckInResponse =
            serde_json::from_value(self.ask("check-in", &json!(request)).await).expect("an answer");
        let policy = answer.policy.expect("a policy");
        policy.payload.contains(&self.update)
    }
}
