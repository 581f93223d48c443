//! One device.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sluice_model::{
    DeviceId, DeviceKind, DeviceNumber, EnforcementState, KernelFacts, OperatingSystem, RestartEvidence, RevisionId,
    UpdateId,
};

use crate::device::{DeviceFacts, InstalledNumber};
use crate::evaluate::DeviceCompliance;

use super::enforcement::EnforcementRecord;
use super::reported::ReportedStates;
use super::windows::{DeviceOrigin, WindowsDevice};

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
    /// When it enrolled, or registered first.
    pub enrolled_at: Timestamp,
    /// Microseconds since the epoch of its last contact, or [`NEVER`]. Shared by all snapshots and
    /// raised by check-ins without making a new one.
    pub last_contact: Arc<AtomicI64>,
    /// When its inventory was taken, or its status was reported.
    pub last_inventory_at: Option<Timestamp>,
    /// Its operating system, when it has sent an inventory or registered.
    pub os: Option<Arc<OperatingSystem>>,
    /// Its kernels.
    pub kernel: Arc<KernelFacts>,
    /// Why it needs a restart.
    pub restart: Arc<RestartEvidence>,
    /// Its subscription and packages; `None` before the first inventory, and of Windows devices.
    pub facts: Option<Arc<DeviceFacts>>,
    /// What a Windows device registered as and reported, or a server further down reported of any
    /// device; `None` of Linux devices of this site.
    pub windows: Option<Arc<WindowsDevice>>,
    /// What it needs and has; `None` before the first inventory or status.
    pub compliance: Option<Arc<DeviceCompliance>>,
    /// Held packages; sorted.
    pub held: Arc<[InstalledNumber]>,
    /// Packages that dpkg says are in a broken state; sorted.
    pub broken: Arc<[InstalledNumber]>,
    /// How far enforcement has come, by update; sorted.
    pub enforcement: Arc<[EnforcementRecord]>,
}

impl DeviceRow {
    /// What manages it.
    #[must_use]
    pub fn kind(&self) -> DeviceKind {
        match (&self.windows, self.origin()) {
            (_, Some(origin)) => origin.kind,
            (Some(_), None) => DeviceKind::Windows,
            (None, None) => DeviceKind::Linux,
        }
    }

    /// Whose device it is, when a server further down reports it.
    #[must_use]
    pub fn origin(&self) -> Option<&DeviceOrigin> {
        self.windows.as_ref()?.particulars.origin.as_ref()
    }

    /// Whether it has told what it needs: sent an inventory or a full status.
    #[must_use]
    pub fn has_reported(&self) -> bool {
        self.compliance.is_some()
    }

    /// The newest revision that the status of a Windows device covers; `None` without a status.
    #[must_use]
    pub fn covered(&self) -> Option<RevisionId> {
        self.windows.as_ref()?.status.as_ref().map(|status| status.covered)
    }

    /// What the status of a Windows device says.
    pub(super) fn reported_states(&self) -> Option<&Arc<ReportedStates>> {
        self.windows.as_ref()?.status.as_ref().map(|status| &status.states)
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
        match &self.windows {
            None => self.restart.device_restart(),
            Some(windows) => {
                windows.status.as_ref().is_some_and(|status| status.states.restart_pending())
                    || self.enforcement.iter().any(|record| record.state == EnforcementState::PendingRestart)
            }
        }
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
