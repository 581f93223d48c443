//! How reporting to upstream servers goes, for operators.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use sluice_model::SourceId;

use super::pass::Outcome;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;
use crate::sources::SourceKind;

/// Refused devices that are named.
const MAX_NAMED: usize = 100;

/// Where reporting to the upstream server of a source stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RollupState {
    /// Nothing is reported: the source is off, or its server is Microsoft's, which takes no reports.
    Off,
    /// The first synchronization comes before.
    #[default]
    Waiting,
    /// The server is told of this site, of those below it and of all their devices.
    Devices,
    /// The server wants to know of sites and their counts only.
    Counts,
    /// It went wrong last time; it is tried again.
    Failed,
}

impl RollupState {
    /// All.
    pub const ALL: [Self; 5] = [Self::Off, Self::Waiting, Self::Devices, Self::Counts, Self::Failed];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Waiting => "waiting",
            Self::Devices => "devices",
            Self::Counts => "counts",
            Self::Failed => "failed",
        }
    }
}

/// A device that the upstream server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDevice {
    /// Its name.
    pub name: String,
    /// Why, as far as the server says.
    pub reason: String,
    /// When it is tried again.
    pub retry_at: Timestamp,
}

/// How reporting to the upstream server of a source goes, since the site started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupStatus {
    /// The source.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// The server.
    pub url: String,
    /// Where it stands.
    pub state: RollupState,
    /// When the server was last told everything there was to tell.
    pub last_success: Option<Timestamp>,
    /// When it was last tried.
    pub last_attempt: Option<Timestamp>,
    /// Why the last try failed, when it did.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Devices the server was told of.
    pub devices: u64,
    /// Devices with something to tell that the server has not noted yet.
    pub waiting: u64,
    /// Devices that it refuses; they stop no other.
    pub refused: u64,
    /// Those, as far as there are few.
    pub refused_devices: Vec<RefusedDevice>,
}

/// The same, in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) state: RollupState,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_attempt: Option<Timestamp>,
    pub(super) error: Option<(String, &'static str)>,
    pub(super) devices: usize,
    pub(super) waiting: usize,
    pub(super) refused: Vec<RefusedDevice>,
}

/// What the tasks that report say, by source.
#[derive(Default)]
pub(crate) struct Rollups {
    running: Mutex<HashSet<SourceId>>,
    progress: Mutex<HashMap<SourceId, Progress>>,
}

impl Rollups {
    /// Claims a source for a task; false when it has one.
    pub(super) fn begin(&self, source: SourceId) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(source)
    }

    /// Its task ended.
    pub(super) fn end(&self, source: SourceId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }

    /// Changes what is said of a source.
    pub(super) fn note(&self, source: SourceId, change: impl FnOnce(&mut Progress)) {
        change(self.progress.lock().unwrap_or_else(PoisonError::into_inner).entry(source).or_default());
    }

    /// Forgets sources that are gone.
    pub(super) fn keep_only(&self, is_there: impl Fn(SourceId) -> bool) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).retain(|source, _| is_there(*source));
    }

    fn of(&self, source: SourceId) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned().unwrap_or_default()
    }
}

impl Progress {
    /// What makes people look at it again.
    pub(super) fn seen(&self) -> (RollupState, Option<(String, &'static str)>, usize) {
        (self.state, self.error.clone(), self.refused.len())
    }

    /// A pass failed: why, and what to do.
    pub(super) fn failed(&mut self, error: (String, &'static str)) {
        self.state = RollupState::Failed;
        self.error = Some(error);
    }

    /// A pass ended well.
    pub(super) fn done(&mut self, outcome: Outcome, now: Timestamp) {
        self.error = None;
        self.state = match outcome {
            Outcome::Waiting => RollupState::Waiting,
            Outcome::Devices => RollupState::Devices,
            Outcome::Counts => RollupState::Counts,
        };
        if outcome != Outcome::Waiting {
            self.last_success = Some(now);
        }
    }
}

impl Site {
    /// How reporting to upstream servers goes, by the name of the source.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn rollup_status(&self, caller: &Caller) -> SiteResult<Vec<RollupStatus>> {
        caller.require(Permission::Read)?;
        let all = self.sources.all();
        let upstreams = all.iter().filter_map(|record| self.readable_source(record));
        let mut found = Vec::new();
        for source in upstreams.filter(|source| source.config.kind() == SourceKind::Upstream) {
            let Some(upstream) = source.config.upstream() else { continue };
            let progress = self.rollups.of(source.id);
            let is_off = !source.enabled || upstream.is_microsoft();
            let mut refused_devices = progress.refused;
            let refused = refused_devices.len() as u64;
            refused_devices.truncate(MAX_NAMED);
            found.push(RollupStatus {
                source: source.id,
                name: source.name,
                url: upstream.url.clone(),
                state: if is_off { RollupState::Off } else { progress.state },
                last_success: progress.last_success,
                last_attempt: progress.last_attempt,
                fix: progress.error.as_ref().map(|(_, fix)| (*fix).to_owned()),
                error: progress.error.map(|(error, _)| error),
                devices: progress.devices as u64,
                waiting: progress.waiting as u64,
                refused,
                refused_devices,
            });
        }
        Ok(found)
    }
}
