//! Deployments to a device, and how far they come.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sluice_e2e::eventually;

use crate::assess::Required;
use crate::device::Device;

/// A deployment to one device.
pub struct Deployment {
    pub id: String,
    updates: Vec<String>,
}

/// How far a deployed update has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforcement {
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

    /// Deploys updates as required, with a deadline.
    pub async fn deploy_until(&self, updates: &[&Required], deadline: Timestamp) -> Deployment {
        self.make(updates, json!({ "intent": "required", "deadline": deadline })).await
    }

    /// Deploys updates as available: installed when the device's user asks.
    pub async fn offer(&self, updates: &[&Required]) -> Deployment {
        self.make(updates, json!({ "intent": "available" })).await
    }

    async fn make(&self, updates: &[&Required], mut request: Value) -> Deployment {
        let updates: Vec<_> = updates.iter().map(|u| u.update.clone()).collect();
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

    /// How far an update of a deployment has come, by what the site knows.
    pub async fn enforcement(&self, deployment: &Deployment, update: &str) -> Option<Enforcement> {
        let details = self.details().await;
        let all = details["enforcement"].as_array().expect("a list");
        let one = all.iter().find(|e| e["update"] == update && e["deployment"] == deployment.id.as_str())?;
        Some(Enforcement {
            state: one["state"].as_str().expect("a state").to_owned(),
            error: one["error"]["symbol"].as_str().map(str::to_owned),
            detail: one["detail"].as_str().unwrap_or_default().to_owned(),
        })
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
            for update in &deployment.updates {
                let seen = self.enforcement(deployment, update).await;
                let right = seen.as_ref().is_some_and(|seen| seen.is(state) && seen.error.as_deref() == error);
                if !right {
                    return Err(format!("{update}: {seen:?}"));
                }
            }
            Ok(())
        })
        .await;
    }

    /// The share of devices that comply with a deployment, percent.
    pub async fn percent_compliant(&self, deployment: &Deployment) -> Option<u64> {
        self.api.get(&format!("/deployments/{}", deployment.id)).await["percent_compliant"].as_u64()
    }

    /// Waits until the device was in contact after `moment`.
    pub async fn in_contact_after(&self, moment: Timestamp) {
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
#[expect(clippy::disallowed_methods, reason = "deadlines of a real device are in real time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The time in `seconds`.
pub fn in_seconds(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}
