//! Whose turn it is to become a device. Many become one at a time, so that they share a commit; but of two
//! with one client id only one makes the device, and of two with one name the later one sees the other.

use std::hash::{BuildHasher as _, RandomState};

use sluice_model::DeviceId;
use tokio::sync::{Mutex, MutexGuard};

/// Turns of each kind: registrations that are under way at most.
const TURNS: usize = 64;

/// The turns, by client id and by name.
pub(super) struct Registering {
    of_device: Vec<Mutex<()>>,
    of_name: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Default for Registering {
    fn default() -> Self {
        let turns = || (0..TURNS).map(|_| Mutex::default()).collect();
        Self { of_device: turns(), of_name: turns(), hasher: RandomState::new() }
    }
}

impl Registering {
    /// Waits for the turn of a device and of its name, in this order, so that no two wait for each other.
    pub(super) async fn turn(&self, device: DeviceId, name: &str) -> [Option<MutexGuard<'_, ()>>; 2] {
        let of_device = take(&self.of_device, self.hasher.hash_one(device)).await;
        let of_name = take(&self.of_name, self.hasher.hash_one(name.to_lowercase())).await;
        [of_device, of_name]
    }
}

async fn take(turns: &[Mutex<()>], hash: u64) -> Option<MutexGuard<'_, ()>> {
    let at = usize::try_from(hash % TURNS as u64).unwrap_or(0);
    match turns.get(at) {
        Some(turn) => Some(turn.lock().await),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_id_and_one_name_wait_and_others_do_not() {
        let registering = Registering::default();
        let device = |n: u32| DeviceId::of_windows_client(&n.to_string());
        let held = registering.turn(device(1), "PC-1").await;
        assert!(registering.turn(device(1), "pc-2").now_or_never().is_none(), "the same client id");
        assert!(registering.turn(device(2), "pc-1").now_or_never().is_none(), "the same name");
        // No more than a task may take without giving way (tokio's budget).
        let free = (10..50).filter(|n| registering.turn(device(*n), &format!("pc-{n}")).now_or_never().is_some());
        assert!(free.count() > 30, "few share a turn by chance");
        drop(held);
        assert!(registering.turn(device(1), "pc-1").now_or_never().is_some());
    }
}
