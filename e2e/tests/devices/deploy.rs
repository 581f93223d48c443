//! Deployments to a device, and how far they come.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sluice_e2e::eventually;

use crate::assess::Required;
use crate::device::Device;

/// A deployment to one device.
pub struct Deployment {
    pub id: String,
    updates: BTreeSet<String>,
}

/// How far a deployed update has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforcement {
    pub update: String,
    pub state: String,
    /// Symbol of the error.
    pub error: Option<String>,
    pub detail: String,
}

impl Device {
    /// Deploys updates as required, to be installed at once.
    pub async fn deploy(&self, updates: &[&Required]) -> Deployment {
        self.deploy_until(updates, now()).await
    }

    /// Deploys updates as required, with a deadline that does not come in this test.
    pub async fn deploy_for_later(&self, updates: &[&Required]) -> Deployment {
        self.deploy_until(updates, now() + SignedDuration::from_hours(1)).await
    }

    async fn deploy_until(&self, updates: &[&Required], deadline: Timestamp) -> Deployment {
        self.make(updates, json!({ "intent": "required", "deadline": deadline })).await
    }

    /// Deploys updates as available: installed when the device's user asks.
    pub async fn offer(&self, updates: &[&Required]) -> Deployment {
        self.make(updates, json!({ "intent": "available" })).await
    }

    async fn make(&self, updates: &[&Required], mut request: Value) -> Deployment {
        let updates: BTreeSet<_> = updates.iter().map(|u| u.update.clone()).collect();
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        request["name"] = format!("{number}: {} updates for {}", updates.len(), self.name).into();
        request["collection"] = self.collection.clone().into();
        request["updates"] = json!(updates);
        let made = self.api.post("/deployments", request).await;
        Deployment { id: made["id"].as_str().expect("an id").to_owned(), updates }
    }

    /// Cancels a deployment and waits until the device knows.
    pub async fn cancel(&self, deployment: &Deployment) {
        self.api.post(&format!("/deployments/{}/cancel", deployment.id), json!({})).await;
        eventually("the device knows that the deployment is cancelled", async || {
            let status = self.agent_status().await;
            let assigned = status["policy"]["assignments"].as_array().cloned().unwrap_or_default();
            let known = assigned.iter().any(|a| a["deployment"] == deployment.id.as_str());
            if known { Err(format!("{status:#}")) } else { Ok(()) }
        })
        .await;
    }

    /// How far the updates of a deployment have come, by what the site knows.
    pub async fn enforcement(&self, deployment: &Deployment) -> Vec<Enforcement> {
        let details = self.details().await;
        let all = details["enforcement"].as_array().expect("a list").iter();
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let of_it = all.filter(|e| e["deployment"] == deployment.id.as_str());
        let read = |e: &Value| Enforcement {
            update: word(&e["update"]).expect("an update"),
            state: word(&e["state"]).expect("a state"),
            error: word(&e["error"]["symbol"]),
            detail: word(&e["detail"]).unwrap_or_default(),
        };
        of_it.map(read).collect()
    }

    /// Waits until all updates of a deployment have come to `state`, without an error.
    pub async fn comes_to(&self, deployment: &Deployment, state: &str) {
        self.shows(deployment, state, None).await;
    }

    /// Waits until all updates of a deployment have come to `state` with `error`.
    pub async fn fails_with(&self, deployment: &Deployment, state: &str, error: &str) {
        self.shows(deployment, state, Some(error)).await;
    }

    async fn shows(&self, deployment: &Deployment, state: &str, error: Option<&str>) {
        eventually(&format!("{} shows {state} {}", self.name, error.unwrap_or_default()), async || {
            let seen = self.enforcement(deployment).await;
            let right = |e: &&Enforcement| e.is(state) && e.error.as_deref() == error;
            let done: BTreeSet<_> = seen.iter().filter(right).map(|e| &e.update).collect();
            if done == deployment.updates.iter().collect() { Ok(()) } else { Err(format!("{seen:#?}")) }
        })
        .await;
    }

    /// The share of devices that comply with a deployment, percent.
    pub async fn percent_compliant(&self, deployment: &Deployment) -> Option<u64> {
        self.api.get(&format!("/deployments/{}", deployment.id)).await["percent_compliant"].as_u64()
    }

    /// Waits until the device has been in contact once more.
    pub async fn in_contact_again(&self) {
        let moment = now();
        eventually("the device is in contact", async || {
            let details = self.details().await;
            let contact = details["device"]["last_contact"].as_str().and_then(|t| t.parse::<Timestamp>().ok());
            if contact.is_some_and(|contact| contact > moment) { Ok(()) } else { Err(format!("last {contact:?}")) }
        })
        .await;
    }
}

impl Enforcement {
    /// It is `state`. An installed update may wait for a restart as well: that depends on what it
    /// is and what runs.
    pub fn is(&self, state: &str) -> bool {
        self.state == state || (state == "installed" && self.state == "pending-restart")
    }
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "the deadlines of a real device are in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
