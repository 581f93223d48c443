//! Changing the machine so that an update's own rule holds.

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{Applicability, Truth};

use super::Trouble;
use crate::windows::agent::{Stage, WindowsClient};
use crate::windows::client::hresult;
use crate::windows::machine::{Undo, Unsatisfiable, VirtualMachine};

impl WindowsClient {
    /// Installs or removes one revision.
    pub(super) fn apply(&mut self, id: i32, removal: bool) -> Result<(), Trouble> {
        let Some(cached) = self.cache.revisions.get(&id) else {
            return Err(Trouble::new(hresult::UNEXPECTED, "the server took the update back"));
        };
        let core = std::sync::Arc::clone(&cached.core);
        let update = core.revision.id;
        if removal {
            if let Some(undo) = self.progress.undo.remove(&update) {
                self.machine.take_back(undo);
            }
            change(&mut self.machine, update, core.rules.as_ref(), false)?;
        } else {
            let undo = change(&mut self.machine, update, core.rules.as_ref(), true)?;
            self.progress.undo.insert(update, undo);
            self.machine.remember(update);
        }
        Ok(())
    }

    /// Whether [`Self::apply`] would work, without doing it.
    pub(super) fn can_apply(&self, id: i32, removal: bool) -> Result<(), Trouble> {
        let Some(cached) = self.cache.revisions.get(&id) else {
            return Err(Trouble::new(hresult::UNEXPECTED, "the server took the update back"));
        };
        let mut trial = self.machine.clone();
        change(&mut trial, cached.update(), cached.core.rules.as_ref(), !removal).map(|_| ())
    }

    /// The failure that is made to happen to an update, if any.
    pub(super) fn injected(&mut self, update: UpdateId, stage: Stage) -> Option<u32> {
        let meant = self.behaviour.failures.iter_mut().find(|failure| {
            failure.times > 0 && failure.stage == stage && failure.update.is_none_or(|meant| meant == update)
        });
        meant.map(|failure| {
            failure.times -= 1;
            failure.hresult
        })
    }
}

/// Makes `IsInstalled` as wanted; answers how to take that back.
fn change(
    machine: &mut VirtualMachine,
    update: UpdateId,
    rules: Option<&Applicability>,
    wanted: bool,
) -> Result<Vec<Undo>, Trouble> {
    let trouble = |why: Unsatisfiable| {
        Trouble::new(hresult::UNEXPECTED, format!("the virtual machine cannot be changed as the update demands: {why}"))
    };
    let rules = rules.ok_or_else(|| trouble(Unsatisfiable::NoRule("IsInstalled")))?;
    let rule = rules.is_installed.as_ref().ok_or_else(|| trouble(Unsatisfiable::NoRule("IsInstalled")))?;
    if rules.installed(update, machine) == Truth::from(wanted) {
        return Ok(Vec::new());
    }
    machine.bring(rule, wanted, update, &rules.metadata).map_err(trouble)
}
