//! What agents ask of the site.

use std::sync::Arc;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use sluice_catalog::planner;
use sluice_catalog::{self as catalog, DeviceChange, DeviceRecord, Fleet};
use sluice_model::{
    DeploymentId, DeviceId, DeviceKind, DeviceNumber, EnforcementState, ErrorCode, Intent, Inventory, Name,
    RestartBehaviour, Sha256, UpdateId, UserNotification,
};
use sluice_store::device::NewDevice;
use sluice_store::inventory::PackedInventory;
use sluice_store::report::Ingested;
use sluice_store::{audit, device, device_event, enforcement, enrollment, inventory, report};
use sluice_wire::{
    AssignedPackage, Assignment, DeviceCredential, EnrollmentToken, Policy, PolicySettings, SignedPolicy,
};
use tokio::sync::OwnedMutexGuard;

use crate::caller::Caller;
use crate::devices::DeviceEvent;
use crate::digest;
use crate::enrollment::hash_of;
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::known::{KnownDevice, Named, Said};
use crate::site::Site;

/// A device that has shown its credential.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedDevice {
    /// Identity.
    pub id: DeviceId,
    /// Dense number.
    pub number: DeviceNumber,
}

/// A newly enrolled device.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// Identity.
    pub device: DeviceId,
    /// What it shows from now on.
    pub credential: DeviceCredential,
    /// Ed25519 public key of the site's policies.
    pub policy_key: [u8; 32],
    /// The site's name.
    pub site: String,
}

/// What a device says at a check-in.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Version of its agent.
    pub agent_version: String,
    /// Its host name.
    pub hostname: String,
    /// Hash of the inventory it would send.
    pub inventory_hash: Option<[u8; 32]>,
    /// Content hash of the policy it holds.
    pub policy_hash: Option<String>,
    /// What its agent is doing.
    pub state: String,
    /// More about it.
    pub detail: String,
    /// It can install.
    pub can_install: bool,
}

/// What the site answers.
#[derive(Clone, Debug)]
pub struct CheckedIn {
    /// A new policy.
    pub policy: Option<SignedPolicy>,
    /// Hash of the inventory the site holds.
    pub held_inventory: Option<[u8; 32]>,
    /// It is the one the device has.
    pub same_inventory: bool,
    /// Seconds until the next check-in.
    pub next_check_in: u64,
}

/// What a device reports.
#[derive(Clone, Debug, Default)]
pub struct DeviceReport {
    /// Serial number.
    pub serial: u64,
    /// New enforcement states.
    pub enforcement: Vec<ReportedEnforcement>,
    /// History.
    pub events: Vec<DeviceEvent>,
}

/// An enforcement state in a report.
#[derive(Clone, Debug)]
pub struct ReportedEnforcement {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The update.
    pub update: UpdateId,
    /// The state.
    pub state: EnforcementState,
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// One line.
    pub detail: String,
    /// End of the output.
    pub output: String,
    /// Since when.
    pub at: Timestamp,
}

/// How long a policy is in force; a device that cannot reach its site installs nothing after it.
const POLICY_LIFE_DAYS: i64 = 8;
const DAY: i64 = 24 * 3600;
/// Seconds between check-ins of a device that has something to install.
const BUSY_CHECK_IN: u64 = 60;
/// Seconds an agent waits for another package operation.
const LOCK_WAIT: u64 = 600;
/// Enforcement states of a device, beyond which only those of updates in the catalog are taken.
const MAX_ENFORCEMENT: usize = 10_000;
/// Seconds between announcing a restart and doing it.
const RESTART_DELAY: u64 = 60;

