//! Installing one update after the other.

use std::sync::Arc;

use sluice_model::id::UpdateId;
use sluice_wsus::messages::reporting::event_id;
use sluice_wsus::update::document::{RebootBehaviour, Revision};

use super::{FailedInstall, InstallOutcome, Trouble};
use crate::windows::agent::{COMMON_FAILURES, Pending, Stage, WindowsClient};
use crate::windows::client::hresult;
use crate::windows::report::Happening;
use crate::windows::scan::{Cached, Extended};

/// What is said of an update in its events.
#[derive(Clone)]
pub(super) struct Subject {
    pub revision: Revision,
    pub title: String,
    pub is_bundle: bool,
}

/// A part of an update that failed.
pub(super) struct PartTrouble {
    /// The part; `None`: the update itself.
    pub part: Option<Revision>,
    pub trouble: Trouble,
}

impl WindowsClient {
    /// Installs and removes what is due: by action, deadline and policy, as of the last scan. Queues the events.
    pub async fn install(&mut self) -> InstallOutcome {
        self.do_due(None).await
    }

    /// Installs certain updates at once, as a user does who chooses them; optional ones too.
    pub async fn install_only(&mut self, updates: &[UpdateId]) -> InstallOutcome {
        self.do_due(Some(updates)).await
    }

    async fn do_due(&mut self, only: Option<&[UpdateId]>) -> InstallOutcome {
        let mut outcome = InstallOutcome::default();
        for due in self.due(only) {
            if due.removal {
                self.remove(due.id, &mut outcome);
            } else {
                self.install_one(due.id, &mut outcome).await;
            }
            self.cache.evaluate(&self.machine);
        }
        outcome
    }

    /// What the events of an update say of it.
    pub(super) fn subject(&self, id: i32) -> Option<Subject> {
        let cached = self.cache.revisions.get(&id)?;
        let title = cached.extended.as_ref().map(|extended| extended.title.clone()).unwrap_or_default();
        Some(Subject { revision: cached.core.revision, title, is_bundle: !cached.core.bundled.is_empty() })
    }

    async fn install_one(&mut self, id: i32, outcome: &mut InstallOutcome) {
        let Some(subject) = self.subject(id) else { return };
        let update = subject.revision.id;
        let parts = self.parts(id, false);
        self.happened(subject.event(event_id::DOWNLOAD_STARTED));
        match self.download_parts(&subject, &parts).await {
            Ok(bytes) => {
                outcome.bytes += bytes;
                outcome.downloaded.push(update);
                self.progress.downloaded.insert(update);
                self.happened(subject.event(event_id::DOWNLOAD_SUCCEEDED).pair("B", bytes));
            }
            Err(failed) => return self.fail(&subject, failed, Stage::Download, outcome),
        }
        self.happened(subject.event(event_id::INSTALL_STARTED));
        match self.install_parts(&subject, &parts) {
            Ok(true) => {
                self.progress.is_done(update);
                self.progress.pending.push(Pending { update, parts, removal: false });
                outcome.restart_pending.push(update);
                let event = subject.event(event_id::RESTART_PENDING).failed(hresult::RESTART_NEEDED);
                self.happened(event.pair("D", 1));
            }
            Ok(false) => {
                self.progress.is_done(update);
                self.machine.remember(update);
                outcome.installed.push(update);
                self.happened(subject.event(event_id::INSTALL_SUCCEEDED).pair("D", 1));
            }
            Err(failed) => self.fail(&subject, failed, Stage::Install, outcome),
        }
    }

    async fn download_parts(&mut self, subject: &Subject, parts: &[i32]) -> Result<u64, PartTrouble> {
        let mut bytes = 0;
        for id in parts {
            let Some(cached) = self.cache.revisions.get(id) else { continue };
            let revision = cached.core.revision;
            let part = (revision != subject.revision).then_some(revision);
            if let Some(code) = self.injected(revision.id, Stage::Download) {
                return Err(PartTrouble { part, trouble: Trouble::new(code, "the failure was asked for") });
            }
            let Some(extended) = self.extended_of(*id) else {
                let why = "the server did not say which files the update has";
                return Err(PartTrouble { part, trouble: Trouble::new(hresult::NOT_DOWNLOADED, why) });
            };
            for file in &extended.files {
                let got = self.download(file).await;
                bytes += got.map_err(|trouble| PartTrouble { part, trouble })?;
            }
        }
        Ok(bytes)
    }

