//! The agent's state machine: what it does in each state, and where it goes from there.

mod data;
mod deciding;
mod exchange;
mod installing;
mod states;
#[cfg(test)]
mod tests;
mod verifying;

use std::sync::Arc;
use std::time::Duration;

use sluice_wire::{AgentStatus, EnforcementReport, Event};

pub(crate) use data::Attempt;
use data::{AfterLock, LockWait, Outcome, Patience, Pause, Planned, Recovery, Round, Work};
pub(crate) use states::State;
use states::{Downloading, Planning, Recovering, Refreshing, Restarting, Scanning, WaitingForLock};

use crate::backend::{ErrorCode, Failure, PackageBackend};
use crate::enforcement::Enforcement;
use crate::host::Host;
use crate::notify::Notifier;
use crate::site::Site;
use crate::state::identity::Identity;
use crate::state::progress::{News, Progress};
use crate::state::status::Activity;
use crate::state::{StateDirectory, StateError, journal::Journal, reports};

/// Time between looks at a lock that somebody holds.
const LOCK_LOOK: Duration = Duration::from_secs(5);
/// First wait after a failed check-in, seconds; doubled with each further one.
const FIRST_WAIT: u64 = 15;
/// Longest wait after failed check-ins, seconds.
const LONGEST_WAIT: u64 = 1800;
/// How long a restart may take to begin.
const RESTART_LIMIT: Duration = Duration::from_secs(600);

/// Everything the machine works with.
pub(crate) struct Machine {
    pub(crate) version: String,
    pub(crate) host: Host,
    pub(crate) state: StateDirectory,
    pub(crate) backend: Arc<dyn PackageBackend>,
    pub(crate) site: Arc<dyn Site>,
    pub(crate) identity: Identity,
    pub(crate) notifier: Notifier,
    pub(crate) memory: Memory,
}

/// What may be forgotten when the agent ends.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) activity: Activity,
    /// When the device restarts, once announced, seconds since 1970.
    pub(crate) restart_at: Option<i64>,
    /// The last wait for the lock, to end an interrupted installation, was in vain.
    pub(crate) gave_up: bool,
    /// The last refusal of a policy, so that it is told once.
    pub(crate) policy_refusal: Option<String>,
    /// Why the last check-in failed, for those who wait for it.
    pub(crate) contact_error: Option<crate::site::ContactError>,
}

impl Machine {
    /// Where to begin.
    pub(crate) fn begin(&self) -> Result<State, StateError> {
        let journal = Journal::load(&self.state)?;
        Ok(State::begin(journal.map(|journal| Recovery { journal, patience: Patience::default() })))
    }

    /// Does what is to be done in `state` and says where the agent is then. In a pause there is
    /// nothing to do: the caller waits and then calls [`Self::wake`].
    pub(crate) async fn turn(&mut self, state: State) -> Result<State, StateError> {
        match state {
            State::Recovering(recovery, to) => self.recover(recovery, to).await,
            State::Scanning(attempt, to) => Ok(self.scan(attempt, to).await),
            State::CheckingIn(round, to) => Ok(to.checked_in(self.check_in(round).await?)),
            State::Deciding(round, to) => self.decide(round, to).await,
            State::Refreshing(work, to) => self.refresh(work, to).await,
            State::WaitingForLock(wait, to) => self.wait_for_lock(wait, to).await,
            State::Planning(work, to) => Ok(self.plan(work, to).await),
            State::Downloading(planned, to) => self.download(planned, to).await,
            State::Installing(planned, to) => Ok(to.finished(self.install(planned).await?)),
            State::Verifying(outcome, to) => self.verify(outcome, to).await,
            State::Restarting(pause, to) => self.restart(pause, to).await,
            pause @ (State::Unenrolled(..)
            | State::Idle(..)
            | State::WaitingForDeadline(..)
            | State::BackingOff(..)
            | State::PendingRestart(..)) => Ok(pause),
        }
    }

    /// Ends a pause.
    pub(crate) fn wake(state: State) -> State {
        match state {
            State::Idle(p, to) => to.due(Attempt { failures: p.failures }),
            State::WaitingForDeadline(p, to) => to.due(Attempt { failures: p.failures }),
            State::BackingOff(p, to) => to.due(Attempt { failures: p.failures }),
            State::PendingRestart(p, to) => to.due(Attempt { failures: p.failures }),
            other => other,
        }
    }