impl Site {
    /// Enrols a device with a token.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is unknown, used up or expired; `Invalid` for a bad name.
    pub async fn enroll(
        self: &Arc<Self>,
        token: &EnrollmentToken,
        hostname: &str,
        agent_version: &str,
    ) -> SiteResult<Enrolled> {
        let name = Name::new(hostname)
            .map_err(|e| SiteError::invalid("hostname", e.to_string(), "Give the device a host name."))?;
        let (now, hash) = (self.now(), hash_of(token));
        let credential = DeviceCredential { device: self.host.new_id(), secret: self.host.secret() };
        let id = DeviceId(credential.device);
        let secret = credential.secret_hash();
        let new = NewDevice {
            id,
            hostname: name.to_string(),
            kind: DeviceKind::Linux,
            secret_hash: Some(secret),
            agent_version: agent_version.to_owned(),
        };
        let entry = self.audit_entry(&Caller::system(), "device.enroll", name.as_str(), &format!("token {}", token.id));
        let refused = || {
            SiteError::unauthenticated(
                "the enrolment token is unknown, used up or expired",
                "Make a new one: `sluice token enroll`, or Devices > Add in the console.",
            )
        };
        // Strangers with wrong tokens must not keep the one writer busy.
        if !enrollment::is_good(&mut self.store.reader().await?, &hash, now).await? {
            return Err(refused());
        }
        let site = Arc::clone(self);
        let work = async move {
            let enrolled = site.store.write(move |tx| {
                Box::pin(async move {
                    if enrollment::consume(tx, &hash, now).await?.is_none() {
                        return Ok(None);
                    }
                    let record = device::enrol(tx, new, now).await?;
                    audit::append(tx, entry).await?;
                    Ok(Some(record))
                })
            });
            let record = enrolled.await?.ok_or_else(refused)?;
            site.known.insert(id, record.number, secret, None);
            let change = DeviceChange::Record(DeviceRecord {
                number: record.number,
                id,
                name: record.hostname.into(),
                agent_version: record.agent_version.into(),
                enrolled_at: now,
                last_contact: Some(now),
            });
            site.keeper.device(id, vec![change]).await
        };
        self.to_the_end(work).await?;
        Ok(Enrolled { device: id, credential, policy_key: self.policy_key.public(), site: self.config.name.clone() })
    }

    /// Checks a device's credential against the snapshot.
    ///
    /// # Errors
    /// `Unauthenticated` when it does not fit or the device was removed.
    pub fn authenticate_device(&self, credential: &DeviceCredential) -> SiteResult<AuthenticatedDevice> {
        let id = DeviceId(credential.device);
        let known = self.known.get(id).filter(|known| digest::same(&known.secret_hash, &credential.secret_hash()));
        let known = known.ok_or_else(unknown_device)?;
        Ok(AuthenticatedDevice { id, number: known.number })
    }

    /// Answers a check-in: no lock, no database.
    ///
    /// # Errors
    /// When the policy cannot be signed, a defect.
    pub fn check_in(&self, device: &AuthenticatedDevice, contact: Contact) -> SiteResult<CheckedIn> {
        let now = self.now();
        let fleet = self.fleet();
        let known = self.known.get(device.id);
        if let Some(row) = fleet.device(device.number) {
            row.touch(now);
            let same = *row.name == *contact.hostname && *row.agent_version == *contact.agent_version;
            if let (false, Some(known), Ok(name)) = (same, &known, Name::new(&contact.hostname)) {
                known.rename(Named { name, agent_version: contact.agent_version.clone() });
            }
        }
        let assignments = self.assignments(&fleet, device, now);
        let busy = assignments.iter().any(|a| a.required && a.deadline.is_some_and(|d| d <= now.as_second()));
        let policy = self.policy(device.id, now, assignments);
        let policy = match contact.policy_hash {
            Some(held) if held == policy.content_hash() => None,
            _ => Some(self.policy_key.sign(&policy)?),
        };
        let held_inventory = known.as_ref().and_then(|k| k.inventory_hash.load_full()).map(|hash| *hash);
        if let Some(known) = known {
            let said = Said { state: contact.state, detail: contact.detail, can_install: contact.can_install };
            if known.said.load().as_deref() != Some(&said) {
                known.said.store(Some(Arc::new(said)));
                self.emit(SiteEvent::Device(device.id));
            }
        }
        let idle = u64::try_from(self.config.check_in.as_secs()).unwrap_or(900);
        Ok(CheckedIn {
            policy,
            same_inventory: held_inventory.is_some() && held_inventory == contact.inventory_hash,
            held_inventory,
            next_check_in: if busy { idle.min(BUSY_CHECK_IN) } else { idle },
        })
    }