    pub(super) fn extended_of(&self, id: i32) -> Option<Arc<Extended>> {
        self.cache.revisions.get(&id).and_then(|cached: &Cached| cached.extended.clone())
    }

    /// Installs the parts; whether a restart is needed before they take effect.
    fn install_parts(&mut self, subject: &Subject, parts: &[i32]) -> Result<bool, PartTrouble> {
        let own = |trouble| PartTrouble { part: None, trouble };
        if let Some(code) = self.injected(subject.revision.id, Stage::Install) {
            return Err(own(Trouble::new(code, "the failure was asked for")));
        }
        if self.random.chance(self.behaviour.failure_rate) {
            let at = self.random.below(COMMON_FAILURES.len());
            let code = COMMON_FAILURES.get(at).copied().unwrap_or(hresult::UNEXPECTED);
            return Err(own(Trouble::new(code, "one of the failures that were asked for by their rate")));
        }
        if parts.is_empty() {
            return Err(own(Trouble::new(hresult::UNEXPECTED, "no part of the bundle applies")));
        }
        let restart = parts.iter().any(|id| self.extended_of(*id).is_some_and(|part| self.needs_restart(part.reboot)));
        for id in parts {
            let Some(revision) = self.cache.revisions.get(id).map(|cached| cached.core.revision) else { continue };
            let part = (revision != subject.revision).then_some(revision);
            // The update itself was asked about above.
            let injected = part.and_then(|part| self.injected(part.id, Stage::Install));
            let done = match (injected, restart) {
                (Some(code), _) => Err(Trouble::new(code, "the failure was asked for")),
                (None, true) => self.can_apply(*id, false),
                (None, false) => self.apply(*id, false),
            };
            done.map_err(|trouble| PartTrouble { part, trouble })?;
        }
        Ok(restart)
    }

    pub(super) fn needs_restart(&self, reboot: RebootBehaviour) -> bool {
        match reboot {
            RebootBehaviour::Never => false,
            RebootBehaviour::Always => true,
            RebootBehaviour::CanRequest => self.behaviour.restarts_if_asked,
        }
    }

    /// Queues the events of a failure: that of the part first, then that of the update (recorded).
    pub(super) fn fail(&mut self, subject: &Subject, failed: PartTrouble, stage: Stage, outcome: &mut InstallOutcome) {
        let PartTrouble { part, trouble: Trouble { hresult, why } } = failed;
        let event = match stage {
            Stage::Download => event_id::DOWNLOAD_FAILED,
            Stage::Install => event_id::INSTALL_FAILED,
            Stage::Uninstall => event_id::UNINSTALL_FAILED,
        };
        let times = self.progress.count_failure(subject.revision.id);
        let failure = |happening: Happening| happening.failed(hresult).pair("C", times);
        let code = hresult.cast_signed();
        // The inner code is said where the failure is.
        let happening = Happening::of(event, subject.revision, subject.is_bundle);
        let mut happening = match part {
            Some(part) => {
                let part = Happening::of(event, part, false).pair("F", code).part_of(subject.revision);
                self.happened(failure(part));
                failure(happening)
            }
            None => failure(happening.pair("F", code)),
        };
        // Downloads say the title only, the others the code first (templates of the events).
        if stage != Stage::Download {
            happening = happening.string(format!("0x{hresult:08X}"));
        }
        self.happened(happening.string(subject.title.clone()));
        let update = subject.revision.id;
        outcome.failed.push(FailedInstall { update, part: part.map(|part| part.id), stage, hresult, why });
    }
}

impl Subject {
    /// An event about it, with its title.
    pub(super) fn event(&self, event: i32) -> Happening {
        Happening::of(event, self.revision, self.is_bundle).string(self.title.clone())
    }
}
