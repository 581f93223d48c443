//! The reported devices, in memory: what must be known to take in the next report.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use sluice_model::{DeviceId, ServerId};
use sluice_store::{Reader, StoreError, downstream_computer, downstream_status};

use crate::load::usable;

/// Most devices of one server that synchronizes from here, those of servers below it included: as
/// many as the established product allows in all.
const MAX_PER_SERVER: usize = 150_000;

/// Most devices of all servers.
const MAX: usize = 500_000;

/// A device of a server further down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownComputer {
    /// The server that reports it.
    pub(crate) reporter: ServerId,
    /// The server that it gets updates from.
    pub(crate) server: ServerId,
    /// An administrator removed it here, and its server was not told yet.
    pub(crate) removed: bool,
    pub(crate) last_sync_at: Option<Timestamp>,
    /// Number of the last report of its states; 0: there was none.
    pub(crate) rollup: i32,
}

/// All of them.
#[derive(Default)]
pub(crate) struct KnownComputers(RwLock<Table>);

#[derive(Default)]
struct Table {
    computers: HashMap<DeviceId, KnownComputer>,
    of_server: HashMap<ServerId, usize>,
}

impl KnownComputers {
    pub(super) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let known = Self::default();
        downstream_computer::load(reader, |row| {
            if let Some(record) = usable(row) {
                let computer = KnownComputer {
                    reporter: record.reporter,
                    server: record.server,
                    removed: record.removed,
                    last_sync_at: record.last_scan_at,
                    rollup: 0,
                };
                known.put(record.device, computer);
            }
            Ok(())
        })
        .await?;
        downstream_status::load(reader, |row| {
            if let Some(status) = usable(row) {
                known.change(status.device, |computer| computer.rollup = status.rollup);
            }
            Ok(())
        })
        .await?;
        Ok(known)
    }

    pub(crate) fn get(&self, device: DeviceId) -> Option<KnownComputer> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).computers.get(&device).copied()
    }

    /// The devices that a server reports.
    pub(crate) fn of_reporter(&self, server: ServerId) -> Vec<DeviceId> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of = table.computers.iter().filter(|(_, computer)| computer.reporter == server);
        of.map(|(device, _)| *device).collect()
    }

    /// The servers that report devices.
    pub(crate) fn reporters(&self) -> Vec<ServerId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).of_server.keys().copied().collect()
    }

    /// For how many more devices of a server there is room.
    pub(super) fn room(&self, server: ServerId) -> usize {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_server = table.of_server.get(&server).copied().unwrap_or_default();
        MAX_PER_SERVER.saturating_sub(of_server).min(MAX.saturating_sub(table.computers.len()))
    }

    pub(super) fn put(&self, device: DeviceId, computer: KnownComputer) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.remove(device);
        *table.of_server.entry(computer.reporter).or_default() += 1;
        table.computers.insert(device, computer);
    }

    pub(crate) fn change(&self, device: DeviceId, change: impl FnOnce(&mut KnownComputer)) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(computer) = table.computers.get_mut(&device) {
            change(computer);
        }
    }

    pub(crate) fn remove(&self, device: DeviceId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(device);
    }
}

impl Table {
    fn remove(&mut self, device: DeviceId) {
        let Some(computer) = self.computers.remove(&device) else { return };
        if let Some(count) = self.of_server.get_mut(&computer.reporter) {
            *count -= 1;
            if *count == 0 {
                self.of_server.remove(&computer.reporter);
            }
        }
    }
}