    fn assignments(&self, fleet: &Fleet, device: &AuthenticatedDevice, now: Timestamp) -> Vec<Assignment> {
        let directory = self.directory.load();
        let mine = directory.deployments_to(device.id).filter(|d| d.is_active(now));
        let only = RoaringBitmap::from_iter([device.number.0]);
        let mine: Vec<_> = mine.map(|d| directory.resolved(d, only.clone())).collect();
        planner::assignments(fleet, device.number, &mine, now).iter().map(|a| assignment(fleet, a)).collect()
    }

    fn policy(&self, device: DeviceId, now: Timestamp, assignments: Vec<Assignment>) -> Policy {
        let issued_at = now.as_second();
        let check_in = u64::try_from(self.config.check_in.as_secs()).unwrap_or(900);
        Policy {
            device: device.0,
            issued_at,
            // By whole days, so that an unchanged policy is sent once a day and never runs out.
            expires_at: (issued_at / DAY + POLICY_LIFE_DAYS) * DAY,
            settings: PolicySettings {
                check_in,
                check_in_jitter: check_in / 10,
                lock_wait: LOCK_WAIT,
                restart_delay: RESTART_DELAY,
            },
            assignments,
        }
    }

    /// The inventory the site holds of a device.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn held_inventory(&self, device: &AuthenticatedDevice) -> SiteResult<Option<Inventory>> {
        let stored = inventory::get(&mut self.store.reader().await?, device.id).await?;
        Ok(stored.map(|record| record.inventory))
    }

    /// Stores an inventory; when it returns, the device's compliance is the new one.
    ///
    /// # Errors
    /// When it cannot be stored; then nothing changed.
    pub async fn ingest_inventory(
        self: &Arc<Self>,
        device: &AuthenticatedDevice,
        inventory: Inventory,
        hash: [u8; 32],
    ) -> SiteResult<()> {
        let (site, id, number) = (Arc::clone(self), device.id, device.number);
        let inventory = Arc::new(inventory);
        let packed = PackedInventory::new(&inventory)?;
        let work = async move {
            let (known, _turn) = site.device_turn(id).await?;
            let at = site.now();
            site.store
                .write(move |tx| Box::pin(async move { inventory::save(tx, id, packed, Sha256(hash), at).await }))
                .await?;
            site.keeper.device(id, vec![DeviceChange::Inventory { device: number, at, inventory }]).await?;
            // Only what is served is held: after a failure the device sends it again.
            known.inventory_hash.store(Some(Arc::new(hash)));
            Ok(())
        };
        self.to_the_end(work).await
    }

    /// Stores a report; the serial number up to which everything is stored for good. It is above the
    /// report's own when the site knows later ones and took this one for a repetition.
    ///
    /// # Errors
    /// When it cannot be stored; then nothing of it is.
    pub async fn ingest_report(
        self: &Arc<Self>,
        device: &AuthenticatedDevice,
        report: DeviceReport,
    ) -> SiteResult<u64> {
        let (site, id, number, serial) = (Arc::clone(self), device.id, device.number, report.serial);
        let now = self.now();
        // A device's clock may be wrong; what it says happened cannot be later than now.
        let not_later = |at: Timestamp| at.min(now);
        let events = report.events.into_iter().map(|e| device_event::DeviceEvent {
            at: not_later(e.at),
            kind: e.kind,
            detail: e.text,
        });
        let events: Vec<_> = events.collect();
        let fleet = self.fleet();
        let row = crate::devices::find(&fleet, id)?;
        // A device can claim anything; it cannot fill the site with claims about what is not there.
        let believable = |e: &ReportedEnforcement| {
            row.enforcement.len() < MAX_ENFORCEMENT || fleet.catalog().current(e.update).is_some()
        };
        let states = report.enforcement.into_iter().filter(believable).map(|e| enforcement::EnforcementRecord {
            device: id,
            update: e.update,
            state: e.state,
            code: e.error,
            detail: e.detail,
            output: e.output,
            deployment: Some(e.deployment),
            at: not_later(e.at),
        });
        let states: Vec<_> = states.collect();
        let records: Vec<_> = states.iter().map(enforcement_in_memory).collect();
        let work = async move {
            let (_, _turn) = site.device_turn(id).await?;
            let stored = site
                .store
                .write(move |tx| Box::pin(async move { report::ingest(tx, id, serial, &events, &states).await }));
            match stored.await? {
                Ingested::Duplicate { newest } => Ok(serial.max(newest)),
                Ingested::New => {
                    site.keeper.device(id, vec![DeviceChange::Enforcement { device: number, records }]).await?;
                    Ok(serial)
                }
            }
        };
        self.to_the_end(work).await
    }

    /// Waits until nothing else of a device is being taken in. Held from storing until it is served,
    /// so that both have one order.
    pub(crate) async fn device_turn(&self, id: DeviceId) -> SiteResult<(Arc<KnownDevice>, OwnedMutexGuard<()>)> {
        let known = self.known.get(id).ok_or_else(unknown_device)?;
        let turn = Arc::clone(&known.turn).lock_owned().await;
        // It may have been removed meanwhile.
        self.known.get(id).ok_or_else(unknown_device)?;
        Ok((known, turn))
    }
}

