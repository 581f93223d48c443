//! From the store to the first snapshot.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sluice_catalog::{
    Catalog, CatalogChange, DeviceChange, DeviceRecord, EnforcementRecord, Evaluator, Fleet, IndexContent, Offer,
};
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::{
    Reader, Store, StoreError, catalog, counter, declined, device, enforcement, inventory, licence, selection,
    update_change,
};

use crate::downstream;
use crate::error::{SiteError, SiteResult};
use crate::keeper::{apply_catalog, apply_devices};
use crate::known::KnownDevices;
use crate::windows::reporting;

/// Changes that are applied at a time. Inventories among them are whole, each of about 100 kB; the fleet
/// keeps a small part of them.
const CHUNK: usize = 512;

/// Chunks that may wait to be applied.
const AHEAD: usize = 1;

/// Everything the store holds, evaluated. A row that cannot be read is logged and left out: one bad
/// row must not keep the site from starting.
///
/// Rows are read and unpacked where it is awaited, since nothing else runs before a site is open; what
/// comes of them is applied beside it, on a thread for that.
pub(crate) async fn fleet(store: &Store, known: &KnownDevices) -> SiteResult<Fleet> {
    let mut reader = store.snapshot().await?;
    let catalog = Arc::new(apply_catalog(&Catalog::default(), whole_catalog(&mut reader).await?));
    let (sender, receiver) = sync_channel(AHEAD);
    let building = tokio::task::spawn_blocking(move || build(catalog, &receiver));
    let mut chunks = Chunks { waiting: Vec::new(), sender };
    let read = whole_fleet(&mut reader, known, &mut chunks).await;
    chunks.send();
    drop(chunks);
    let fleet = building.await.map_err(|error| SiteError::internal("evaluating the devices", error))?;
    read?;
    Ok(fleet)
}

/// Changes that were read and are not applied yet.
struct Chunks {
    waiting: Vec<DeviceChange>,
    sender: SyncSender<Vec<DeviceChange>>,
}

impl Chunks {
    fn add(&mut self, change: DeviceChange) {
        self.waiting.push(change);
        if self.waiting.len() >= CHUNK {
            self.send();
        }
    }

    /// Waits for room. Whoever applies them has failed when nobody takes them, and says so itself.
    fn send(&mut self) {
        let _failed = self.sender.send(std::mem::take(&mut self.waiting));
    }
}

/// The fleet after all that is received.
fn build(catalog: Arc<Catalog>, changes: &Receiver<Vec<DeviceChange>>) -> Fleet {
    let mut evaluator = Evaluator::new(catalog);
    let mut fleet = Fleet::default().re_evaluate(&mut evaluator);
    while let Ok(chunk) = changes.recv() {
        fleet = apply_devices(&fleet, &mut evaluator, chunk);
    }
    fleet
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
    change.licences = licence::list(reader).await?.into_iter().map(|acceptance| (acceptance.licence, true)).collect();
    change.changes = update_change::load(reader).await?;
    change.changes_to = counter::last(reader, counter::Counter::Change).await?;
    Ok(change)
}

fn offer(entry: &catalog::IndexEntry) -> Option<Offer> {
    Some(Offer { revision: entry.revision, binary: u16::try_from(entry.binary).ok()? })
}

async fn whole_fleet(reader: &mut Reader, known: &KnownDevices, building: &mut Chunks) -> Result<(), StoreError> {
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
