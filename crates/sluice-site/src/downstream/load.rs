//! What is stored of devices of servers further down, for the first snapshot.

use sluice_catalog::DeviceChange;
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::{Reader, StoreError, downstream_computer, downstream_status};

use super::rollup::{particulars, status};
use crate::load::usable;

/// The devices among some, as changes after those that made them.
pub(crate) async fn computers(
    reader: &mut Reader,
    number: impl Fn(DeviceId) -> Option<DeviceNumber> + Send + Sync,
    mut on_change: impl FnMut(DeviceChange) + Send,
) -> Result<(), StoreError> {
    downstream_computer::load(reader, |row| {
        if let Some(record) = usable(row).filter(|record| !record.removed)
            && let Some(device) = number(record.device)
        {
            let seen = record.last_scan_at.unwrap_or_default();
            let scan = record.last_scan_at.map(|at| (at, record.last_scan_error));
            on_change(DeviceChange::Windows { device, particulars: std::sync::Arc::new(particulars(&record, seen)) });
            if let Some((at, error)) = scan {
                on_change(DeviceChange::WindowsScan { device, at, error });
            }
        }
        Ok(())
    })
    .await
}

/// What they need and have.
pub(crate) async fn statuses(
    reader: &mut Reader,
    number: impl Fn(DeviceId) -> Option<DeviceNumber> + Send + Sync,
    mut on_change: impl FnMut(DeviceChange) + Send,
) -> Result<(), StoreError> {
    downstream_status::load(reader, |row| {
        if let Some(record) = usable(row)
            && let Some(device) = number(record.device)
        {
            on_change(DeviceChange::WindowsStatus { device, status: status(record) });
        }
        Ok(())
    })
    .await
}
