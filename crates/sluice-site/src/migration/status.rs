//! Where a take-over stands, worked out from what is stored.

use jiff::Timestamp;
use sluice_model::SourceId;
use sluice_store::upstream::{self, UpstreamRecord};

use super::clients;
use super::record::MigrationRecord;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// Where a take-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// None was begun.
    None,
    /// Things are coming.
    Running,
    /// Everything came; the WSUS is followed until the cut-over.
    Ready,
    /// The site is detached.
    Finished,
    /// The source was deleted before the cut-over.
    Abandoned,
}

impl MigrationState {
    /// All.
    pub const ALL: [Self; 5] = [Self::None, Self::Running, Self::Ready, Self::Finished, Self::Abandoned];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Finished => "finished",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Its turn comes.
    Waiting,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It failed, and is tried again.
    Failed,
}

impl StepState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Failed];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStep {
    /// Its name: `join`, `lists`, `selection`, `updates`, `decisions`, `cut-over`.
    pub name: &'static str,
    /// Where it stands.
    pub state: StepState,
}

/// A take-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Where it stands.
    pub state: MigrationState,
    /// The WSUS.
    pub url: Option<String>,
    /// The source that follows it.
    pub source: Option<SourceId>,
    /// Its name.
    pub source_name: Option<String>,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When the site was detached.
    pub finished_at: Option<Timestamp>,
    /// The steps, in order.
    pub steps: Vec<MigrationStep>,
    /// Why the last synchronization with it failed, when it did.
    pub error: Option<String>,
    /// What to do about that, or next.
    pub next: String,
    /// How clients come to this site, once everything is here; in sentences.
    pub clients: Vec<String>,
}

impl Site {
    /// Where the take-over of a WSUS stands.
    ///
    /// # Errors
    /// `Forbidden`; when the store cannot be read.
    pub async fn migration_status(&self, caller: &Caller) -> SiteResult<MigrationStatus> {
        caller.require(Permission::Read)?;
        let mut reader = self.store.reader().await?;
        let Some(record) = MigrationRecord::load(&mut reader).await? else { return Ok(none()) };
        let known = upstream::get(&mut reader, record.source).await?;
        drop(reader);
        let source = self.sources.get(record.source);
        let last = self.sync.last_run(record.source).filter(|run| !run.outcome.is_success());
        let is_running = self.sync.running(record.source).is_some();
        // The source may go with the cut-over.
        let finished = record.finished_at.is_some() || record.detached && source.is_none();
        let complete = record.complete_at.is_some();
        let has = |anchor: fn(&UpstreamRecord) -> &Option<String>| {
            known.as_ref().is_some_and(|known| anchor(known).is_some())
        };
        let done = [
            ("join", source.is_some()),
            ("lists", has(|known| &known.lists_anchor)),
            ("selection", record.selected.is_some()),
            ("updates", complete || record.selected.is_some() && has(|known| &known.updates_anchor)),
            ("decisions", complete),
            ("cut-over", finished),
        ];
        let first_open = done.iter().position(|(_, done)| !done);
        let step = |(at, (name, done)): (usize, &(&'static str, bool))| MigrationStep {
            name,
            state: match (*done || finished, first_open == Some(at)) {
                (true, _) => StepState::Done,
                (false, true) if is_running => StepState::Running,
                (false, true) if last.is_some() => StepState::Failed,
                (false, _) => StepState::Waiting,
            },
        };
        let steps = done.iter().enumerate().map(step).collect();
        let is_ready = done.iter().take(5).all(|(_, done)| *done);
        let state = match (finished, source.is_some(), is_ready) {
            (true, _, _) => MigrationState::Finished,
            (false, false, _) => MigrationState::Abandoned,
            (false, true, true) => MigrationState::Ready,
            (false, true, false) => MigrationState::Running,
        };
        let fix = last.as_ref().and_then(|run| run.fix.clone());
        let error = last.and_then(|run| run.error).filter(|_| !finished);
        let clients = match state {
            MigrationState::Ready | MigrationState::Finished => {
                clients::sentences(&record.url, &self.config.clients_url)
            }
            MigrationState::None | MigrationState::Running | MigrationState::Abandoned => Vec::new(),
        };
        Ok(MigrationStatus {
            clients,
            state,
            url: Some(record.url),
            source: source.as_ref().map(|source| source.id),
            source_name: source.map(|source| source.name),
            started_at: Some(record.started_at),
            finished_at: record.finished_at,
            steps,
            next: fix.filter(|_| error.is_some()).unwrap_or_else(|| next(state).to_owned()),
            error,
        })
    }
}

fn none() -> MigrationStatus {
    MigrationStatus {
        state: MigrationState::None,
        url: None,
        source: None,
        source_name: None,
        started_at: None,
        finished_at: None,
        steps: Vec::new(),
        error: None,
        clients: Vec::new(),
        next: next(MigrationState::None).to_owned(),
    }
}

fn next(state: MigrationState) -> &'static str {
    match state {
        MigrationState::None => "Look at what would be done: `sluice migrate wsus --from URL`.",
        MigrationState::Running => "Wait; it goes on by itself. Watch it: `sluice migrate wsus status`.",
        MigrationState::Ready => "Compare: `sluice migrate wsus report`; then `sluice migrate wsus finish`.",
        MigrationState::Finished => "Move the clients: see docs/take-over.md.",
        MigrationState::Abandoned => "Its source was deleted. Begin again: `sluice migrate wsus start --from URL`.",
    }
}
