//! The reconciler that drops devices which registered, never scanned and were not heard again. A client
//! id is all it takes to become a device, so invented ones must not fill the site for ever. One that was
//! real loses nothing: it registers anew when it comes back.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_catalog::{DeviceChange, DeviceRow, Fleet};
use sluice_model::DeviceId;
use sluice_store::{audit, device, enforcement, windows_client, windows_status};

use crate::caller::Caller;
use crate::collections::ALL_DEVICES;
use crate::directory::Directory;
use crate::error::SiteResult;
use crate::site::Site;

/// For so long a device that never scanned is kept after it was last heard: longer than a weekend, so
/// that one that was set up on Friday is still there on Monday.
pub(crate) const KEPT_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Devices that are dropped at once: what is written in a moment.
const CHUNK: usize = 200;

/// Whether nothing is known of a device but that it registered.
fn never_scanned(row: &DeviceRow) -> bool {
    let silent = |windows: &sluice_catalog::WindowsDevice| windows.last_scan_at.is_none() && windows.status.is_none();
    row.windows.as_deref().is_some_and(silent) && row.enforcement.is_empty()
}

/// Whether a device is to be dropped. One that an administrator put into a collection is not: it would
/// not be in it when it comes back.
fn is_over(row: &DeviceRow, directory: &Directory, before: Timestamp) -> bool {
    never_scanned(row)
        && row.enrolled_at < before
        && row.last_contact_at().is_none_or(|at| at < before)
        && directory.collections_added_to(row.id).iter().all(|id| *id == ALL_DEVICES)
}

/// How many devices registered and never scanned.
pub(crate) fn count(fleet: &Fleet) -> usize {
    fleet.devices().filter(|row| never_scanned(row)).count()
}

impl Site {
    /// Drops the devices that registered, never scanned and have not been heard for 72 hours, with all
    /// that is kept of them; how many there were.
    ///
    /// # Errors
    /// When they cannot be removed; those that were stay so.
    pub async fn drop_never_scanned(self: &Arc<Self>) -> SiteResult<u64> {
        let before = self.now().checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
        let directory = self.directory.load_full();
        let over: Vec<DeviceId> =
            self.fleet().devices().filter(|row| is_over(row, &directory, before)).map(|row| row.id).collect();
        let mut dropped = 0;
        for chunk in over.chunks(CHUNK) {
            if self.stop.is_cancelled() {
                break;
            }
            dropped += self.drop_chunk(chunk.to_vec(), before).await?;
        }
        if dropped > 0 {
            tracing::info!(dropped, "Windows devices that registered and never scanned were dropped");
        }
        Ok(dropped)
    }

    async fn drop_chunk(self: &Arc<Self>, devices: Vec<DeviceId>, before: Timestamp) -> SiteResult<u64> {
        // Nobody adds them to a collection meanwhile.
        let directory_turn = self.directory_turn().await;
        let site = Arc::clone(self);
        let work = async move {
            let _directory_turn = directory_turn;
            let mut turns = Vec::with_capacity(devices.len());
            for id in &devices {
                if let Some(client) = site.windows.known.get(*id) {
                    turns.push(Arc::clone(&client.turn).lock_owned().await);
                }
            }
            // Nothing of them is being taken in now; what came before counts.
            let (fleet, directory) = (site.fleet(), site.directory.load_full());
            let rows = devices.iter().filter_map(|id| fleet.device(fleet.number(*id)?));
            let over: Vec<_> = rows.filter(|row| is_over(row, &directory, before)).collect();
            if over.is_empty() {
                return Ok(0);
            }
            let what = match over.as_slice() {
                [one] => one.name.to_string(),
                many => format!("{} devices", many.len()),
            };
            let why = format!("registered, never scanned, not heard for {} hours", KEPT_FOR.as_hours());
            let entry = site.audit_entry(&Caller::system(), "device.drop", &what, &why);
            let ids: Vec<_> = over.iter().map(|row| row.id).collect();
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    for id in ids {
                        enforcement::remove_device(tx, id).await?;
                        windows_status::remove(tx, id).await?;
                        windows_client::remove(tx, id).await?;
                        device::forget(tx, id).await?;
                    }
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            for row in &over {
                site.windows.known.remove(row.id);
                if let Some(windows) = &row.windows {
                    site.forget_windows(row.number, &windows.particulars);
                }
                site.written_contacts.forget(row.number);
            }
            site.keeper.devices(over.iter().map(|row| DeviceChange::Remove(row.number)).collect()).await?;
            Ok(over.len() as u64)
        };
        self.to_the_end(work).await
    }
}
