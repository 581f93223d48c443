//! How fast bytes may come: a bucket that fills with time and may be overdrawn once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::host::Clock;

/// What may have gathered while nothing came, in seconds of the rate.
const BURST_SECONDS: u64 = 1;
/// Longest wait at once: after it a new limit counts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The bucket of all files together.
pub(super) struct Limiter {
    clock: Arc<dyn Clock>,
    bucket: Mutex<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Bytes times microseconds per second that may come; below zero they came already.
    level: i128,
    filled_at: Option<Timestamp>,
}

/// Microseconds of a second.
const SECOND: i128 = 1_000_000;

impl Bucket {
    /// Takes bytes that have come; how long nothing more may come.
    fn take(&mut self, now: Timestamp, rate: u64, bytes: u64) -> Duration {
        let rate = i128::from(rate);
        let most = rate * i128::from(BURST_SECONDS) * SECOND;
        // A clock that goes back fills nothing, one that leaps not more than the bucket holds.
        let passed = self.filled_at.map_or(0, |at| now.as_microsecond().saturating_sub(at.as_microsecond()).max(0));
        self.level = if self.filled_at.is_none() { most } else { (self.level + rate * i128::from(passed)).min(most) };
        self.filled_at = Some(now);
        self.level -= i128::from(bytes) * SECOND;
        let missing = (-self.level).max(0);
        let micros = u64::try_from(missing.checked_div(rate).unwrap_or(0)).unwrap_or(u64::MAX);
        Duration::from_micros(micros)
    }
}

impl Limiter {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, bucket: Mutex::default() }
    }

    /// Waits until more may come after `bytes` have.
    pub(super) async fn came(&self, rate: Option<u64>, bytes: u64) {
        let Some(rate) = rate else { return };
        let wait = self.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(self.clock.now(), rate, bytes);
        if !wait.is_zero() {
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(1_790_000_000_000_000 + micros).unwrap()
    }

    #[test]
    fn bytes_wait_for_their_time() {
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(at(0), 1000, 1000), Duration::ZERO);
        assert_eq!(bucket.take(at(0), 1000, 500), Duration::from_millis(500));
        // Two overdraw together.
        assert_eq!(bucket.take(at(0), 1000, 500), Duration::from_secs(1));
        assert_eq!(bucket.take(at(1_000_000), 1000, 0), Duration::ZERO);
        // The clock goes back, and leaps.
        assert_eq!(bucket.take(at(-5_000_000), 1000, 100), Duration::from_millis(100));
        assert_eq!(bucket.take(at(9_000_000_000), 1000, 2000), Duration::from_secs(1));
    }

    proptest! {
        /// Whoever waits as told never gets more than the rate and what had gathered.
        #[test]
        fn the_rate_is_kept(rate in 1_000_u64..1_000_000, pieces in prop::collection::vec(1_u64..300_000, 1..60)) {
            let mut bucket = Bucket::default();
            let (mut now, mut sum) = (0_i64, 0_u64);
            let last = pieces.last().copied().unwrap_or(0);
            for piece in pieces {
                sum += piece;
                let wait = bucket.take(at(now), rate, piece);
                // All but the last piece came before the wait that it caused.
                prop_assert!(u128::from(sum - piece) * 1_000_000 <= u128::from(rate) * (now as u128 + 1_000_100));
                now += i64::try_from(wait.as_micros()).unwrap() + 1;
            }
            prop_assert!(last <= sum);
        }
    }
}
