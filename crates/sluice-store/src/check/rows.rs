//! Every row of the other tables.

use std::collections::HashMap;

use sluice_model::CollectionId;

use super::{Problems, check_counter};
use crate::connection::Reader;
use crate::error::StoreError;
use crate::repository::counter::Counter;
use crate::repository::{
    alert, api_token, bundle_export, bundle_import, bundle_signer, child_site, collection, content_failure,
    content_file, content_origin, device, device_event, downstream_computer, downstream_server, downstream_status,
    enforcement, enrollment, file_key, inherited, inventory, meta, quarantine, rollup_sent, session, setup_token,
    site_token, source, sync_run, upstream, user, windows_client, windows_event, windows_status,
};

pub(super) async fn check(reader: &mut Reader, problems: &mut Problems) -> Result<(), StoreError> {
    let mut highest = 0;
    device::load(reader, |row| {
        if let Some(device) = problems.row(row) {
            highest = highest.max(u64::from(device.number.0));
        }
        Ok(())
    })
    .await?;
    check_counter(reader, problems, Counter::Device, highest).await?;
    inventory::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    let mut highest = 0;
    device_event::load(reader, |row| {
        if let Some(event) = problems.row(row) {
            highest = highest.max(event.seq);
        }
        Ok(())
    })
    .await?;
    check_counter(reader, problems, Counter::DeviceEvent, highest).await?;
    enforcement::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;

    windows_client::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    windows_status::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    let mut highest = 0;
    windows_event::load(reader, |row| {
        if let Some(event) = problems.row(row) {
            highest = highest.max(event.seq);
        }
        Ok(())
    })
    .await?;
    check_counter(reader, problems, Counter::WindowsEvent, highest).await?;
    downstream_server::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    downstream_computer::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    downstream_status::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;

    if let Err(error) = meta::epoch(reader).await {
        problems.add(format!("table meta: the epoch: {error}"));
    }
    source::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    problems.list(sync_run::list(reader, None, None, u32::MAX).await)?;
    problems.list(quarantine::list(reader, true).await)?;
    problems.list(upstream::list(reader).await)?;
    problems.list(inherited::list(reader).await)?;
    rollup_sent::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    problems.list(alert::recent(reader, u32::MAX).await)?;
    content_origin::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    file_key::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    problems.list(content_failure::list(reader).await)?;
    problems.list(content_file::list(reader).await)?;
    problems.list(enrollment::list(reader).await)?;
    child_site::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    problems.list(site_token::list(reader).await)?;
    let mut parents = HashMap::new();
    collection::load(reader, |row| {
        parents.extend(problems.row(row).and_then(|c| Some((c.id, c.parent?))));
        Ok(())
    })
    .await?;
    if let Some(id) = parents.keys().find(|id| in_circle(&parents, **id)) {
        problems.add(format!("table collection, row {id}: it is a part of itself"));
    }
    problems.list(collection::all_members(reader).await)?;
    problems.list(bundle_signer::list(reader).await)?;
    problems.list(bundle_signer::all_brought(reader).await)?;
    problems.list(bundle_import::list(reader, u32::MAX).await)?;
    let exports = problems.list(bundle_export::list(reader, u32::MAX).await)?;
    let highest = exports.iter().map(|export| export.sequence).max().unwrap_or_default();
    check_counter(reader, problems, Counter::Bundle, highest).await?;
    problems.list(user::list(reader).await)?;
    problems.list(session::list(reader).await)?;
    problems.list(api_token::list(reader).await)?;
    problems.list(setup_token::expiry(reader).await.map(|expiry| expiry.into_iter().collect()))?;
    Ok(())
}

/// Whether the way up from a collection comes back to it.
fn in_circle(parents: &HashMap<CollectionId, CollectionId>, id: CollectionId) -> bool {
    let up = std::iter::successors(parents.get(&id), |at| parents.get(at));
    up.take(parents.len()).any(|at| *at == id)
}
