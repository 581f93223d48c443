//! What of a server's list is still to be fetched: listed, less what is stored. It is worked out anew whenever a run
//! begins, so a run that was killed needs nothing written down to be continued.

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_catalog::Catalog;
use sluice_model::{RevisionRef, UpdateId};
use sluice_wsus::messages::shared::UpdateIdentity;

/// A revision of the server, as the model has it; `None` when its number makes no sense.
pub(super) fn revision(identity: &UpdateIdentity) -> Option<RevisionRef> {
    let number = u32::try_from(identity.revision_number).ok()?;
    Some(RevisionRef { update: UpdateId(identity.update_id), number })
}

/// A revision, as it is asked for.
pub(super) fn identity(revision: RevisionRef) -> UpdateIdentity {
    let number = i32::try_from(revision.number).unwrap_or(i32::MAX);
    UpdateIdentity { update_id: revision.update.0, revision_number: number }
}

/// The newest listed revision of each update, in the order of the list. Lists have older ones as well (Q72).
pub(super) fn newest(listed: &[UpdateIdentity]) -> Vec<RevisionRef> {
    let mut newest: FxHashMap<UpdateId, u32> = FxHashMap::default();
    let all = || listed.iter().filter_map(revision);
    for revision in all() {
        let number = newest.entry(revision.update).or_insert(revision.number);
        *number = (*number).max(revision.number);
    }
    let mut is_newest = |revision: &RevisionRef| match newest.get(&revision.update) {
        Some(number) if *number == revision.number => newest.remove(&revision.update).is_some(),
        _ => false,
    };
    all().filter(|revision| is_newest(revision)).collect()
}

/// Those that are newer than what is known.
pub(super) fn missing(catalog: &Catalog, newest: &[RevisionRef]) -> Vec<RevisionRef> {
    let known = |revision: &RevisionRef| {
        let current = catalog.current(revision.update).and_then(|id| catalog.revision(id));
        current.is_some_and(|current| current.number >= revision.number)
    };
    newest.iter().copied().filter(|revision| !known(revision)).collect()
}

/// What is in the bundles among some revisions that are known, and not known itself: a run that was killed may have
/// stored a bundle and not its parts, which no list names (Q73).
pub(super) fn missing_parts(catalog: &Catalog, revisions: &[RevisionRef]) -> Vec<RevisionRef> {
    let mut open: Vec<RevisionRef> = revisions.to_vec();
    let mut seen: FxHashSet<RevisionRef> = open.iter().copied().collect();
    let mut missing = Vec::new();
    while let Some(revision) = open.pop() {
        let Some(update) = catalog.exact(revision).and_then(|id| catalog.revision(id)) else { continue };
        for part in update.content.windows().into_iter().flat_map(|content| content.bundled.iter().flatten()) {
            if seen.insert(*part) {
                if catalog.exact(*part).is_none() {
                    missing.push(*part);
                } else {
                    open.push(*part);
                }
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_newest_listed_revision_counts_once() {
        let entry =
            |update: u128, number| UpdateIdentity { update_id: Uuid::from_u128(update), revision_number: number };
        let listed = [entry(1, 1), entry(1, 100), entry(2, 5), entry(1, 100), entry(3, -1), entry(2, 4)];
        let newest: Vec<_> = newest(&listed).iter().map(|r| (r.update.0.as_u128(), r.number)).collect();
        assert_eq!(newest, [(1, 100), (2, 5)]);
    }
}
