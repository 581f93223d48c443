//! From the store to the first snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_catalog::{
    Catalog, CatalogChange, DeviceChange, DeviceRecord, EnforcementRecord, Evaluator, Fleet, IndexContent, Offer,
};
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::{
    Reader, Store, StoreError, catalog, counter, declined, device, enforcement, inventory, selection, update_change,
};

use crate::downstream;
use crate::error::SiteResult;
use crate::keeper::{apply_catalog, apply_devices};
use crate::known::KnownDevices;
use crate::windows;
use crate::windows::reporting;

/// Inventories that are in memory whole at a time, each of about 100 kB; the fleet keeps a small
/// part of them.
const CHUNK: usize = 512;

/// Everything the store holds, evaluated. A row that cannot be read is logged and left out: one bad
/// row must not keep the site from starting.
///
/// The work is done where it is awaited: nothing else runs before a site is open.
pub(crate) async fn fleet(store: &Store, known: &KnownDevices) -> SiteResult<Fleet> {
    let mut reader = store.snapshot().await?;
    let catalog = apply_catalog(&Catalog::default(), whole_catalog(&mut reader).await?);
    let mut building = Building::on(Arc::new(catalog));
    whole_fleet(&mut reader, known, &mut building).await?;
    building.apply();
    Ok(building.fleet)
}

/// The fleet so far.
struct Building {
    evaluator: Evaluator,
    fleet: Fleet,
    waiting: Vec<DeviceChange>,
}

impl Building {
    fn on(catalog: Arc<Catalog>) -> Self {
        let mut evaluator = Evaluator::new(catalog);
        let fleet = Fleet::default().re_evaluate(&mut evaluator);
        Self { evaluator, fleet, waiting: Vec::new() }
    }

    fn add(&mut self, change: DeviceChange) {
        self.waiting.push(change);
        if self.waiting.len() >= CHUNK {
            self.apply();
        }
    }

    fn apply(&mut self) {
        self.fleet = apply_devices(&self.fleet, &mut self.evaluator, std::mem::take(&mut self.waiting));
    }
}

/// Keeps going past a row that cannot be read.
pub(crate) fn usable<T>(row: Result<T, StoreError>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(%error, "a stored row was left out")).ok()
}

async fn whole_catalog(reader: &mut Reader) -> Result<CatalogChange, StoreError> {
    let mut change = CatalogChange {
        version: counter::last(reader, counter::Counter::CatalogVersion).await?,
        ..CatalogChange::default()
    };
    let categories = &mut change.categories;
    catalog::load_categories(reader, |row| {
        categories.extend(usable(row));
        Ok(())
    })
    .await?;
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
    change.declined = declined::list(reader).await?.into_iter().map(|declined| (declined.update, true)).collect();
    change.choices = selection::choices(reader).await?.into_iter().map(|(id, choice)| (id, Some(choice))).collect();
    change.news = selection::news(reader).await?.into_iter().map(|(id, _)| (id, true)).collect();
    change.changes = update_change::load(reader).await?;
    change.changes_to = counter::last(reader, counter::Counter::Change).await?;
    Ok(change)
}

fn offer(entry: &catalog::IndexEntry) -> Option<Offer> {
    Some(Offer { revision: entry.revision, binary: u16::try_from(entry.binary).ok()? })
}

async fn whole_fleet(reader: &mut Reader, known: &KnownDevices, building: &mut Building) -> Result<(), StoreError> {
    let mut numbers: HashMap<DeviceId, (DeviceNumber, Option<[u8; 32]>)> = HashMap::new();
    device::load(reader, |row| {
        if let Some(device) = usable(row).filter(|d| d.removed_at.is_none()) {
            numbers.insert(device.id, (device.number, device.secret_hash));
            building.add(DeviceChange::Record(DeviceRecord {
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
    let number = |id| numbers.get(&id).map(|(number, _)| *number);
    windows::reporting::load(reader, number, |change| building.add(change)).await?;
    let mut hashes: HashMap<DeviceId, [u8; 32]> = HashMap::new();
    inventory::load(reader, |row| {
        if let Some(stored) = usable(row)
            && let Some((number, _)) = numbers.get(&stored.device)
        {
            hashes.insert(stored.device, stored.hash.0);
            let inventory = Arc::new(stored.inventory);
            building.add(DeviceChange::Inventory { device: *number, at: stored.at, inventory });
        }
        Ok(())
    })
    .await?;
    let number = |device: DeviceId| numbers.get(&device).map(|(number, _)| *number);
    downstream::load_computers(reader, number, |change| building.add(change)).await?;
    downstream::load_statuses(reader, number, |change| building.add(change)).await?;
    reporting::load(reader, number, |change| building.add(change)).await?;
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
    for (device, records) in records {
        building.add(DeviceChange::Enforcement { device, records });
    }
    for (id, (number, secret)) in numbers {
        if let Some(secret) = secret {
            known.insert(id, number, secret, hashes.get(&id).copied());
        }
    }
    Ok(())
}