    /// Tells everybody where the agent is. That may fail: it is for people only.
    pub(crate) fn announce(&mut self, state: &State) {
        let detail = match state {
            State::WaitingForLock(wait, _) => wait.holder.clone(),
            State::Refreshing(work, _) | State::Planning(work, _) => format!("{} updates", work.wanted.len()),
            State::Downloading(planned, _) | State::Installing(planned, _) => titles(&planned.work),
            _ => String::new(),
        };
        let activity = &mut self.memory.activity;
        state.name().clone_into(&mut activity.state);
        activity.detail = detail;
        activity.since = self.host.now();
        activity.next_check_in = state.pause().map(|pause| pause.until);
        tracing::debug!(state = activity.state, detail = activity.detail, "agent state");
        self.notifier.status(&activity.state, &activity.detail);
        if let Err(error) = activity.save(&self.state) {
            tracing::debug!(%error, "the status file is not up to date");
        }
    }

    /// What the site is told about the agent.
    fn agent_status(&self) -> AgentStatus {
        let Activity { state, detail, .. } = &self.memory.activity;
        AgentStatus { state: state.clone(), detail: detail.clone(), can_install: self.host.privileged }
    }

    async fn recover(&mut self, recovery: Recovery, to: Recovering) -> Result<State, StateError> {
        if let Some(holder) = self.backend.lock_holder() {
            let since = self.host.now();
            return Ok(to.lock_held(LockWait { since, holder, then: AfterLock::Recover(recovery) }));
        }
        tracing::warn!("an installation was interrupted; putting the package database in order");
        // Before the repair writes its own.
        let said = crate::host::tail(&self.state.path(crate::state::OUTPUT), sluice_wire::MAX_OUTPUT);
        let failure = match self.backend.repair().await {
            Ok(()) => Failure::new(ErrorCode::Interrupted, "the agent or the device stopped while installing".into()),
            Err(failure) => failure,
        };
        let failure = Failure { output: said.unwrap_or_default() + &failure.output, ..failure };
        let mut work = installation(recovery);
        work.refuse_all(&failure);
        Ok(to.put_in_order(Outcome { interrupted: true, ..Outcome::nothing_done(work) }))
    }

    async fn scan(&mut self, attempt: Attempt, to: Scanning) -> State {
        self.state.reserve();
        match crate::inventory::scan(&self.host, &*self.backend).await {
            Ok(inventory) => to.scanned(Round {
                inventory: Box::new(inventory),
                failures: attempt.failures,
                next_check_in: self.host.now(),
            }),
            Err(error) => {
                tracing::error!(%error, "the device cannot be scanned");
                self.memory.activity.last_error = Some(error.to_string());
                to.failed(self.back_off(attempt.failures))
            }
        }
    }

    async fn refresh(&mut self, mut work: Work, to: Refreshing) -> Result<State, StateError> {
        if let Some(holder) = self.backend.lock_holder() {
            self.report_all(&work, Enforcement::WaitingForOtherInstall).await?;
            let since = self.host.now();
            return Ok(to.lock_held(LockWait { since, holder, then: AfterLock::Refresh(work) }));
        }
        Ok(match self.backend.refresh().await {
            Ok(()) => to.refreshed(work),
            Err(failure) => {
                // Without its sources the device can still install what it has fetched.
                if work.kind == data::Kind::Install && failure.code == ErrorCode::IndexRefreshFailed {
                    let progress = Progress::load(&self.state)?;
                    work.refuse_all_but(&failure, |update| progress.is_fetched(update));
                } else {
                    work.refuse_all(&failure);
                }
                let nothing_left = work.open().next().is_none();
                if nothing_left { to.failed(Outcome::nothing_done(work)) } else { to.refreshed(work) }
            }
        })
    }

    async fn wait_for_lock(&mut self, wait: LockWait, to: WaitingForLock) -> Result<State, StateError> {
        let LockWait { since, then, .. } = wait;
        let limit = match &then {
            AfterLock::Recover(recovery) => recovery.patience.lock,
            AfterLock::Refresh(work) => work.patience.lock,
        };
        let holder = loop {
            let Some(holder) = self.backend.lock_holder() else {
                return Ok(match then {
                    AfterLock::Recover(recovery) => to.free_to_recover(recovery),
                    AfterLock::Refresh(work) => to.free_to_refresh(work),
                });
            };
            if self.host.now().saturating_sub(since) >= limit.cast_signed() {
                break holder;
            }
            tokio::time::sleep(LOCK_LOOK).await;
        };
        let mut work = match then {
            // The journal is kept: a later round comes back to it.
            AfterLock::Recover(recovery) => {
                self.memory.gave_up = true;
                Work { wanted: Vec::new(), ..installation(recovery) }
            }
            AfterLock::Refresh(work) => work,
        };
        work.refuse_all(&Failure::new(ErrorCode::Locked, holder));
        Ok(to.gave_up(Outcome::nothing_done(work)))
    }

