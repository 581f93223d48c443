//! The states of a device as an upstream server is told of them.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_catalog::{Catalog, DeviceCompliance, DeviceRow, ReportedStates};
use sluice_model::{EnforcementState, ReportedState, RevisionId, UpdateId};
use sluice_wsus::messages::rollup::SummarizationState;

use crate::digest::sha256;

/// Finds the states of devices; equal devices share them.
#[derive(Default)]
pub(super) struct States {
    /// By the address of what is shared, with it, so that the address stays taken.
    shared: HashMap<usize, (Arc<DeviceCompliance>, Arc<ReportedStates>)>,
}

impl States {
    /// What a device needs and has; `None` before it told.
    pub(super) fn of(&mut self, row: &DeviceRow, catalog: &Catalog) -> Option<Arc<ReportedStates>> {
        if let Some(windows) = &row.windows {
            return windows.status.as_ref().map(|status| Arc::clone(&status.states));
        }
        let compliance = row.compliance.as_ref()?;
        if !row.enforcement.is_empty() {
            return Some(Arc::new(evaluated(row, compliance, catalog)));
        }
        let made = || (Arc::clone(compliance), Arc::new(evaluated(row, compliance, catalog)));
        let (_, states) = self.shared.entry(Arc::as_ptr(compliance).addr()).or_insert_with(made);
        Some(Arc::clone(states))
    }
}

/// Of a device whose inventory was compared here.
fn evaluated(row: &DeviceRow, compliance: &DeviceCompliance, catalog: &Catalog) -> ReportedStates {
    let updates = |revisions: &RoaringBitmap, state: fn(Option<EnforcementState>) -> ReportedState| {
        let updates = revisions.iter().filter_map(|revision| catalog.revision(RevisionId(revision)));
        let ids = updates.map(|update| update.id);
        ids.map(|id| (id, state(row.enforcement_of(id).map(|record| record.state)))).collect::<Vec<_>>()
    };
    let mut states = updates(&compliance.required, |enforcement| match enforcement {
        Some(EnforcementState::DownloadFailed | EnforcementState::InstallFailed) => ReportedState::Failed,
        Some(EnforcementState::Downloaded | EnforcementState::Installing) => ReportedState::Downloaded,
        _ => ReportedState::Needed,
    });
    states.extend(updates(&compliance.installed, |enforcement| match enforcement {
        Some(EnforcementState::PendingRestart) => ReportedState::RestartPending,
        _ => ReportedState::Installed,
    }));
    ReportedStates::new(states)
}

/// What changed from some states to others; `None` when some are gone: the protocol has no word for that which all
/// servers understand (protocols.md §10, trap 14), so that all states have to be told.
pub(super) fn difference(old: &ReportedStates, new: &ReportedStates) -> Option<Vec<(UpdateId, ReportedState)>> {
    let is_gone = |(update, _): &(UpdateId, ReportedState)| new.get(*update).is_none();
    if old.entries().len() > new.entries().len() || old.entries().iter().any(is_gone) {
        return None;
    }
    let is_new = |(update, state): &&(UpdateId, ReportedState)| old.get(*update) != Some(*state);
    Some(new.entries().iter().filter(is_new).copied().collect())
}

/// A number that is another one for other states.
pub(super) fn digest(states: &ReportedStates) -> i64 {
    let mut bytes = Vec::with_capacity(states.entries().len() * 17);
    for (update, state) in states.entries() {
        bytes.extend_from_slice(update.0.as_bytes());
        bytes.push(u8::try_from(on_the_wire(*state).number()).unwrap_or_default());
    }
    digest_of(&bytes)
}

/// A number that is another one for other bytes.
pub(super) fn digest_of(bytes: &[u8]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(bytes);
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// A state as the protocol has it.
pub(super) fn on_the_wire(state: ReportedState) -> SummarizationState {
    match state {
        ReportedState::Needed => SummarizationState::NotInstalled,
        ReportedState::Downloaded => SummarizationState::Downloaded,
        ReportedState::Installed => SummarizationState::Installed,
        ReportedState::Failed => SummarizationState::Failed,
        ReportedState::RestartPending => SummarizationState::InstalledPendingReboot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(list: &[(u128, ReportedState)]) -> ReportedStates {
        ReportedStates::new(list.iter().map(|(id, state)| (UpdateId(uuid::Uuid::from_u128(*id)), *state)).collect())
    }

    #[test]
    fn only_what_changed_is_told_unless_something_is_gone() {
        use ReportedState::{Failed, Installed, Needed};
        let old = states(&[(1, Needed), (2, Installed)]);
        let ids = |new: &ReportedStates| {
            difference(&old, new).map(|list| list.iter().map(|(id, _)| id.0.as_u128()).collect::<Vec<_>>())
        };
        assert_eq!(ids(&old), Some(vec![]));
        assert_eq!(ids(&states(&[(1, Failed), (2, Installed), (3, Needed)])), Some(vec![1, 3]));
        assert_eq!(ids(&states(&[(2, Installed), (3, Needed)])), None);
        assert_eq!(ids(&states(&[(2, Installed)])), None);
        assert_ne!(digest(&old), digest(&states(&[(1, Failed), (2, Installed)])));
        assert_ne!(digest(&old), digest(&states(&[])));
    }
}
