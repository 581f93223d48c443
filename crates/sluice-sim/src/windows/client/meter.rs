//! What the requests of a process took.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::AgentError;

/// Classes of durations for each power of two: figures are right to an eighth.
const PER_DOUBLING: u32 = 8;

/// Up to 2^40 microseconds, 12 days.
const CLASSES: usize = 40 * PER_DOUBLING as usize;

/// Most different faults that are told apart; their codes come from outside.
const MAX_FAULTS: usize = 100;

/// The operations that are told apart; the last is what none of them is.
const OPERATIONS: [&str; 12] = [
    "GetConfig",
    "GetAuthorizationCookie",
    "GetCookie",
    "RegisterComputer",
    "StartCategoryScan",
    "SyncUpdates",
    "RefreshCache",
    "GetExtendedUpdateInfo",
    "GetFileLocations",
    "ReportEventBatch",
    "Content",
    "other",
];

/// What the requests of a process took; shared by its clients.
#[derive(Debug)]
pub struct Meter {
    operations: Vec<Histogram>,
    sent: AtomicU64,
    received: AtomicU64,
    plain: AtomicU64,
    faults: Mutex<BTreeMap<String, u64>>,
}

#[derive(Debug)]
struct Histogram {
    classes: Vec<AtomicU64>,
    longest: AtomicU64,
}

/// What one operation took. Durations are right to an eighth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationFigures {
    /// Requests that were answered, faults included.
    pub requests: u64,
    /// Half of them took at most this.
    pub p50: Duration,
    /// Of a hundred, 99 took at most this.
    pub p99: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Default for Meter {
    fn default() -> Self {
        let histogram =
            |_| Histogram { classes: (0..CLASSES).map(|_| AtomicU64::new(0)).collect(), longest: AtomicU64::new(0) };
        Self {
            operations: OPERATIONS.iter().map(histogram).collect(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            plain: AtomicU64::new(0),
            faults: Mutex::default(),
        }
    }
}

impl Meter {
    pub(super) fn took(&self, operation: &str, duration: Duration) {
        let other = OPERATIONS.len() - 1;
        let at = OPERATIONS.iter().position(|name| *name == operation).unwrap_or(other);
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let Some(histogram) = self.operations.get(at) else { return };
        if let Some(class) = histogram.classes.get(class(micros)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        histogram.longest.fetch_max(micros, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self, sent: usize, received: usize, plain: usize) {
        self.sent.fetch_add(sent as u64, Ordering::Relaxed);
        self.received.fetch_add(received as u64, Ordering::Relaxed);
        self.plain.fetch_add(plain as u64, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, error: &AgentError) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = error.kind();
        let kind = if faults.len() < MAX_FAULTS || faults.contains_key(&kind) { kind } else { "others".to_owned() };
        *faults.entry(kind).or_default() += 1;
    }

    /// Bytes of request bodies.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of answers as they came.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Bytes of answers after expanding them.
    #[must_use]
    pub fn received_plain(&self) -> u64 {
        self.plain.load(Ordering::Relaxed)
    }

    /// Faults and failures by operation and code.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<String, u64> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The operations that were called.
    #[must_use]
    pub fn operations(&self) -> BTreeMap<&'static str, OperationFigures> {
        let named = OPERATIONS.iter().zip(&self.operations);
        named
            .map(|(name, histogram)| (*name, histogram.figures()))
            .filter(|(_, figures)| figures.requests > 0)
            .collect()
    }
}

impl Histogram {
    fn figures(&self) -> OperationFigures {
        let counts: Vec<u64> = self.classes.iter().map(|class| class.load(Ordering::Relaxed)).collect();
        let requests: u64 = counts.iter().sum();
        let longest = self.longest.load(Ordering::Relaxed);
        let share = |percent: u64| {
            // The one that so many percent are not after.
            let rank = (requests * percent).div_ceil(100);
            let mut seen = 0;
            let class = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            Duration::from_micros(class.map_or(0, upper_end).min(longest))
        };
        OperationFigures { requests, p50: share(50), p99: share(99), longest: Duration::from_micros(longest) }
    }
}

/// The class of a duration.
fn class(micros: u64) -> usize {
    let doubling = micros.max(1).ilog2();
    let part = match doubling.checked_sub(3) {
        Some(shift) => (micros >> shift) & 7,
        None => (micros << (3 - doubling)) & 7,
    };
    let class = doubling as usize * PER_DOUBLING as usize + usize::try_from(part).unwrap_or(0);
    class.min(CLASSES - 1)
}

/// The longest duration of a class, in microseconds.
fn upper_end(class: usize) -> u64 {
    let (doubling, part) = (class / PER_DOUBLING as usize, (class % PER_DOUBLING as usize) as u64);
    let least = 1_u64 << doubling.min(62);
    least + (least * (part + 1)).div_ceil(u64::from(PER_DOUBLING)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_right_to_an_eighth() {
        let meter = Meter::default();
        for micros in 1..=1000 {
            meter.took("SyncUpdates", Duration::from_micros(micros));
        }
        meter.took("Unheard", Duration::from_secs(2));
        let figures = meter.operations();
        let sync = figures["SyncUpdates"];
        assert_eq!((sync.requests, sync.longest), (1000, Duration::from_micros(1000)));
        assert!((500..=563).contains(&sync.p50.as_micros()), "{:?}", sync.p50);
        assert!((990..=1000).contains(&sync.p99.as_micros()), "{:?}", sync.p99);
        assert_eq!(figures["other"].p50, Duration::from_secs(2));
        assert_eq!(figures.len(), 2);
    }

    #[test]
    fn every_duration_is_in_its_class() {
        for micros in (0..5000).chain([1 << 30, u64::MAX >> 30]) {
            let at = class(micros);
            assert!(upper_end(at) >= micros, "{micros}");
            assert!(at == 0 || upper_end(at - 1) < micros.max(1), "{micros}");
        }
    }
}