    async fn plan(&mut self, mut work: Work, to: Planning) -> State {
        let open: Vec<_> = work.open().cloned().collect();
        let plan = self.backend.plan(&open).await;
        work.refused.extend(plan.refused);
        if plan.batches.is_empty() {
            return to.refused(Outcome::nothing_done(work));
        }
        to.approved(Planned { work, batches: plan.batches })
    }

    async fn download(&mut self, planned: Planned, to: Downloading) -> Result<State, StateError> {
        self.report_all(&planned.work, Enforcement::Downloading).await?;
        let Planned { work, batches } = self.fetch(planned).await;
        Ok(match work.kind {
            data::Kind::Prepare => to.only_fetched(Outcome::nothing_done(work)),
            data::Kind::Install if batches.is_empty() => to.failed(Outcome::nothing_done(work)),
            data::Kind::Install => to.fetched(Planned { work, batches }),
        })
    }

    async fn restart(&mut self, pause: Pause, to: Restarting) -> Result<State, StateError> {
        self.memory.restart_at = None;
        let why = match crate::restart::restart(&self.host).await {
            Ok(()) => {
                // The system ends the agent now; if not, something held it up.
                tokio::time::sleep(RESTART_LIMIT).await;
                format!("the system was asked to restart, but did not within {} minutes", RESTART_LIMIT.as_secs() / 60)
            }
            Err(why) => why,
        };
        self.restart_not_possible(&why)?;
        Ok(to.refused(pause))
    }

    /// Records that the device should restart and cannot.
    fn restart_not_possible(&mut self, why: &str) -> Result<(), StateError> {
        let mut progress = Progress::load(&self.state)?;
        let failure = Failure::new(ErrorCode::RestartNotPossible, why.to_owned());
        let waiting: Vec<_> =
            progress.pending_restart().filter(|e| e.restart).map(|e| (e.deployment, e.update)).collect();
        let reports = waiting.into_iter().filter_map(|(deployment, update)| {
            let news = News::Bad(&failure);
            progress.record(deployment, update, Enforcement::PendingRestart, news, self.host.now())
        });
        let reports: Vec<_> = reports.collect();
        reports::add(&self.state, reports, Vec::new())?;
        progress.save(&self.state)
    }

    /// Reports that all of `work` that is not refused has come to `state`, at once if the site can
    /// be reached.
    async fn report_all(&mut self, work: &Work, state: Enforcement) -> Result<(), StateError> {
        let mut progress = Progress::load(&self.state)?;
        let mut reports = Vec::new();
        let now = self.host.now();
        for update in work.open() {
            for by in &update.deployments {
                reports.extend(progress.record(by.deployment, update.update, state, News::Plain, now));
            }
        }
        self.keep(reports, Vec::new(), &progress)?;
        self.try_to_send().await
    }

    /// Keeps reports and the progress they speak of. Reports first: after a crash in between they
    /// are made again, which does no harm.
    fn keep(&self, reports: Vec<EnforcementReport>, events: Vec<Event>, progress: &Progress) -> Result<(), StateError> {
        if reports.is_empty() && events.is_empty() {
            return Ok(());
        }
        reports::add(&self.state, reports, events)?;
        progress.save(&self.state)
    }

    fn event(&self, kind: &str, text: String) -> Event {
        Event { at: self.host.now(), kind: kind.to_owned(), text }
    }

    /// The wait after one more failure.
    fn back_off(&self, failures: u32) -> Pause {
        let wait = FIRST_WAIT.saturating_mul(1 << failures.min(20)).min(LONGEST_WAIT);
        let wait = wait + self.host.random_up_to(wait / 4);
        Pause { until: self.host.now().saturating_add(wait.cast_signed()), failures: failures.saturating_add(1) }
    }
}

/// The work that an interrupted installation was.
fn installation(recovery: Recovery) -> Work {
    Work {
        kind: data::Kind::Install,
        wanted: recovery.journal.wanted,
        patience: recovery.patience,
        refused: std::collections::HashMap::new(),
    }
}

/// What people are told about work.
fn titles(work: &Work) -> String {
    match work.wanted.as_slice() {
        [one] => one.title.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.title, rest.len()),
        [] => String::new(),
    }
}
