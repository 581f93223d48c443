//! The stages of a synchronization and how far it has come (SYN-03, SYN-04).

use jiff::{SignedDuration, Timestamp};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncExtent {
    /// Only what changed upstream since the last success.
    Delta,
    /// Everything, as on the first run.
    Full,
}

/// Who started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncTrigger {
    /// An administrator.
    Manual,
    /// The schedule.
    Schedule,
    /// The retry after a failure (SYN-07).
    Retry,
    /// The site above, which told of a change (SYN-05).
    Parent,
}

/// The phase a running synchronization is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncPhase {
    /// The signed lists of what the upstream offers are fetched and verified. Counted in releases.
    Releases,
    /// Changed indices are fetched, verified and read. Counted in bytes of the indices.
    Updates,
    /// What was read is stored. Counted in updates.
    Storing,
    /// The new catalog is built and swapped in, devices are evaluated. Not counted.
    Publishing,
}

impl SyncPhase {
    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Releases => "releases",
            Self::Updates => "updates",
            Self::Storing => "storing",
            Self::Publishing => "publishing",
        }
    }
}

/// How far a phase has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    /// The phase.
    pub phase: SyncPhase,
    /// Units done, see [`SyncPhase`].
    pub done: u64,
    /// Units in all; 0 when not known.
    pub total: u64,
    /// What is being worked on.
    pub item: String,
    /// When the phase began.
    pub started: Timestamp,
}

impl SyncProgress {
    /// Share done, percent, when the total is known.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let percent = self.done.min(self.total).checked_mul(100)?.checked_div(self.total)?;
        u8::try_from(percent).ok()
    }

    /// The time the phase will still take if it goes on as it did.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<SignedDuration> {
        if self.done == 0 || self.total == 0 {
            return None;
        }
        let spent = now.duration_since(self.started).as_millis().max(0);
        let left = i128::from(self.total.saturating_sub(self.done));
        let millis = spent.checked_mul(left)? / i128::from(self.done);
        i64::try_from(millis).ok().map(SignedDuration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_is_proportional() {
        let progress = SyncProgress {
            phase: SyncPhase::Updates,
            done: 25,
            total: 100,
            item: String::new(),
            started: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(progress.percent(), Some(25));
        let now = Timestamp::from_second(10).unwrap();
        assert_eq!(progress.remaining(now), Some(SignedDuration::from_secs(30)));
        assert_eq!(SyncProgress { total: 0, ..progress }.percent(), None);
    }
}
