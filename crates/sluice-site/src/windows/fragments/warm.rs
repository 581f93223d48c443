//! Deriving fragments before anybody asks: of all that is in scope, the shortest documents first, as far as half of the
//! memory goes and but for the longest ones. The other half is for what is asked for.

use std::sync::Arc;

use sluice_model::RevisionId;

use super::FragmentCache;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Longer documents are left until somebody asks: few devices need them, and they take some time and much memory.
const LONGEST: u64 = 1 << 20;
/// Revisions derived in one go; between two goes devices are served.
const AT_ONCE: usize = 16;

/// Derives what is missing. Stops while sources are synchronized: they bring more, and need the processors.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn warm(site: &Arc<Site>) -> SiteResult<()> {
    let cache = &site.windows.fragments;
    let missing = cache.missing(site.windows.views.load().base().revisions().iter().map(RevisionId));
    let mut result = Ok(());
    for some in missing.chunks(AT_ONCE) {
        if cache.is_half_full() || site.stop.is_cancelled() || site.sync.is_running() {
            break;
        }
        // The others are tried all the same.
        if let Err(error) = cache.of(some).await {
            result = Err(SiteError::internal("deriving metadata", error));
        }
    }
    result
}

impl FragmentCache {
    fn is_half_full(&self) -> bool {
        let (used, budget) = self.slots.used();
        used >= budget / 2
    }

    /// Those of some revisions that have a document that is not long, and no fragments in memory; the shortest documents
    /// first.
    fn missing(&self, revisions: impl Iterator<Item = RevisionId>) -> Vec<RevisionId> {
        if self.is_half_full() {
            return Vec::new();
        }
        let wanted =
            |revision: &RevisionId| self.slots.is_missing(*revision) && self.slots.document(*revision) <= LONGEST;
        let mut missing: Vec<_> = revisions.filter(wanted).collect();
        missing.sort_by_key(|revision| (self.slots.document(*revision), *revision));
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::import::tests::world::{World, revision, software};

    #[tokio::test]
    async fn what_is_in_scope_is_ready_before_anybody_asks() {
        let world = World::new().await;
        let updates: String = (10..60).map(|id| software(id, 1, "A", &[])).collect();
        world.import("a.xml", updates).await.unwrap();
        warm(&world.site).await.unwrap();
        let (catalog, cache) = (world.site.catalog(), &world.site.windows.fragments);
        let number = |id| catalog.exact(revision(id, 1)).unwrap();
        assert!((10..60).all(|id| cache.slots.get(number(id)).is_some()));
        assert_eq!(cache.missing((10..60).map(number)), []);
    }

    #[tokio::test]
    async fn the_shortest_come_first_and_half_of_the_room_stays() {
        let world = World::new().await;
        let long = "very ".repeat(100);
        let updates: String = (10..20).map(|id| software(id, 1, if id % 2 == 0 { "A" } else { &long }, &[])).collect();
        world.import("a.xml", updates).await.unwrap();
        let (catalog, store) = (world.site.catalog(), &world.site.store);
        let number = |id| catalog.exact(revision(id, 1)).unwrap();
        let files = world.directory.path().join("others");
        let load = |budget| FragmentCache::load(store, &files, budget);
        let cache = load(10 << 20).await.unwrap();
        let expected: Vec<_> = [10, 12, 14, 16, 18, 11, 13, 15, 17, 19].map(number).into();
        assert_eq!(cache.missing((10..20).map(number)), expected);
        cache.of(&expected[..3]).await.unwrap();
        assert_eq!(cache.missing((10..20).map(number)), expected[3..]);
        let small = load(cache.slots.used().0 as u64).await.unwrap();
        small.of(&expected[..2]).await.unwrap();
        assert_eq!(small.missing((10..20).map(number)), []);
    }
}
