//! When recurring work is due (SYN-02).

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A recurrence. Local times follow daylight saving: a time that a change of the clock skips runs
/// at the first moment after the gap; one that occurs twice runs once, at the first.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Only when somebody asks.
    Manual,
    /// Every so often, counted from the last start; at least [`Schedule::MIN_INTERVAL`].
    Every(SignedDuration),
    /// Every day at a local time.
    Daily {
        /// Local time.
        at: Time,
        /// Zone of the local time.
        zone: TimeZone,
    },
    /// On one day of every week at a local time.
    Weekly {
        /// The day.
        day: Weekday,
        /// Local time.
        at: Time,
        /// Zone of the local time.
        zone: TimeZone,
    },
}

/// The interval is shorter than an upstream should be asked to bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the interval must be between {} minutes and 31 days", Schedule::MIN_INTERVAL.as_mins())]
pub struct ScheduleError;

impl Schedule {
    /// The shortest interval.
    pub const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(15);

    /// A recurrence by interval.
    ///
    /// # Errors
    /// When the interval is out of bounds.
    pub fn every(interval: SignedDuration) -> Result<Self, ScheduleError> {
        let bounds = Self::MIN_INTERVAL..=SignedDuration::from_hours(31 * 24);
        if bounds.contains(&interval) { Ok(Self::Every(interval)) } else { Err(ScheduleError) }
    }

    /// The first moment it is due after `last`, the start of the run before.
    #[must_use]
    pub fn next_after(&self, last: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Manual => None,
            Self::Every(interval) => last.checked_add(*interval).ok(),
            Self::Daily { at, zone } => next_local(last, *at, zone, |_| true),
            Self::Weekly { day, at, zone } => next_local(last, *at, zone, |d| d == *day),
        }
    }
}

fn next_local(last: Timestamp, at: Time, zone: &TimeZone, wanted: impl Fn(Weekday) -> bool) -> Option<Timestamp> {
    let mut date = last.to_zoned(zone.clone()).date();
    // A week and a day: today's time may have passed.
    for _ in 0..=8 {
        if wanted(date.weekday()) {
            let due = zone.to_ambiguous_zoned(date.to_datetime(at)).compatible().ok()?.timestamp();
            if due > last {
                return Some(due);
            }
        }
        date = date.checked_add(1.day()).ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;

    fn amsterdam() -> TimeZone {
        // Central European rules, spelled out so that the test needs no zone database.
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn next(schedule: &Schedule, last: &str) -> String {
        schedule.next_after(last.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn clock_changes() {
        let daily = Schedule::Daily { at: time(2, 30, 0, 0), zone: amsterdam() };
        // 29 March 2026: 02:30 does not exist; it runs at 03:30 summer time.
        assert_eq!(next(&daily, "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
        // 25 October 2026: 02:30 occurs twice; it runs at the first only.
        assert_eq!(next(&daily, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next(&daily, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn weekly_and_interval() {
        let weekly = Schedule::Weekly { day: Weekday::Tuesday, at: time(3, 0, 0, 0), zone: TimeZone::UTC };
        assert_eq!(next(&weekly, "2026-11-22T10:00:00Z"), "2026-11-24T03:00:00Z");
        assert_eq!(next(&weekly, "2026-11-24T03:00:00Z"), "2026-12-01T03:00:00Z");
        assert_eq!(Schedule::every(SignedDuration::from_mins(1)), Err(ScheduleError));
        assert_eq!(Schedule::Manual.next_after(Timestamp::UNIX_EPOCH), None);
    }

    proptest! {
        #[test]
        fn due_times_only_move_forward(last in 0i64..4_000_000_000, hour in 0i8..24, minute in 0i8..60) {
            let last = Timestamp::from_second(last).unwrap();
            let daily = Schedule::Daily { at: time(hour, minute, 0, 0), zone: amsterdam() };
            let next = daily.next_after(last).unwrap();
            prop_assert!(next > last);
            prop_assert!(next.duration_since(last) <= SignedDuration::from_hours(26));
        }
    }
}
