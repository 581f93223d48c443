//! How many events a device may report.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;
use sluice_model::DeviceNumber;

/// Events a device may report at once: weeks of what it kept while it could not reach the site. A
/// full status counts as several (`ClientEvent::cost`).
const BURST: u32 = 10_000;

/// Events a second it may report for ever; an ordinary device has ten a day.
const PER_SECOND: u32 = 10;

/// Devices looked after in one shard, beyond which those that have been quiet are forgotten.
const TIDY: usize = 4096;

const SHARDS: usize = 16;

/// What each device may still report.
pub(super) struct Rates(Vec<Mutex<FxHashMap<DeviceNumber, Left>>>);

struct Left {
    events: u32,
    at: Timestamp,
}

impl Default for Rates {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Left {
    fn at(&self, now: Timestamp) -> u32 {
        let seconds = now.duration_since(self.at).max(SignedDuration::ZERO).as_secs();
        let more = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_mul(PER_SECOND);
        self.events.saturating_add(more).min(BURST)
    }
}

impl Rates {
    /// Whether a device may report so many events now; if so, they are counted.
    pub(super) fn admit(&self, device: DeviceNumber, events: usize, now: Timestamp) -> bool {
        let Some(shard) = self.0.get(device.0 as usize % SHARDS) else { return true };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() > TIDY {
            shard.retain(|_, left| left.at(now) < BURST);
        }
        let left = shard.entry(device).or_insert(Left { events: BURST, at: now });
        let free = left.at(now);
        let Some(rest) = u32::try_from(events).ok().and_then(|events| free.checked_sub(events)) else { return false };
        *left = Left { events: rest, at: now };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_ends_and_time_heals() {
        let rates = Rates::default();
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).unwrap();
        assert!(rates.admit(DeviceNumber(1), 10_000, at(0)));
        assert!(!rates.admit(DeviceNumber(1), 1, at(0)));
        assert!(rates.admit(DeviceNumber(2), 1, at(0)), "others are not concerned");
        assert!(rates.admit(DeviceNumber(1), 10, at(1)));
        assert!(!rates.admit(DeviceNumber(1), 20, at(2)), "10 have come back");
        assert!(rates.admit(DeviceNumber(1), 10_000, at(100_000)));
        assert!(!rates.admit(DeviceNumber(1), 10_001, at(900_000)), "no more than that at once, ever");
    }
}
