//! New names and agent versions that devices told at check-ins are stored now and then.

use std::sync::Arc;

use sluice_catalog::{DeviceChange, DeviceRecord};
use sluice_store::device;

use crate::error::SiteResult;
use crate::site::Site;

/// Stores and publishes every new name. A device that changes it all the time costs no more than
/// one that does not.
pub(crate) async fn write(site: &Site) -> SiteResult<()> {
    for (id, named) in site.known.new_names() {
        // Removed meanwhile: then there is nothing to name.
        let Ok((known, _turn)) = site.device_turn(id).await else { continue };
        let fleet = site.fleet();
        let Some(row) = fleet.device(known.number) else { continue };
        let record = DeviceRecord {
            number: row.number,
            id,
            name: named.name.as_str().into(),
            agent_version: named.agent_version.as_str().into(),
            enrolled_at: row.enrolled_at,
            last_contact: row.last_contact_at(),
        };
        let told = Arc::clone(&named);
        site.store
            .write(move |tx| {
                Box::pin(async move { device::update(tx, id, named.name.as_str(), &named.agent_version).await })
            })
            .await?;
        site.keeper.device(id, vec![DeviceChange::Record(record)]).await?;
        known.named_as_told(&told);
    }
    Ok(())
}
