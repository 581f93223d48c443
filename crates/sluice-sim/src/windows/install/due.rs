//! What is to be installed or removed now, and which parts of it.

use std::cmp::Reverse;

use sluice_model::id::UpdateId;
use sluice_wsus::messages::shared::DeploymentAction;

use crate::windows::agent::{InstallPolicy, WindowsClient};
use crate::windows::scan::{Cached, Evaluation, State, is_offer};

/// Something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The revision that was approved.
    pub id: i32,
    /// It is to be removed.
    pub removal: bool,
}

/// Bundles inside bundles.
const MAX_NESTING: usize = 8;

impl WindowsClient {
    /// What is to be done now, those with the earliest deadline first, then those of the highest priority. With `only`, what a user chose: whatever its
    /// deadline, and optional updates too.
    pub(super) fn due(&self, only: Option<&[UpdateId]>) -> Vec<Due> {
        let evaluation = Evaluation::new(&self.cache, &self.machine);
        let superseded = self.superseded(&evaluation);
        let mut due = Vec::new();
        for (id, cached) in &self.cache.revisions {
            let (update, action) = (cached.update(), cached.wish.action);
            let is_pending = self.progress.pending.iter().any(|pending| pending.update == update);
            if !is_offer(action) || is_pending || !self.is_time_for(cached, only) {
                continue;
            }
            let chosen = only.is_some() && action == DeploymentAction::OptionalInstall;
            match evaluation.state(cached) {
                State::Installed if action == DeploymentAction::Uninstall => due.push(Due { id: *id, removal: true }),
                State::Installable if chosen || (self.is_wanted(action) && !superseded.contains(&update)) => {
                    due.push(Due { id: *id, removal: false });
                }
                _ => {}
            }
        }
        // The sort is stable and `false` comes first: what has a deadline goes before what has none.
        due.sort_by_key(|due| {
            let wish = self.cache.revisions.get(&due.id).map(|cached| &cached.wish);
            let deadline = wish.and_then(|wish| wish.deadline);
            (deadline.is_none(), deadline, wish.map(|wish| Reverse(wish.priority)))
        });
        due
    }

    fn is_time_for(&self, cached: &Cached, only: Option<&[UpdateId]>) -> bool {
        if let Some(only) = only {
            return only.contains(&cached.update());
        }
        match self.behaviour.install {
            InstallPolicy::AtOnce => true,
            InstallPolicy::AtDeadline => cached.wish.deadline.is_some_and(|deadline| deadline <= self.now()),
            InstallPolicy::Never => false,
        }
    }

    /// The parts that have to be changed: the revision itself, or of each clause of a bundle the first member that
    /// applies.
    pub(super) fn parts(&self, id: i32, removal: bool) -> Vec<i32> {
        let evaluation = Evaluation::new(&self.cache, &self.machine);
        let mut parts = Vec::new();
        collect(&evaluation, id, self.cache.revisions.get(&id), removal, 0, &mut parts);
        parts
    }
}

fn collect(
    evaluation: &Evaluation<'_>,
    id: i32,
    cached: Option<&Cached>,
    removal: bool,
    depth: usize,
    parts: &mut Vec<i32>,
) {
    let Some(cached) = cached else { return };
    if cached.core.bundled.is_empty() {
        if !parts.contains(&id) {
            parts.push(id);
        }
        return;
    }
    if depth == MAX_NESTING {
        return;
    }
    for clause in &cached.core.bundled {
        let members: Vec<(i32, &Cached)> = evaluation.members(clause).collect();
        let is = |state| move |(_, member): &&(i32, &Cached)| evaluation.state(member) == state;
        if removal {
            for (id, member) in members.iter().filter(is(State::Installed)) {
                collect(evaluation, *id, Some(member), removal, depth + 1, parts);
            }
        } else if !members.iter().any(|member| is(State::Installed)(&member))
            && let Some((id, member)) = members.iter().find(is(State::Installable))
        {
            collect(evaluation, *id, Some(member), removal, depth + 1, parts);
        }
    }
}
