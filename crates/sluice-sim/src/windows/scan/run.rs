//! A scan from beginning to end.

use rustc_hash::FxHashSet;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::client::{CategoryRelationship, StartCategoryScan};
use sluice_wsus::messages::shared::DeploymentAction;
use uuid::Uuid;

use super::complaint::Complaint;
use super::evaluate::{Evaluation, State};
use super::outcome::{Offer, ScanOutcome, UpdateStatus};
use super::rounds::is_offer;
use super::session::Talk;
use crate::windows::agent::WindowsClient;
use crate::windows::client::AgentError;

impl WindowsClient {
    /// Scans: finds out what is offered, installed and needed. Queues the events 147 and 156, or 148.
    ///
    /// # Errors
    /// [`AgentError`] when the server cannot be reached, breaks the protocol or answers with a fault that an agent can
    /// do nothing about. What came before is kept, and the next scan goes on from there.
    pub async fn scan(&mut self) -> Result<ScanOutcome, AgentError> {
        let mut talk = Talk::new(self.caller());
        match self.converse(&mut talk).await {
            Ok(()) => {
                let outcome = self.conclude(talk);
                self.report_scan(&outcome);
                Ok(outcome)
            }
            Err(error) => {
                self.report_scan_failure(error.hresult());
                Err(error)
            }
        }
    }

    async fn converse(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        self.cache.evaluate(&self.machine);
        self.open_session(talk).await?;
        let filter = self.start_category_scan(talk).await?;
        self.software_rounds(talk, &filter).await?;
        self.driver_pass(talk, &filter).await?;
        self.get_extended(talk).await
    }

    /// The categories to filter by, when this is a scan of certain categories.
    async fn start_category_scan(&mut self, talk: &mut Talk) -> Result<Vec<Uuid>, AgentError> {
        if self.behaviour.categories.is_empty() {
            return Ok(Vec::new());
        }
        let categories = (0..).zip(&self.behaviour.categories);
        let requested_categories = categories
            .map(|(index, category)| CategoryRelationship { index_of_and_group: index, category_id: *category })
            .collect();
        let request = StartCategoryScan { requested_categories };
        Ok(self.server.start_category_scan(&talk.caller, &request).await?.preferred_category_ids)
    }

    /// What the machine makes of what is cached now.
    fn conclude(&mut self, talk: Talk) -> ScanOutcome {
        let Talk { mut outcome, mut complaints, .. } = talk;
        self.cache.settle(&self.machine);
        let evaluation = Evaluation::new(&self.cache, &self.machine);
        let superseded = self.superseded(&evaluation);
        for (id, cached) in &self.cache.revisions {
            if !is_offer(cached.wish.action) {
                continue;
            }
            let state = evaluation.state(cached);
            let status = self.progress.status(cached.update(), state);
            let is_wanted = self.is_wanted(cached.wish.action);
            if is_wanted {
                let members = cached.core.bundled.iter().flat_map(|clause| evaluation.members(clause));
                let wrong = members.filter(|(_, member)| member.wish.action == DeploymentAction::Evaluate);
                wrong.for_each(|(member, _)| complaints.add(Complaint::MemberAction(member, cached.update())));
            }
            outcome.offered.push(Offer {
                update: cached.update(),
                revision: cached.core.revision.number,
                revision_id: *id,
                action: cached.wish.action,
                deadline: cached.wish.deadline,
                priority: cached.wish.priority,
                status,
                is_bundle: !cached.core.bundled.is_empty(),
                is_driver: cached.is_driver(),
            });
        }
        let mut seen = FxHashSet::default();
        let mut depended_on = FxHashSet::default();
        for cached in self.cache.revisions.values() {
            // Members of bundles are exact revisions, old ones too.
            if cached.wish.action != DeploymentAction::Bundle && !seen.insert(cached.update()) {
                complaints.add(Complaint::TwoRevisions(cached.update()));
            }
            depended_on.extend(cached.core.prerequisites.iter().flat_map(|clause| clause.any_of.iter().copied()));
        }
        for (id, cached) in &self.cache.revisions {
            if cached.is_leaf && depended_on.contains(&cached.update()) {
                complaints.add(Complaint::NotALeaf(*id, cached.update()));
            }
        }
        outcome.cached = self.cache.revisions.len();
        for offer in &outcome.offered {
            let Some(cached) = self.cache.revisions.get(&offer.revision_id) else { continue };
            match (evaluation.state(cached), offer.status) {
                (_, UpdateStatus::RestartPending) => {}
                (State::Installed, _) => {
                    outcome.installed.push(offer.update);
                    if offer.action == DeploymentAction::Uninstall {
                        outcome.to_uninstall.push(offer.update);
                    }
                }
                (State::Installable, _) => {
                    outcome.needed.push(offer.update);
                    if self.is_wanted(offer.action) && !superseded.contains(&offer.update) {
                        outcome.to_install.push(offer.update);
                    }
                }
                (State::NotApplicable | State::Unknown, _) => {}
            }
        }
        outcome.complaints = complaints.0;
        for update in outcome.installed.iter().filter(|update| !outcome.to_uninstall.contains(update)) {
            self.progress.is_done(*update);
        }
        outcome
    }

    /// Updates that something replaces which is installed, or which is going to be.
    pub(in super::super) fn superseded(&self, evaluation: &Evaluation<'_>) -> FxHashSet<UpdateId> {
        let offered = self.cache.revisions.values().filter(|cached| is_offer(cached.wish.action));
        let replacing = offered.filter(|cached| match evaluation.state(cached) {
            State::Installed => cached.wish.action != DeploymentAction::Uninstall,
            State::Installable => self.is_wanted(cached.wish.action),
            State::NotApplicable | State::Unknown => false,
        });
        replacing.flat_map(|cached| cached.core.superseded.iter().copied()).collect()
    }

    /// Whether an update with this action is installed by itself.
    pub(in super::super) fn is_wanted(&self, action: DeploymentAction) -> bool {
        match action {
            DeploymentAction::Install => true,
            DeploymentAction::OptionalInstall => self.behaviour.optional,
            _ => false,
        }
    }
}
