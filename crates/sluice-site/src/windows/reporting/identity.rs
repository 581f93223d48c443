//! Doubts about who a Windows device is, and what the administrator is told (NEW-14).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sluice_catalog::{DeviceChange, Fleet, IdentityDoubt, WindowsParticulars};
use sluice_model::{AlertId, DeviceId, DeviceNumber, WindowsComputer};
use sluice_store::alert;
use sluice_store::windows_client::WindowsClientRecord;

use super::machines;
use crate::devices::RESET_CLIENT_ID;
use crate::error::SiteResult;
use crate::events::SiteEvent;
use crate::site::Site;

/// Devices of one name that are compared; more are no sign of anything but bad names.
const MAX_NAMESAKES: usize = 64;

/// Alert: several computers use one client id.
const SHARED: &str = "windows-client-id-shared";

/// Alert: computers have come back with new client ids.
const REPLACED: &str = "windows-device-replaced";

/// Names of registered Windows devices, lower case.
pub(super) struct Names(Mutex<HashMap<String, Vec<DeviceNumber>>>);

impl Names {
    pub(super) fn of(fleet: &Fleet) -> Self {
        let names = Self(Mutex::default());
        for row in fleet.devices() {
            if let Some(windows) = row.windows.as_ref().filter(|_| row.origin().is_none()) {
                names.add(&windows.particulars.dns_name, row.number);
            }
        }
        names
    }

    pub(super) fn add(&self, name: &str, device: DeviceNumber) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let devices = names.entry(name.to_lowercase()).or_default();
        if !devices.contains(&device) && devices.len() < MAX_NAMESAKES {
            devices.push(device);
        }
    }

    fn remove(&self, name: &str, device: DeviceNumber) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(devices) = names.get_mut(&name.to_lowercase()) {
            devices.retain(|known| *known != device);
            if devices.is_empty() {
                names.remove(&name.to_lowercase());
            }
        }
    }

    fn of_name(&self, name: &str) -> Vec<DeviceNumber> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(&name.to_lowercase()).cloned().unwrap_or_default()
    }
}

/// Whether two computers of one name are one: the protocol has no serial number.
pub(super) fn is_same_machine(a: &WindowsComputer, b: &WindowsComputer) -> bool {
    let parts =
        |c: &WindowsComputer| [&c.manufacturer, &c.model, &c.firmware_name, &c.firmware_version].map(Clone::clone);
    parts(a) == parts(b)
}

/// A stored client as the snapshot keeps it.
pub(super) fn particulars(record: WindowsClientRecord, doubt: Option<IdentityDoubt>) -> WindowsParticulars {
    WindowsParticulars {
        client_id: record.client_id,
        dns_name: record.dns_name,
        target_groups: record.target_groups,
        protocol: record.protocol,
        registered_at: record.registered_at,
        computer: Arc::new(record.computer),
        attributes: record.attributes,
        doubt,
        origin: None,
    }
}

impl Site {
    /// Serves a client as it was just stored, and says so when its identity comes into doubt or
    /// out of it.
    pub(super) async fn serve_client(
        &self,
        number: DeviceNumber,
        record: WindowsClientRecord,
        now: Timestamp,
    ) -> SiteResult<()> {
        let fleet = self.fleet();
        let known = fleet.device(number).and_then(|row| row.windows.as_ref());
        let before = known.and_then(|windows| windows.particulars.doubt.clone());
        let doubt = machines::shared(&record.identities, now).map(IdentityDoubt::Shared);
        if let Some(known) = known.filter(|known| known.particulars.dns_name != record.dns_name) {
            self.reporting.names.remove(&known.particulars.dns_name, number);
        }
        self.reporting.names.add(&record.dns_name, number);
        let device = record.device;
        let particulars = Arc::new(particulars(record, doubt.clone()));
        let client_id = particulars.client_id.clone();
        self.keeper.device(device, vec![DeviceChange::Windows { device: number, particulars }]).await?;
        if before == doubt {
            return Ok(());
        }
        let was_shared = matches!(before, Some(IdentityDoubt::Shared(_)));
        match &doubt {
            Some(IdentityDoubt::Shared(names)) => self.raise(SHARED, &client_id, shared_text(names, &client_id)).await,
            _ if was_shared => self.clear(SHARED, &client_id).await,
            _ => Ok(()),
        }
    }

