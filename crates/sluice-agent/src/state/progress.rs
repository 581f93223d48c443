//! How far each assigned update has come on this device: what was last reported, when a failed one
//! may be tried again, what waits for a restart.

use serde::{Deserialize, Serialize};
use sluice_wire::EnforcementReport;
use uuid::Uuid;

use super::{StateDirectory, StateError};
use crate::backend::{Failure, Wanted};
use crate::enforcement::Enforcement;

const FILE: &str = "progress.json";

/// Longest wait before a failed update is tried again without anybody's doing, seconds.
const MAX_RETRY_WAIT: u64 = 6 * 3600;

/// Longest `detail` of a report, bytes.
const MAX_DETAIL: usize = 1000;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    entries: Vec<Entry>,
}

/// One update of one deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The deployment.
    pub(crate) deployment: Uuid,
    /// The update.
    pub(crate) update: Uuid,
    /// The state last reported.
    pub(crate) state: Enforcement,
    /// Symbol of the error last reported.
    pub(crate) error: Option<String>,
    /// The detail last reported.
    pub(crate) detail: String,
    /// Its files were fetched.
    pub(crate) downloaded: bool,
    /// Failed attempts in a row.
    pub(crate) attempts: u32,
    /// Not tried again before this, seconds since 1970.
    pub(crate) not_before: i64,
    /// The boot in which it was installed, while it waits for the next.
    pub(crate) boot: Option<String>,
    /// The device may restart for it.
    pub(crate) restart: bool,
}

impl Progress {
    pub(crate) fn load(state: &StateDirectory) -> Result<Self, StateError> {
        state.read_or_default(FILE)
    }

    pub(crate) fn save(&self, state: &StateDirectory) -> Result<(), StateError> {
        state.write(FILE, self)
    }

    pub(crate) fn forget(state: &StateDirectory) -> Result<(), StateError> {
        state.remove(FILE)
    }

    /// The entry of an update of a deployment.
    pub(crate) fn get(&self, deployment: Uuid, update: Uuid) -> Option<&Entry> {
        self.entries.iter().find(|e| e.deployment == deployment && e.update == update)
    }

    /// Whether an update's files were fetched, for whichever deployment.
    pub(crate) fn is_fetched(&self, wanted: &Wanted) -> bool {
        wanted.deployments.iter().any(|by| self.get(by.deployment, wanted.update).is_some_and(|e| e.downloaded))
    }

    /// Those that wait for a restart.
    pub(crate) fn pending_restart(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.state == Enforcement::PendingRestart)
    }

    /// Drops what is no longer assigned.
    pub(crate) fn retain(&mut self, assigned: impl Fn(Uuid, Uuid) -> bool) {
        self.entries.retain(|e| assigned(e.deployment, e.update));
    }

    /// Lets failed updates be tried again at once.
    pub(crate) fn forgive(&mut self) {
        for entry in &mut self.entries {
            entry.not_before = 0;
        }
    }

    /// Records a state; the report to send, when it says anything new.
    pub(crate) fn record(
        &mut self,
        deployment: Uuid,
        update: Uuid,
        state: Enforcement,
        news: News<'_>,
        at: i64,
    ) -> Option<EnforcementReport> {
        let (error, detail, output) = match news {
            News::Plain => (None, "", ""),
            News::Good { detail, output } => (None, detail, output),
            News::Bad(failure) => (Some(failure.code.symbol().to_owned()), &*failure.detail, &*failure.output),
        };
        let detail = cut(detail, MAX_DETAIL).to_owned();
        let entry = self.entry(deployment, update);
        if entry.state == state && entry.error == error && (entry.detail == detail || matches!(news, News::Plain)) {
            return None;
        }
        entry.state = state;
        entry.error.clone_from(&error);
        entry.detail.clone_from(&detail);
        if error.is_none() && matches!(state, Enforcement::Installed | Enforcement::PendingRestart) {
            entry.attempts = 0;
            entry.not_before = 0;
        }
        let output = last(output, sluice_wire::MAX_OUTPUT).to_owned();
        Some(EnforcementReport { deployment, update, state: state.slug().to_owned(), error, detail, output, at })
    }

    /// The entry of an update of a deployment, made when it is new.
    pub(crate) fn entry(&mut self, deployment: Uuid, update: Uuid) -> &mut Entry {
        let at = self.entries.iter().position(|e| e.deployment == deployment && e.update == update);
        let at = at.unwrap_or_else(|| {
            self.entries.push(Entry::new(deployment, update));
            self.entries.len() - 1
        });
        &mut self.entries[at]
    }
}

/// What a report says besides the state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum News<'a> {
    /// Nothing: repeats no earlier report of the same state.
    Plain,
    /// It went well.
    Good { detail: &'a str, output: &'a str },
    /// It did not.
    Bad(&'a Failure),
}

impl Entry {
    fn new(deployment: Uuid, update: Uuid) -> Self {
        Self {
            deployment,
            update,
            state: Enforcement::Unknown,
            error: None,
            detail: String::new(),
            downloaded: false,
            attempts: 0,
            not_before: 0,
            boot: None,
            restart: false,
        }
    }

    /// Counts a failed attempt at `now`; the next may come after `base` seconds, doubled with each
    /// further failure.
    pub(crate) fn failed(&mut self, now: i64, base: u64) {
        let doubled = base.saturating_mul(1_u64 << self.attempts.min(20));
        self.attempts = self.attempts.saturating_add(1);
        self.not_before = now.saturating_add(doubled.min(MAX_RETRY_WAIT).cast_signed());
    }
}

/// At most `limit` bytes from the beginning.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// At most `limit` bytes from the end.
fn last(text: &str, limit: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(limit))..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::ErrorCode;

    #[test]
    fn only_news_is_reported_and_failures_wait_longer_each_time() {
        let (d, u) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut progress = Progress::default();
        let good = News::Good { detail: "a 1", output: "Setting up a" };
        assert!(progress.record(d, u, Enforcement::Installed, good, 1).is_some());
        assert_eq!(progress.record(d, u, Enforcement::Installed, good, 2), None);
        assert_eq!(progress.record(d, u, Enforcement::Installed, News::Plain, 2), None);
        let failure = Failure::new(ErrorCode::DiskFull, "/ has 1 MB".to_owned());
        let report = progress.record(d, u, Enforcement::InstallFailed, News::Bad(&failure), 3).unwrap();
        assert_eq!((report.state.as_str(), report.error.as_deref()), ("install-failed", Some("disk-full")));
        let waits: Vec<_> = (0..12)
            .map(|_| {
                progress.entry(d, u).failed(100, 60);
                progress.entry(d, u).not_before - 100
            })
            .collect();
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600, 21600]);
        progress.retain(|_, _| false);
        assert_eq!(progress, Progress::default());
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        assert_eq!((cut("aé", 2), last("éa", 2)), ("a", "a"));
    }
}
