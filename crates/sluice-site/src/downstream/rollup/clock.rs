//! Times by the clock of a server, by the clock of the site.

use jiff::{SignedDuration, Timestamp};

/// Clocks that differ by less are taken to agree (note 50 of \[MS-WSUSSS\]).
const AGREEMENT: SignedDuration = SignedDuration::from_mins(1);

/// The difference between two clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    ahead: SignedDuration,
    now: Timestamp,
}

impl Clock {
    /// Between the site's and that of a server that says what time it is there.
    pub(super) fn new(theirs: Option<Timestamp>, now: Timestamp) -> Self {
        let ahead = theirs.map_or(SignedDuration::ZERO, |theirs| now.duration_since(theirs));
        let agree = ahead.abs() <= AGREEMENT;
        Self { ahead: if agree { SignedDuration::ZERO } else { ahead }, now }
    }

    /// A moment by the clock of the site. What was reported has happened, whatever clocks say.
    pub(super) fn here(self, at: Timestamp) -> Timestamp {
        at.checked_add(self.ahead).unwrap_or(self.now).min(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shifted_when_clocks_differ_by_more_than_a_minute() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let here = |theirs, moment| Clock::new(Some(at(theirs)), at(100_000)).here(at(moment));
        assert_eq!(here(100_060, 99_000), at(99_000), "a minute is nothing");
        assert_eq!(here(100_061, 99_061), at(99_000), "ahead");
        assert_eq!(here(10_000, 9_000), at(99_000), "behind");
        assert_eq!(here(100_000, 200_000), at(100_000), "never in the future");
        assert_eq!(Clock::new(None, at(5)).here(at(3)), at(3));
        assert_eq!(Clock::new(Some(Timestamp::MAX), at(5)).here(Timestamp::MIN), at(5));
    }
}
