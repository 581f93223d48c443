//! When devices were last heard of is written down now and then, many in one statement.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use sluice_catalog::Fleet;
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::device;

use crate::error::SiteResult;
use crate::site::Site;

/// Last contacts as the store has them.
pub(crate) struct WrittenContacts(Mutex<HashMap<DeviceNumber, Timestamp>>);

impl WrittenContacts {
    /// As they were just read from the store.
    pub(crate) fn of(fleet: &Fleet) -> Self {
        Self(Mutex::new(fleet.devices().filter_map(|row| Some((row.number, row.last_contact_at()?))).collect()))
    }

    /// Those of a fleet that the store does not have yet. A clock that was put back does not hide
    /// any: what differs is written.
    fn missing(&self, fleet: &Fleet) -> Vec<(DeviceNumber, DeviceId, Timestamp)> {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let contacts = fleet.devices().filter_map(|row| Some((row.number, row.id, row.last_contact_at()?)));
        contacts.filter(|(number, _, at)| written.get(number) != Some(at)).collect()
    }

    /// A device is gone.
    pub(crate) fn forget(&self, device: DeviceNumber) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&device);
    }

    fn note(&self, contacts: &[(DeviceNumber, DeviceId, Timestamp)]) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(contacts.iter().map(|(number, _, at)| (*number, *at)));
    }
}

/// Writes the contacts that are not written yet; those that could not be are tried again.
pub(crate) async fn write(site: &Site) -> SiteResult<()> {
    let missing = site.written_contacts.missing(&site.fleet());
    if missing.is_empty() {
        return Ok(());
    }
    let heard: Vec<_> = missing.iter().map(|(_, id, at)| (*id, *at)).collect();
    site.store.write(move |tx| Box::pin(async move { device::touch(tx, &heard).await })).await?;
    site.written_contacts.note(&missing);
    Ok(())
}