fn unknown_device() -> SiteError {
    SiteError::unauthenticated(
        "this site does not know the device",
        "It was removed or the site was restored: enrol it again.",
    )
}

/// A stored enforcement state as the snapshot keeps it.
pub(crate) fn enforcement_in_memory(stored: &enforcement::EnforcementRecord) -> catalog::EnforcementRecord {
    catalog::EnforcementRecord {
        update: stored.update,
        state: stored.state,
        code: stored.code,
        detail: stored.detail.as_str().into(),
        at: stored.at,
        deployment: stored.deployment,
    }
}

/// An enforcement state of the snapshot as it is stored; without output.
pub(crate) fn enforcement_in_store(
    device: DeviceId,
    record: &catalog::EnforcementRecord,
) -> enforcement::EnforcementRecord {
    enforcement::EnforcementRecord {
        device,
        update: record.update,
        state: record.state,
        code: record.code,
        detail: record.detail.to_string(),
        output: String::new(),
        deployment: record.deployment,
        at: record.at,
    }
}

fn assignment(fleet: &Fleet, planned: &planner::Assignment) -> Assignment {
    let title = fleet.catalog().revision(planned.revision).map(|update| update.title.clone());
    let notification = match planned.notification {
        UserNotification::ShowAll => "show-all",
        UserNotification::RestartOnly => "restart-only",
        UserNotification::HideAll => "hide-all",
    };
    let packages = planned.packages.iter().map(|p| AssignedPackage {
        name: p.name.clone(),
        architecture: p.architecture.clone(),
        version: p.version.clone(),
        size: p.size,
        sha256: p.sha256.to_string(),
    });
    Assignment {
        deployment: planned.deployment.0,
        deployment_name: planned.name.to_string(),
        update: planned.update.0,
        title: title.unwrap_or_default(),
        required: planned.intent == Intent::Required,
        available_at: planned.available_at.as_second(),
        deadline: planned.deadline.map(Timestamp::as_second),
        restart: planned.restart == RestartBehaviour::Allowed,
        notification: notification.into(),
        packages: packages.collect(),
    }
}
