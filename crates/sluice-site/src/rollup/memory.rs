//! What the upstream server of a source was told, as far as it said that it noted it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_catalog::{DeviceRow, ReportedStates};
use sluice_model::{DeviceId, SourceId};
use sluice_store::rollup_sent::{self, RollupSentRecord};
use sluice_store::{Store, StoreError};
use sluice_wsus::messages::rollup::RollupConfiguration;
use uuid::Uuid;

use crate::load::usable;

/// Pause before a refused device is told of again; doubled every time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// The longest such pause.
const LAST_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// All that is remembered between two passes. What must survive a restart is in the store as well; the rest only
/// saves work.
#[derive(Default)]
pub(super) struct Memory {
    /// The server and its database, as one value.
    pub(super) upstream: Option<Uuid>,
    /// What the server last said that it wants, and when.
    pub(super) configuration: Option<(RollupConfiguration, Timestamp)>,
    pub(super) told: HashMap<DeviceId, Told>,
    pub(super) refused: HashMap<DeviceId, Refused>,
    /// Digest of what was told of servers further down, and when that and this site's own counts were.
    pub(super) servers: Option<(i64, Timestamp)>,
    /// When all devices were last told of.
    pub(super) complete_at: Option<Timestamp>,
}

/// What was told of a device.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Number of the last report of its states; 0: there was none.
    pub(super) number: i32,
    /// Digest of its details.
    pub(super) details: i64,
    /// Digest of its states.
    pub(super) states: i64,
    /// It was deleted there; until when it had been heard.
    pub(super) removed_at: Option<Timestamp>,
    /// The device when everything of it had been told: as long as it is this one, there is nothing to tell.
    pub(super) row: Option<Arc<DeviceRow>>,
    /// Its states then; not known after a restart.
    pub(super) base: Option<Arc<ReportedStates>>,
    /// Since when they were so.
    pub(super) since: Option<Timestamp>,
    /// Its last contact that was told.
    pub(super) contact: Option<Timestamp>,
}

/// A device that the server refused.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) name: String,
    pub(super) reason: String,
    tries: u32,
    /// Not again before.
    pub(super) until: Timestamp,
}

impl Memory {
    /// What another server, or another database of it, was told.
    pub(super) async fn of(store: &Store, source: SourceId, upstream: Uuid) -> Result<Self, StoreError> {
        let mut told = HashMap::new();
        let mut reader = store.reader().await?;
        rollup_sent::of_source(&mut reader, source, |row| {
            told.extend(usable(row).filter(|record| record.upstream == upstream).map(|record| {
                let RollupSentRecord { number, details, states, removed_at, .. } = record;
                (record.device, Told { number, details, states, removed_at, ..Told::default() })
            }));
            Ok(())
        })
        .await?;
        Ok(Self { upstream: Some(upstream), told, ..Self::default() })
    }

    /// Stores what was told of devices.
    pub(super) async fn save(&self, store: &Store, source: SourceId, devices: &[DeviceId]) -> Result<(), StoreError> {
        let Some(upstream) = self.upstream else { return Ok(()) };
        let record = |device: &DeviceId| {
            let Told { number, details, states, removed_at, .. } = *self.told.get(device)?;
            Some(RollupSentRecord { source, device: *device, upstream, number, details, states, removed_at })
        };
        let records: Vec<_> = devices.iter().filter_map(record).collect();
        if records.is_empty() {
            return Ok(());
        }
        store.write(move |tx| Box::pin(async move { rollup_sent::put(tx, &records).await })).await
    }

    /// Forgets devices that are gone.
    pub(super) async fn keep_only(
        &mut self,
        store: &Store,
        source: SourceId,
        here: &HashSet<DeviceId>,
    ) -> Result<(), StoreError> {
        let gone: Vec<_> = self.told.keys().filter(|device| !here.contains(device)).copied().collect();
        self.refused.retain(|device, _| here.contains(device));
        if gone.is_empty() {
            return Ok(());
        }
        for device in &gone {
            self.told.remove(device);
        }
        store.write(move |tx| Box::pin(async move { rollup_sent::remove(tx, source, &gone).await })).await
    }

    /// A device was refused: it is left alone for a while.
    pub(super) fn refuse(&mut self, device: DeviceId, name: &str, reason: String, now: Timestamp) {
        let tries = self.refused.get(&device).map_or(0, |known| known.tries);
        let pause = FIRST_PAUSE.checked_mul(1 << tries.min(10)).unwrap_or(LAST_PAUSE).min(LAST_PAUSE);
        let until = now.checked_add(pause).unwrap_or(now);
        self.refused.insert(device, Refused { name: name.to_owned(), reason, tries: tries.saturating_add(1), until });
    }
}
