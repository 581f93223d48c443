//! Turns a decision into the next state, and reports what became clear by deciding.

use std::collections::HashMap;

use sluice_wire::{EnforcementReport, Policy};

use super::Machine;
use super::data::{Kind, Patience, Pause, Recovery, Round, Work};
use super::states::{Deciding, State};
use crate::backend::{ErrorCode, Failure, Wanted, WantedBy};
use crate::decide::{Action, Decision, Step, decide};
use crate::enforcement::Enforcement;
use crate::state::StateError;
use crate::state::journal::Journal;
use crate::state::policy::Held;
use crate::state::progress::{News, Progress};
use crate::state::requests::Requests;

/// What is to be done, and when to look again.
#[derive(Default)]
struct Agenda {
    install: Vec<Wanted>,
    prepare: Vec<Wanted>,
    /// Files are there whose deadline is ahead.
    prepared: bool,
    /// The next moment at which something becomes due, seconds since 1970.
    next: Option<i64>,
    reports: Vec<EnforcementReport>,
}

impl Agenda {
    fn look_again(&mut self, at: i64) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

impl Machine {
    pub(super) async fn decide(&mut self, round: Round, to: Deciding) -> Result<State, StateError> {
        let now = self.host.now();
        let held = Held::load(&self.state, &self.identity, now)?;
        let patience = held.policy().map_or_else(Patience::default, patience);
        if let Some(journal) = Journal::load(&self.state)? {
            // Waited for the lock in vain just now: not again at once.
            if std::mem::take(&mut self.memory.gave_up) {
                return Ok(to.failed(Pause { failures: round.failures, ..self.back_off(round.failures) }));
            }
            return Ok(to.interrupted(Recovery { journal, patience }));
        }
        let mut progress = Progress::load(&self.state)?;
        let before = progress.clone();
        let mut agenda = Agenda::default();
        if let Some(policy) = held.policy() {
            progress.retain(|deployment, update| {
                policy.assignments.iter().any(|a| (a.deployment, a.update) == (deployment, update))
            });
            let requests = self.settle_requests(policy, &round, now)?;
            let decision = decide(policy, &round.inventory, now, &requests);
            agenda = self.agenda(&decision, &round, &mut progress);
        }
        let restart = self.restart_wanted(held.policy(), &mut progress, &mut agenda);
        let reports = std::mem::take(&mut agenda.reports);
        let news = !reports.is_empty();
        self.keep(reports, Vec::new(), &progress)?;
        if !news && progress != before {
            progress.save(&self.state)?;
        }
        if news && round.failures == 0 {
            self.try_to_send().await?;
        }
        let work = |kind, wanted| Work { kind, wanted, patience, refused: HashMap::new() };
        if !agenda.install.is_empty() {
            return Ok(to.work_due(work(Kind::Install, agenda.install)));
        }
        if !agenda.prepare.is_empty() {
            return Ok(to.work_due(work(Kind::Prepare, agenda.prepare)));
        }
        let until = agenda.next.map_or(round.next_check_in, |next| next.min(round.next_check_in));
        let pause = Pause { until: until.max(now + 1), failures: round.failures };
        Ok(match restart {
            Some(at) if at <= now => to.restart_due(Pause { until: round.next_check_in, ..pause }),
            Some(at) => to.restart_announced(Pause { until: pause.until.min(at), ..pause }),
            None if round.failures > 0 => to.failed(pause),
            None if agenda.prepared => to.prepared(pause),
            None => to.nothing_due(pause),
        })
    }

    /// Turns "everything" into updates, once a policy says what that is, and forgets requests for
    /// what is not assigned.
    fn settle_requests(&self, policy: &Policy, round: &Round, now: i64) -> Result<Requests, StateError> {
        let old = Requests::load(&self.state)?;
        if old == Requests::default() {
            return Ok(old);
        }
        let mut new = Requests { all: false, updates: old.updates.clone() };
        if old.all {
            let decision = decide(policy, &round.inventory, now, &old);
            let due = decision.steps.iter().filter(|step| step.action == Action::Install);
            new.updates.extend(due.map(|step| step.assignment.update));
        }
        // Without a good check-in the policy may not know yet what was asked for.
        if round.failures == 0 {
            new.updates.retain(|update| policy.assignments.iter().any(|a| a.update == *update));
        }
        if new != old {
            new.save(&self.state)?;
        }
        Ok(new)
    }

