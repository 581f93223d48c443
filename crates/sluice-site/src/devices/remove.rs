//! Removing devices.

use std::sync::Arc;

use sluice_catalog::DeviceChange;
use sluice_model::DeviceId;
use sluice_store::{
    audit, collection, device, downstream_computer, downstream_status, enforcement, inventory, windows_client,
    windows_status,
};
use tokio::sync::OwnedMutexGuard;

use super::find;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

impl Site {
    /// Removes a device: a Linux device's secret stops working; a Windows device must register
    /// again; a server further down is told to forget its device. Its compliance is forgotten.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn remove_device(self: &Arc<Self>, caller: &Caller, id: DeviceId) -> SiteResult<()> {
        caller.require(Permission::ManageDevices)?;
        let turn = self.directory_turn().await;
        let fleet = self.fleet();
        let row = find(&fleet, id)?;
        let (number, windows) = (row.number, row.windows.clone().filter(|_| row.origin().is_none()));
        let (entry, now) = (self.audit_entry(caller, "device.remove", &row.name, &id.to_string()), self.now());
        let site = Arc::clone(self);
        let work = async move {
            let _turn = site.turn_of(id).await?;
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        collection::remove_device(tx, id).await?;
                        enforcement::remove_device(tx, id).await?;
                        inventory::remove(tx, id).await?;
                        windows_status::remove(tx, id).await?;
                        windows_client::remove(tx, id).await?;
                        downstream_status::remove(tx, id).await?;
                        downstream_computer::set_removed(tx, id).await?;
                        device::remove(tx, id, now).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.known.remove(id);
            site.windows.known.remove(id);
            site.downstream.rollup.computers.change(id, |computer| computer.removed = true);
            if let Some(windows) = windows {
                site.forget_windows(number, &windows.particulars);
            }
            site.keeper.device(id, vec![DeviceChange::Remove(number)]).await?;
            site.reload_directory(&turn).await
        };
        self.to_the_end(work).await
    }

    /// Waits until nothing else of a device of either family is being taken in.
    async fn turn_of(&self, id: DeviceId) -> SiteResult<OwnedMutexGuard<()>> {
        if let Some(client) = self.windows.known.get(id) {
            return Ok(Arc::clone(&client.turn).lock_owned().await);
        }
        if self.downstream.rollup.computers.get(id).is_some() {
            // What its server reports is taken in one transaction, under no turn of its own.
            return Ok(Arc::new(tokio::sync::Mutex::new(())).lock_owned().await);
        }
        let (_, turn) = self.device_turn(id).await.map_err(|_| SiteError::not_found("device", id))?;
        Ok(turn)
    }
}
