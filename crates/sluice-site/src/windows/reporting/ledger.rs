//! What follows from events (protocols.md §4.3 and §4.4): the state machine between two full
//! statuses.
//!
//! A full status (156) is authoritative: it replaces what was known and puts right what single
//! events had said. Single events move the state of the update they name until the next one. Events
//! of members of a bundle are history only: the bundle has its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{EnforcementRecord, ReportedStates, WindowsStatus};
use sluice_model::{DeploymentId, EnforcementState, ErrorCode, ReportedState, RevisionId, UpdateId};

use super::event::{Event, MAX_UNKNOWN};

/// What is known of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    /// The last scan: when, and why it failed.
    pub(super) scan: Option<(Timestamp, Option<ErrorCode>)>,
    pub(super) status: Option<WindowsStatus>,
    /// Sorted by update.
    pub(super) enforcement: Arc<[EnforcementRecord]>,
}

/// What a batch of events changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    /// There was a scan.
    pub(super) scanned: bool,
    /// The status is another one.
    pub(super) status_changed: bool,
    /// New records, the last of each update.
    pub(super) enforcement: Vec<EnforcementRecord>,
}

/// What the ledger must know of updates.
pub(super) trait Updates {
    /// The title of an update that lists show; `None` when it is not known, or no such update.
    fn title(&self, update: UpdateId) -> Option<&str>;
    /// The deployment that counts for an update on the device.
    fn deployment(&self, update: UpdateId) -> Option<DeploymentId>;
}

/// The event of a restart that was pending; it is about everything that waited for it.
pub(super) const RESTARTED: i32 = 202;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    ScanSucceeded,
    ScanFailed,
    /// How far enforcement has come, and what becomes of the state between two statuses.
    Enforced(EnforcementState, Option<ReportedState>),
    /// The pending restart took place.
    Restarted,
    Nothing,
}

/// The events of the table of a real server (`susdb-client-event-table.csv`, \[MS-WUSP\] 2.2.2.3.1).
fn step(event_id: i32) -> Step {
    use EnforcementState as E;
    use ReportedState as R;
    match event_id {
        147 => Step::ScanSucceeded,
        148 | 149 | 154 | 157 | 158 => Step::ScanFailed,
        161 => Step::Enforced(E::DownloadFailed, Some(R::Failed)),
        162 | 164 => Step::Enforced(E::Downloaded, Some(R::Downloaded)),
        165..=170 => Step::Enforced(E::Downloading, None),
        // Nothing goes on any more, and nothing has failed: somebody cancelled it.
        163 | 186 | 223 | 524 | 543 => Step::Enforced(E::Unknown, None),
        181 | 226 | 521 | 546 => Step::Enforced(E::Installing, None),
        182 | 187 | 192 | 195 | 198 | 200 | 204 | 522 | 525 => Step::Enforced(E::InstallFailed, Some(R::Failed)),
        183 | 190 | 197 | 203 | 523 => Step::Enforced(E::Installed, Some(R::Installed)),
        184 | 191 | 199 | 201 => Step::Enforced(E::PendingRestart, Some(R::RestartPending)),
        RESTARTED => Step::Restarted,
        // A failed removal leaves the update where it is.
        221 | 225 | 541 | 545 => Step::Enforced(E::InstallFailed, None),
        222 | 542 => Step::Enforced(E::Uninstalled, Some(R::Needed)),
        224 | 544 => Step::Enforced(E::PendingRestart, Some(R::Needed)),
        _ => Step::Nothing,
    }
}

impl Ledger {
    /// What is known after some events, in their order, and what is new in it. `covered` is the
    /// newest revision that a status among them can be about.
    pub(super) fn after<'e>(
        &self,
        events: impl IntoIterator<Item = &'e Event>,
        covered: RevisionId,
        updates: &impl Updates,
    ) -> (Self, Entries) {
        let mut work = Work {
            ledger: self.clone(),
            enforcement: self.enforcement.iter().map(|record| (record.update, record.clone())).collect(),
            put: BTreeSet::new(),
            moved: BTreeMap::new(),
            added: 0,
            scanned: false,
            updates,
        };
        for event in events {
            match &event.status {
                Some(states) => work.status(event.at, covered, states),
                None => work.single(event),
            }
        }
        work.finish(self)
    }
}

/// What is known while events are gone through. A batch can have thousands, so what each of them
/// changes is kept in maps, and the lists are made once, at the end.
struct Work<'u, U> {
    /// Behind `enforcement` and `moved`.
    ledger: Ledger,
    enforcement: BTreeMap<UpdateId, EnforcementRecord>,
    /// Of which updates there are new records.
    put: BTreeSet<UpdateId>,
    /// What became of states of the status.
    moved: BTreeMap<UpdateId, ReportedState>,
    /// How many of `moved` the status does not have.
    added: usize,
    scanned: bool,
    updates: &'u U,
}