    /// Marks older records of the computer that a new device is.
    pub(super) async fn mark_replaced(&self, new: DeviceNumber, device: DeviceId) -> SiteResult<()> {
        let fleet = self.fleet();
        let Some(row) = fleet.device(new) else { return Ok(()) };
        let Some(windows) = &row.windows else { return Ok(()) };
        let mut replaced = Vec::new();
        for number in self.reporting.names.of_name(&windows.particulars.dns_name) {
            let Some(older) = fleet.device(number).filter(|_| number != new) else { continue };
            let Some(known) = &older.windows else { continue };
            if !is_same_machine(&known.particulars.computer, &windows.particulars.computer) {
                continue;
            }
            let doubt = Some(IdentityDoubt::ReplacedBy(device));
            let particulars = Arc::new(WindowsParticulars { doubt, ..WindowsParticulars::clone(&known.particulars) });
            self.keeper.device(older.id, vec![DeviceChange::Windows { device: number, particulars }]).await?;
            replaced.push(older.name.to_string());
        }
        if replaced.is_empty() { Ok(()) } else { self.tell_replaced().await }
    }

    /// Says how many devices have a newer record, or that there are none any more.
    pub(super) async fn tell_replaced(&self) -> SiteResult<()> {
        let fleet = self.fleet();
        let replaced = fleet.devices().filter(|row| {
            let doubt = row.windows.as_ref().and_then(|windows| windows.particulars.doubt.as_ref());
            matches!(doubt, Some(IdentityDoubt::ReplacedBy(_)))
        });
        let names: Vec<_> = replaced.map(|row| row.name.to_string()).collect();
        match names.split_first() {
            None => self.clear(REPLACED, "devices").await,
            Some((first, rest)) => self.raise(REPLACED, "devices", replaced_text(first, rest.len())).await,
        }
    }

    /// A device was removed: what was kept of it beside the store goes.
    pub(crate) fn forget_windows(&self, number: DeviceNumber, particulars: &WindowsParticulars) {
        self.reporting.names.remove(&particulars.dns_name, number);
        self.reporting.publisher.forget(number);
    }

    /// Raises an alert, or says it anew.
    pub(crate) async fn raise(&self, kind: &'static str, subject: &str, message: String) -> SiteResult<()> {
        let (id, now, subject) = (AlertId(self.host.new_id()), self.now(), subject.to_owned());
        self.store
            .write(move |tx| {
                Box::pin(async move { alert::raise(tx, id, kind, &subject, &message, now).await.map(drop) })
            })
            .await?;
        self.emit(SiteEvent::Alerts);
        Ok(())
    }

    /// Clears an alert, if it is there.
    pub(crate) async fn clear(&self, kind: &'static str, subject: &str) -> SiteResult<()> {
        let (now, subject) = (self.now(), subject.to_owned());
        self.store
            .write(move |tx| Box::pin(async move { alert::clear(tx, kind, &subject, now).await.map(drop) }))
            .await?;
        self.emit(SiteEvent::Alerts);
        Ok(())
    }
}

/// What several computers with one client id need.
fn shared_text(names: &[String], client_id: &str) -> String {
    format!(
        "The computers {} use the same client id {client_id}, so each overwrites what the others report. They were \
         probably made from one image. {RESET_CLIENT_ID}",
        names.join(", ")
    )
}

fn replaced_text(first: &str, others: usize) -> String {
    let what = match others {
        0 => format!("{first} has"),
        1 => format!("{first} and 1 other computer have"),
        _ => format!("{first} and {others} other computers have"),
    };
    format!(
        "{what} come back with a new client id, as after a new installation. The older record stays silent from now \
         on: remove it. `sluice device list --state doubtful` lists them."
    )
}
