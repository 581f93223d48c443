//! A check-in: policy in, inventory and reports out.

use std::time::Duration;

use sluice_wire::{CheckInRequest, CheckInResponse, Inventory, InventoryWish, PolicyError, SignedPolicy};

use super::{Machine, Round};
use crate::site::ContactError;
use crate::state::policy::{self, Held};
use crate::state::{INVENTORY, StateError, reports};

/// Longest time between check-ins that a site can ask for, seconds.
const LONGEST_INTERVAL: u64 = 24 * 3600;
/// Most reports sent in one check-in; the rest follows with the next.
const MAX_REPORTS: usize = 50;
/// How long work waits for the site to take note of it.
const HURRY: Duration = Duration::from_secs(10);
/// A clock that is wrong by more than this is named as the likely cause, seconds.
const CLOCK_TOLERANCE: i64 = 300;

/// Why an exchange ended early.
enum Trouble {
    Contact(ContactError),
    State(StateError),
}

impl From<ContactError> for Trouble {
    fn from(error: ContactError) -> Self {
        Self::Contact(error)
    }
}

impl From<StateError> for Trouble {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl Machine {
    /// Checks in; the round goes on whether that works or not.
    pub(super) async fn check_in(&mut self, round: Round) -> Result<Round, StateError> {
        let Round { inventory, failures, .. } = round;
        match self.exchange(&inventory).await {
            Ok(interval) => {
                let now = self.host.now();
                let activity = &mut self.memory.activity;
                activity.last_contact = Some(now);
                activity.last_error = None;
                self.memory.contact_error = None;
                Ok(Round { inventory, failures: 0, next_check_in: now.saturating_add(interval.cast_signed()) })
            }
            Err(Trouble::Contact(error)) => {
                tracing::warn!(%error, failures, "check-in failed");
                self.memory.activity.last_error = Some(error.to_string());
                self.memory.contact_error = Some(error);
                let pause = self.back_off(failures);
                Ok(Round { inventory, failures: pause.failures, next_check_in: pause.until })
            }
            Err(Trouble::State(error)) => Err(error),
        }
    }

    /// Answers with the seconds until the next check-in.
    async fn exchange(&mut self, inventory: &Inventory) -> Result<u64, Trouble> {
        let now = self.host.now();
        let held = Held::load(&self.state, &self.identity, now)?;
        let request = CheckInRequest {
            agent_version: self.version.clone(),
            hostname: self.identity.name.clone().unwrap_or_else(crate::inventory::hostname),
            inventory_hash: Some(inventory.hash()),
            policy_hash: held.hash_to_report(now),
            status: self.agent_status(),
        };
        let response = self.site.check_in(&request).await?;
        if let Some(signed) = &response.policy {
            self.take_policy(signed, &response)?;
        }
        match &response.inventory {
            InventoryWish::Nothing => {}
            InventoryWish::Difference { base } => self.send_inventory(inventory, Some(base)).await?,
            InventoryWish::Whole => self.send_inventory(inventory, None).await?,
        }
        self.send_reports().await?;
        // Jitter never more than a quarter: a site that asks for haste gets it.
        let interval = response.next_check_in.clamp(1, LONGEST_INTERVAL);
        let held = Held::load(&self.state, &self.identity, now)?;
        let jitter = held.policy().map_or(0, |policy| policy.settings.check_in_jitter).min(interval / 4);
        Ok(interval + self.host.random_up_to(jitter))
    }

    /// Verifies and keeps a policy; a refused one changes nothing and is told once.
    fn take_policy(&mut self, signed: &SignedPolicy, response: &CheckInResponse) -> Result<(), StateError> {
        let now = self.host.now();
        let refusal = match policy::accept(&self.state, &self.identity, signed, now)? {
            Ok(policy) => {
                tracing::info!(assignments = policy.assignments.len(), "new policy");
                None
            }
            Err(error) => {
                let off = now.saturating_sub(response.server_time);
                let clock = matches!(error, PolicyError::Expired | PolicyError::Older) && off.abs() > CLOCK_TOLERANCE;
                let hint =
                    if clock { format!("; this device's clock is {off} s ahead of the site's") } else { String::new() };
                Some(format!("{error}{hint}"))
            }
        };
        if self.memory.policy_refusal != refusal {
            if let Some(refusal) = &refusal {
                tracing::error!(refusal, "the site's policy is refused");
                reports::add(&self.state, Vec::new(), vec![self.event("policy", format!("Refused: {refusal}"))])?;
            }
            self.memory.policy_refusal = refusal;
        }
        Ok(())
    }

    /// Sends the inventory, as a difference when the site holds what it held last time.
    async fn send_inventory(&self, inventory: &Inventory, base: Option<&str>) -> Result<(), Trouble> {
        let known: Option<Inventory> = match base {
            Some(_) => self.state.read_or_default(INVENTORY)?,
            None => None,
        };
        let known = known.filter(|known| Some(known.hash().as_str()) == base);
        let mut upload = inventory.upload(known.as_ref());
        let mut answer = self.site.inventory(&upload).await?;
        if answer.send_whole && upload.base.is_some() {
            upload = inventory.upload(None);
            answer = self.site.inventory(&upload).await?;
        }
        if answer.held.as_deref() == Some(upload.hash.as_str()) {
            self.state.write_light(INVENTORY, &Some(inventory))?;
        }
        Ok(())
    }

    async fn send_reports(&self) -> Result<(), Trouble> {
        for _ in 0..MAX_REPORTS {
            let Some(report) = reports::oldest(&self.state)? else { break };
            let answer = self.site.report(&report).await?;
            reports::acknowledge(&self.state, report.serial, answer.acknowledged)?;
            if answer.acknowledged < report.serial {
                break;
            }
        }
        Ok(())
    }

    /// Sends what waits, now; if that does not work it goes with the next check-in.
    pub(super) async fn try_to_send(&self) -> Result<(), StateError> {
        match tokio::time::timeout(HURRY, self.send_reports()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Trouble::State(error))) => Err(error),
            Ok(Err(Trouble::Contact(error))) => {
                tracing::debug!(%error, "reports wait for the next check-in");
                Ok(())
            }
            Err(_) => {
                tracing::debug!("the site is slow; reports wait for the next check-in");
                Ok(())
            }
        }
    }
}