impl<U: Updates> Work<'_, U> {
    fn finish(mut self, before: &Ledger) -> (Ledger, Entries) {
        self.settle();
        let enforcement = self.put.iter().filter_map(|update| self.enforcement.get(update).cloned()).collect();
        if !self.put.is_empty() {
            self.ledger.enforcement = self.enforcement.into_values().collect();
        }
        let status_changed = self.ledger.status != before.status;
        (self.ledger, Entries { scanned: self.scanned, status_changed, enforcement })
    }

    /// Brings what was moved into the status.
    fn settle(&mut self) {
        self.added = 0;
        let moved = std::mem::take(&mut self.moved);
        let Some(status) = self.ledger.status.as_mut().filter(|_| !moved.is_empty()) else { return };
        let kept = status.states.entries().iter().filter(|(update, _)| !moved.contains_key(update)).copied();
        let entries: Vec<_> = kept.chain(moved.iter().map(|(update, state)| (*update, *state))).collect();
        status.states = Arc::new(ReportedStates::new(entries));
    }

    fn status(&mut self, at: Timestamp, covered: RevisionId, states: &ReportedStates) {
        for (update, record) in &mut self.enforcement {
            let state = agreeing(record.state, states.get(*update));
            if state != record.state {
                record.code = record.code.filter(|_| state.is_failure());
                if !state.is_failure() {
                    record.detail = Arc::default();
                }
                (record.state, record.at) = (state, at);
                self.put.insert(*update);
            }
        }
        for (update, state) in states.entries() {
            let state = match state {
                ReportedState::RestartPending => EnforcementState::PendingRestart,
                ReportedState::Failed => EnforcementState::InstallFailed,
                ReportedState::Needed | ReportedState::Downloaded | ReportedState::Installed => continue,
            };
            if !self.enforcement.contains_key(update) && self.updates.title(*update).is_some() {
                let deployment = self.updates.deployment(*update);
                self.put(EnforcementRecord {
                    update: *update,
                    state,
                    code: None,
                    detail: Arc::default(),
                    at,
                    deployment,
                });
            }
        }
        let states = match &self.ledger.status {
            Some(status) if *status.states == *states => Arc::clone(&status.states),
            _ => Arc::new(states.clone()),
        };
        self.ledger.status = Some(WindowsStatus { at, covered, states });
        self.moved.clear();
        self.added = 0;
    }

    fn single(&mut self, event: &Event) {
        match (step(event.event_id), event.update, event.bundle) {
            (Step::ScanSucceeded, ..) => self.scan(event.at, None),
            (Step::ScanFailed, ..) => self.scan(event.at, Some(event.error.unwrap_or(UNSPECIFIED))),
            (Step::Enforced(state, moved), Some(update), None) => {
                self.enforced(event, update.update, state);
                if let Some(moved) = moved {
                    self.moved(update.update, moved);
                }
            }
            (Step::Restarted, update, None) => self.restarted(event.at, update.map(|update| update.update)),
            _ => {}
        }
    }

    fn scan(&mut self, at: Timestamp, error: Option<ErrorCode>) {
        self.ledger.scan = Some((at, error));
        self.scanned = true;
    }

    fn enforced(&mut self, event: &Event, update: UpdateId, state: EnforcementState) {
        let title = self.updates.title(update);
        // A device can claim anything about what is not there; the event is kept, this is not.
        if title.is_none() && !self.enforcement.contains_key(&update) {
            return;
        }
        let code = event.error.filter(|_| state.is_failure());
        let detail = if state.is_failure() { event.detail(title) } else { String::new() };
        let deployment = self.updates.deployment(update);
        self.put(EnforcementRecord { update, state, code, detail: detail.into(), at: event.at, deployment });
    }

    fn moved(&mut self, update: UpdateId, state: ReportedState) {
        let Some(status) = &self.ledger.status else { return };
        let known = self.moved.get(&update).copied().or_else(|| status.states.get(update));
        if known == Some(state) {
            return;
        }
        // A download says nothing new of what is installed.
        if state == ReportedState::Downloaded
            && matches!(known, Some(ReportedState::Installed | ReportedState::RestartPending))
        {
            return;
        }
        let is_room = status.states.entries().len() + self.added < MAX_UNKNOWN;
        if known.is_some() || is_room || self.updates.title(update).is_some() {
            self.added += usize::from(known.is_none());
            self.moved.insert(update, state);
        }
    }

    fn restarted(&mut self, at: Timestamp, update: Option<UpdateId>) {
        self.settle();
        let concerned = |id: UpdateId| update.is_none_or(|update| update == id);
        for (update, record) in &mut self.enforcement {
            if record.state != EnforcementState::PendingRestart || !concerned(*update) {
                continue;
            }
            let gone = self.ledger.status.as_ref().and_then(|status| status.states.get(*update))
                == Some(ReportedState::Needed);
            record.state = if gone { EnforcementState::Uninstalled } else { EnforcementState::Installed };
            (record.code, record.at) = (None, at);
            self.put.insert(*update);
        }
        let Some(status) = &self.ledger.status else { return };
        if !status.states.restart_pending() {
            return;
        }
        let entries = status.states.entries().iter().map(|(id, state)| match state {
            ReportedState::RestartPending if concerned(*id) => (*id, ReportedState::Installed),
            state => (*id, *state),
        });
        let states = Arc::new(ReportedStates::new(entries.collect()));
        self.ledger.status = Some(WindowsStatus { states, ..*status });
    }

    fn put(&mut self, record: EnforcementRecord) {
        self.put.insert(record.update);
        self.enforcement.insert(record.update, record);
    }
}

/// A scan that failed without saying why (`E_FAIL`).
const UNSPECIFIED: ErrorCode = ErrorCode(0x8000_4005);

/// What is left of an enforcement state in the light of a full status.
fn agreeing(known: EnforcementState, reported: Option<ReportedState>) -> EnforcementState {
    use EnforcementState as E;
    match reported {
        Some(ReportedState::Installed) => E::Installed,
        Some(ReportedState::RestartPending) => E::PendingRestart,
        Some(ReportedState::Failed) if known.is_failure() => known,
        Some(ReportedState::Failed) => E::InstallFailed,
        Some(ReportedState::Downloaded) => E::Downloaded,
        // It was installed or downloaded, and is so no more.
        Some(ReportedState::Needed) if matches!(known, E::Installed | E::PendingRestart | E::Downloaded) => E::Unknown,
        Some(ReportedState::Needed) => known,
        // It does not apply any more: it was removed, replaced, or is asked for no more.
        None if known == E::PendingRestart => E::Unknown,
        None => known,
    }
}
