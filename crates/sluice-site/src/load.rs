//! From the store to the first snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_catalog::{
    Catalog, CatalogChange, DeviceChange, DeviceRecord, EnforcementRecord, Evaluator, Fleet, IndexContent, Offer,
};
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::{Reader, Store, StoreError, catalog, counter, device, enforcement, inventory};

use crate::error::SiteResult;
use crate::keeper::apply_catalog;
use crate::known::KnownDevices;

/// Everything the store holds, evaluated. A row that cannot be read is logged and left out: one bad
/// row must not keep the site from starting.
pub(crate) async fn fleet(store: &Store, known: &KnownDevices) -> SiteResult<Fleet> {
    let mut reader = store.snapshot().await?;
    let catalog = Arc::new(apply_catalog(&Catalog::default(), whole_catalog(&mut reader).await?));
    let changes = whole_fleet(&mut reader, known).await?;
    let work = move || {
        let mut evaluator = Evaluator::new(Arc::clone(&catalog));
        let (fleet, problems) = Fleet::default().re_evaluate(&mut evaluator).apply(&mut evaluator, changes);
        for problem in problems {
            tracing::warn!(%problem, "a stored device was left out");
        }
        fleet
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| crate::SiteError::internal("building the snapshot", e))
}

/// Keeps going past a row that cannot be read.
fn usable<T>(row: Result<T, StoreError>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(%error, "a stored row was left out")).ok()
}

async fn whole_catalog(reader: &mut Reader) -> Result<CatalogChange, StoreError> {
    let mut change = CatalogChange {
        version: counter::last(reader, counter::Counter::CatalogVersion).await?,
        categories: catalog::load_categories(reader).await?,
        ..CatalogChange::default()
    };
    let updates = &mut change.updates;
    catalog::load_revisions(reader, None, |row| {
        updates.extend(usable(row).map(|stored| (stored.id, Arc::new(stored.update))));
        Ok(())
    })
    .await?;
    let indexes = &mut change.indexes;
    catalog::load_indexes(reader, |row| {
        indexes.extend(usable(row).map(|stored| IndexContent {
            index: Arc::new(stored.index),
            offers: stored.content.iter().filter_map(offer).collect(),
        }));
        Ok(())
    })
    .await?;
    Ok(change)
}

fn offer(entry: &catalog::IndexEntry) -> Option<Offer> {
    Some(Offer { revision: entry.revision, binary: u16::try_from(entry.binary).ok()? })
}

async fn whole_fleet(reader: &mut Reader, known: &KnownDevices) -> Result<Vec<DeviceChange>, StoreError> {
    let mut changes = Vec::new();
    let mut numbers: HashMap<DeviceId, (DeviceNumber, [u8; 32])> = HashMap::new();
    device::load(reader, |row| {
        if let Some(device) = usable(row).filter(|d| d.removed_at.is_none()) {
            numbers.insert(device.id, (device.number, device.secret_hash));
            changes.push(DeviceChange::Record(DeviceRecord {
                number: device.number,
                id: device.id,
                name: device.hostname.into(),
                agent_version: device.agent_version.into(),
                enrolled_at: device.enrolled_at,
                last_contact: device.last_contact,
            }));
        }
        Ok(())
    })
    .await?;
    let mut hashes: HashMap<DeviceId, [u8; 32]> = HashMap::new();
    inventory::load(reader, |row| {
        if let Some(stored) = usable(row)
            && let Some((number, _)) = numbers.get(&stored.device)
        {
            hashes.insert(stored.device, stored.hash.0);
            let inventory = Arc::new(stored.inventory);
            changes.push(DeviceChange::Inventory { device: *number, at: stored.at, inventory });
        }
        Ok(())
    })
    .await?;
    let mut records: HashMap<DeviceNumber, Vec<EnforcementRecord>> = HashMap::new();
    enforcement::load(reader, |row| {
        if let Some(stored) = usable(row)
            && let Some((number, _)) = numbers.get(&stored.device)
        {
            records.entry(*number).or_default().push(crate::agents::enforcement_in_memory(&stored));
        }
        Ok(())
    })
    .await?;
    changes.extend(records.into_iter().map(|(device, records)| DeviceChange::Enforcement { device, records }));
    for (id, (number, secret)) in numbers {
        known.insert(id, number, secret, hashes.get(&id).copied());
    }
    Ok(changes)
}
