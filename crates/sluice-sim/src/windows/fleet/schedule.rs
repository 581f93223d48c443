//! Whose turn is next.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::random::Random;
use crate::windows::agent::WindowsClient;

/// A machine that waits for its next contact.
pub(super) struct Turn {
    pub due: Instant,
    /// Tells apart those that are due at the same moment.
    pub number: u32,
    /// Contacts it had.
    pub round: u32,
    pub client: Box<WindowsClient>,
    pub is_late: bool,
    pub random: Random,
}

impl Turn {
    fn key(&self) -> (Instant, u32) {
        (self.due, self.number)
    }
}

impl PartialEq for Turn {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Turn {}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The machines that wait; the earliest first.
#[derive(Default)]
pub(super) struct Schedule(Mutex<BinaryHeap<Reverse<Turn>>>);

impl Schedule {
    pub(super) fn push(&self, turn: Turn) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Reverse(turn));
    }

    pub(super) fn pop(&self) -> Option<Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().map(|Reverse(turn)| turn)
    }
}

/// Time to the next scan: the interval times a random 0.8 to 1.0 (protocols.md §2.1).
pub(super) fn pause(interval: Duration, random: &mut Random) -> Duration {
    interval.mul_f64(0.8 + random.unit() / 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_as_those_of_windows() {
        let mut random = Random::new(1, 1);
        let hour = Duration::from_secs(3600);
        let all: Vec<Duration> = (0..1000).map(|_| pause(hour * 22, &mut random)).collect();
        let (least, most) = (all.iter().min().expect("one"), all.iter().max().expect("one"));
        assert!(*least >= hour.mul_f64(17.6) && *least < hour * 18, "{least:?}");
        assert!(*most <= hour * 22 && *most > hour.mul_f64(21.6), "{most:?}");
    }
}