    fn agenda(&self, decision: &Decision<'_>, round: &Round, progress: &mut Progress) -> Agenda {
        let now = self.host.now();
        let mut agenda = Agenda { next: decision.next, ..Agenda::default() };
        for step in &decision.steps {
            let (deployment, update) = (step.assignment.deployment, step.assignment.update);
            let entry = progress.entry(deployment, update);
            entry.restart = step.assignment.restart;
            let (downloaded, not_before) = (entry.downloaded, entry.not_before);
            let mut say = |state, news: News<'_>| {
                agenda.reports.extend(progress.record(deployment, update, state, news, now));
            };
            match &step.action {
                Action::NotYet | Action::NotApplicable => {}
                Action::Installed => {
                    if !self.still_waits(step, round, progress) {
                        agenda.reports.extend(progress.record(
                            deployment,
                            update,
                            Enforcement::Installed,
                            News::Plain,
                            now,
                        ));
                    }
                }
                Action::Held(packages) => {
                    let failure = Failure::new(ErrorCode::Held, format!("held: {}", packages.join(", ")));
                    say(Enforcement::Held, News::Bad(&failure));
                }
                Action::Invalid(why) => {
                    say(Enforcement::InstallFailed, News::Bad(&Failure::new(ErrorCode::Other, why.clone())));
                }
                Action::Offered => say(Enforcement::WaitingForDeadline, News::Plain),
                Action::Prepare if downloaded => {
                    agenda.prepared = true;
                    say(Enforcement::Downloaded, News::Plain);
                }
                Action::Prepare if !self.host.privileged => say(Enforcement::WaitingForDeadline, News::Plain),
                Action::Install if !self.host.privileged => {
                    let failure = Failure::new(ErrorCode::NotRoot, "the agent does not run as root".to_owned());
                    say(Enforcement::InstallFailed, News::Bad(&failure));
                }
                Action::Prepare | Action::Install if not_before > now => agenda.look_again(not_before),
                Action::Prepare => add(&mut agenda.prepare, step),
                Action::Install => add(&mut agenda.install, step),
            }
        }
        agenda
    }

    /// Whether an installed update still waits for a restart: the device has not restarted since,
    /// and something still uses what was there before.
    fn still_waits(&self, step: &Step<'_>, round: &Round, progress: &Progress) -> bool {
        let entry = progress.get(step.assignment.deployment, step.assignment.update);
        entry.is_some_and(|entry| {
            entry.state == Enforcement::PendingRestart
                && entry.boot == self.host.boot_id()
                && crate::restart::waits(&step.assignment.packages, &round.inventory, &*self.backend)
        })
    }

    /// When the device restarts, if something installed waits for it, may have it and can.
    fn restart_wanted(&mut self, policy: Option<&Policy>, progress: &mut Progress, agenda: &mut Agenda) -> Option<i64> {
        let wanted = progress.pending_restart().any(|entry| entry.restart);
        let Some(policy) = policy.filter(|_| wanted) else {
            self.memory.restart_at = None;
            return None;
        };
        let now = self.host.now();
        if let Err(why) = crate::restart::possible(&self.host) {
            let failure = Failure::new(ErrorCode::RestartNotPossible, why);
            let waiting: Vec<_> = progress.pending_restart().filter(|e| e.restart).cloned().collect();
            for entry in waiting {
                let news = News::Bad(&failure);
                let state = Enforcement::PendingRestart;
                agenda.reports.extend(progress.record(entry.deployment, entry.update, state, news, now));
            }
            return None;
        }
        // One that did not happen is not tried again before the next installation.
        let refused = ErrorCode::RestartNotPossible.symbol();
        if progress.pending_restart().any(|entry| entry.error.as_deref() == Some(refused)) {
            return None;
        }
        let delay = policy.settings.restart_delay.cast_signed();
        Some(*self.memory.restart_at.get_or_insert(now.saturating_add(delay)))
    }
}

fn patience(policy: &Policy) -> Patience {
    Patience { lock: policy.settings.lock_wait, retry: policy.settings.check_in }
}

/// Adds a step to what is wanted; an update that several deployments ask for is wanted once.
fn add(wanted: &mut Vec<Wanted>, step: &Step<'_>) {
    let by = WantedBy { deployment: step.assignment.deployment, restart: step.assignment.restart };
    if let Some(known) = wanted.iter_mut().find(|w| w.update == step.assignment.update) {
        known.deployments.push(by);
        let more = step.packages.iter().filter(|p| !known.packages.contains(p)).cloned().collect::<Vec<_>>();
        known.packages.extend(more);
        return;
    }
    wanted.push(Wanted {
        update: step.assignment.update,
        title: step.assignment.title.clone(),
        deployments: vec![by],
        packages: step.packages.clone(),
    });
}
