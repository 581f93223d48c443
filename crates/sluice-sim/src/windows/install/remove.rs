//! Removing an update.

use sluice_wsus::messages::reporting::event_id;

use super::run::PartTrouble;
use super::{InstallOutcome, Trouble};
use crate::windows::agent::{Pending, Stage, WindowsClient};
use crate::windows::client::hresult;

impl WindowsClient {
    pub(super) fn remove(&mut self, id: i32, outcome: &mut InstallOutcome) {
        let Some(subject) = self.subject(id) else { return };
        let update = subject.revision.id;
        let parts = self.parts(id, true);
        match self.remove_parts(id, &parts) {
            Ok(true) => {
                self.progress.is_done(update);
                self.progress.pending.push(Pending { update, parts, removal: true });
                outcome.restart_pending.push(update);
                self.happened(subject.event(event_id::UNINSTALL_SUCCEEDED_RESTART));
            }
            Ok(false) => {
                self.progress.is_done(update);
                outcome.uninstalled.push(update);
                self.happened(subject.event(event_id::UNINSTALL_SUCCEEDED));
            }
            Err((part, trouble)) => {
                let part = part.and_then(|part| self.cache.revisions.get(&part)).map(|cached| cached.core.revision);
                let part = part.filter(|part| *part != subject.revision);
                self.fail(&subject, PartTrouble { part, trouble }, Stage::Uninstall, outcome);
            }
        }
    }

    /// Removes the parts; whether a restart is needed before that takes effect.
    fn remove_parts(&mut self, id: i32, parts: &[i32]) -> Result<bool, (Option<i32>, Trouble)> {
        let update = self.cache.revisions.get(&id).map(super::super::scan::Cached::update);
        if let Some(code) = update.and_then(|update| self.injected(update, Stage::Uninstall)) {
            return Err((None, Trouble::new(code, "the failure was asked for")));
        }
        let mut restart = false;
        for part in parts {
            match self.extended_of(*part).and_then(|extended| extended.uninstall) {
                Some(reboot) => restart |= self.needs_restart(reboot),
                None => {
                    let why = "the update has no UninstallationBehavior, so it cannot be removed";
                    return Err((Some(*part), Trouble::new(hresult::UNINSTALL_NOT_ALLOWED, why)));
                }
            }
        }
        for part in parts {
            let done = if restart { self.can_apply(*part, true) } else { self.apply(*part, true) };
            done.map_err(|trouble| (Some(*part), trouble))?;
        }
        Ok(restart)
    }
}
