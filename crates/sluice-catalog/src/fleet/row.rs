//! One device.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sluice_model::{
    ComplianceState, DeviceId, DeviceNumber, KernelFacts, OperatingSystem, RestartEvidence, RevisionId, UpdateId,
};

use crate::device::{DeviceFacts, InstalledNumber};
use crate::evaluate::DeviceCompliance;

use super::enforcement::EnforcementRecord;

/// The value of [`DeviceRow::last_contact`] of a device that has never been heard.
pub const NEVER: i64 = i64::MIN;

/// A device with all that is known of it.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// Dense number.
    pub number: DeviceNumber,
    /// Identity.
    pub id: DeviceId,
    /// Display name, usually the host name.
    pub name: Arc<str>,
    /// Version of its agent; empty when not known.
    pub agent_version: Arc<str>,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// Microseconds since the epoch of its last contact, or [`NEVER`]. Shared by all snapshots and
    /// raised by check-ins without making a new one.
    pub last_contact: Arc<AtomicI64>,
    /// When its inventory was taken.
    pub last_inventory_at: Option<Timestamp>,
    /// Its operating system, when it has sent an inventory.
    pub os: Option<Arc<OperatingSystem>>,
    /// Its kernels.
    pub kernel: Arc<KernelFacts>,
    /// Why it needs a restart.
    pub restart: Arc<RestartEvidence>,
    /// Its subscription and packages; `None` before the first inventory.
    pub facts: Option<Arc<DeviceFacts>>,
    /// What it needs and has; `None` before the first inventory.
    pub compliance: Option<Arc<DeviceCompliance>>,
    /// Held packages; sorted.
    pub held: Arc<[InstalledNumber]>,
    /// Packages that dpkg says are in a broken state; sorted.
    pub broken: Arc<[InstalledNumber]>,
    /// How far enforcement has come, by update; sorted.
    pub enforcement: Arc<[EnforcementRecord]>,
}

impl DeviceRow {
    /// The state of an update, by its current revision.
    #[must_use]
    pub fn state(&self, revision: RevisionId) -> ComplianceState {
        self.compliance.as_ref().map_or(ComplianceState::Unknown, |compliance| compliance.state(revision))
    }

    /// When it was last heard.
    #[must_use]
    pub fn last_contact_at(&self) -> Option<Timestamp> {
        let micros = self.last_contact.load(Ordering::Relaxed);
        if micros == NEVER { None } else { Timestamp::from_microsecond(micros).ok() }
    }

    /// Notes a contact. Times may arrive out of order; the latest stays.
    pub fn touch(&self, at: Timestamp) {
        self.last_contact.fetch_max(at.as_microsecond(), Ordering::Relaxed);
    }

    /// Whether it has not been heard since a time.
    #[must_use]
    pub fn silent_since(&self, since: Timestamp) -> bool {
        self.last_contact.load(Ordering::Relaxed) < since.as_microsecond()
    }

    /// Whether it needs a restart.
    #[must_use]
    pub fn needs_restart(&self) -> bool {
        self.restart.device_restart()
    }

    /// Whether its package database needs repair.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Whether a package is held.
    #[must_use]
    pub fn holds(&self, package: InstalledNumber) -> bool {
        self.held.binary_search(&package).is_ok()
    }

    /// How far the enforcement of an update has come.
    #[must_use]
    pub fn enforcement_of(&self, update: UpdateId) -> Option<&EnforcementRecord> {
        let at = self.enforcement.binary_search_by_key(&update, |record| record.update).ok()?;
        self.enforcement.get(at)
    }
}
