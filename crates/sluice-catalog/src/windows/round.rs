//! One round of a software scan (\[MS-WUSP\] 3.1.5.7; protocols.md §3.5).
//!
//! ```text
//! have         = the updates of the installed non-leaf ids, by any of their revisions
//! needed       = revisions in scope, but drivers, of whose every prerequisite clause an update is in have;
//!                members of bundles only with a bundle that is needed
//! cached       = installed non-leaf ids and other cached ids
//! new          = needed - cached
//! out of scope = cached - needed, with ids nobody knows
//! changed      = needed and cached, changed since the counter in the client's cookie
//! ```

use rustc_hash::FxHashSet;
use sluice_model::{CategoryId, RevisionId};

use super::bits::Bits;
use super::scope::Scope;

/// What a client says in a round.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundRequest<'a> {
    /// `InstalledNonLeafUpdateIDs`.
    pub installed_non_leaf: &'a [i32],
    /// `OtherCachedUpdateIDs`.
    pub other_cached: &'a [i32],
    /// `FilterCategoryIds`: only what is related to these categories, and what it needs; empty: all.
    pub filter: &'a [CategoryId],
    /// The change counter up to which the client was told everything; 0: all it has cached and
    /// still needs counts as changed.
    pub since: u64,
}

/// What a client is told in a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// What it does not have yet, in the order of pages.
    pub new: Vec<RevisionId>,
    /// What it has and of which deployment or leaf flag changed.
    pub changed: Vec<RevisionId>,
    /// The ids it is to forget, as it gave them, each once. The revision that a newer one replaces
    /// is named together with that one (protocols.md §2.5), so not while the newer one waits for
    /// a later page: else everything that needs the update would go and come again.
    pub out_of_scope: Vec<i32>,
    /// With a filter: ids that it would keep without. They are of `DeployedOutOfScopeRevisionIds`
    /// for clients that ask for the distinction, else out of scope too.
    pub outside_filter: Vec<i32>,
    /// There is more to come.
    pub truncated: bool,
}

impl Scope {
    /// Answers a round. A page ends with the update that makes it `most` bytes or more, each with so
    /// many `bytes` ([`RoundTripBudget::page_bytes`](super::RoundTripBudget::page_bytes)).
    #[must_use]
    pub fn round(&self, request: &RoundRequest<'_>, most: u64, bytes: impl Fn(RevisionId) -> u64) -> Round {
        let base = self.base();
        let all = base.needed(&base.met(request.installed_non_leaf));
        let filtered = (!request.filter.is_empty()).then(|| {
            let mut related = base.related(request.filter);
            related.intersect(&all);
            related
        });
        let needed = filtered.as_ref().unwrap_or(&all);

        let mut cached = Bits::new(base.rows.len());
        let (mut out_of_scope, mut outside_filter) = (Vec::new(), Vec::new());
        for id in request.installed_non_leaf.iter().chain(request.other_cached) {
            match base.named_place(*id) {
                Some(place) if needed.contains(place) => drop(cached.insert(place)),
                Some(place) if all.contains(place) => outside_filter.push(*id),
                _ => out_of_scope.push(*id),
            }
        }
        let mut waiting = needed.clone();
        waiting.subtract(&cached);
        let (count, size) = (waiting.len(), base.budget().page(needed.len()));
        let mut sent = 0_u64;
        let fits = |revision: &RevisionId| {
            let fits = sent < most;
            sent = sent.saturating_add(bytes(*revision));
            fits
        };
        let new = self.page(&mut waiting, size, fits);
        let truncated = count > new.len();
        if truncated {
            let comes_later = |id: &i32| base.current_place(*id).is_some_and(|place| waiting.contains(place));
            out_of_scope.retain(|id| !comes_later(id));
        }
        once(&mut out_of_scope);
        once(&mut outside_filter);
        Round { new, changed: self.changed(&cached, request.since), out_of_scope, outside_filter, truncated }
    }

    /// Takes a page out of what waits.
    fn page(&self, waiting: &mut Bits, size: usize, fits: impl FnMut(&RevisionId) -> bool) -> Vec<RevisionId> {
        let base = self.base();
        let mut page: Vec<u32> = waiting.iter().take_while(|place| *place < base.first_leaf).take(size).collect();
        page.iter().for_each(|place| waiting.remove(*place));
        for place in self.first.iter() {
            if page.len() >= size {
                break;
            }
            if waiting.contains(*place) {
                waiting.remove(*place);
                page.push(*place);
            }
        }
        let from = page.len();
        page.extend(waiting.iter().take(size - from));
        page.iter().skip(from).for_each(|place| waiting.remove(*place));
        let revisions = page.iter().filter_map(|place| base.row(*place)).map(|row| row.revision);
        let new: Vec<RevisionId> = revisions.take_while(fits).collect();
        for place in page.iter().skip(new.len()) {
            waiting.insert(*place);
        }
        new
    }

    pub(super) fn changed(&self, cached: &Bits, since: u64) -> Vec<RevisionId> {
        let base = self.base();
        if since != 0 && since >= base.catalog().last_change() {
            return Vec::new();
        }
        let rows = cached.iter().filter_map(|place| base.row(place));
        rows.filter(|row| since == 0 || row.change > since).map(|row| row.revision).collect()
    }
}

/// Keeps each id once, in order.
pub(super) fn once(ids: &mut Vec<i32>) {
    if ids.len() > 1 {
        let mut seen = FxHashSet::with_capacity_and_hasher(ids.len(), rustc_hash::FxBuildHasher);
        ids.retain(|id| seen.insert(*id));
    }
}
