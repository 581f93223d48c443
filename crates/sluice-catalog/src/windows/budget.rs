//! How many round trips a scan can take, and pages large enough that it never takes too many.
//!
//! An agent gives up after 200 round trips (0x80244010; Q36). A scan consists of
//!
//! * cut rounds: each sends a full page of what the client does not have yet;
//! * whole rounds: each sends all there is to send. What comes after one needs something that came
//!   with it or after the whole round before it, so there are at most as many as there are levels,
//!   and one more that finds nothing;
//! * rounds cut because what they send is large ([`RoundTripBudget::page_bytes`]);
//! * the driver pass, in three trips at most ([`DriverPage`]).
//!
//! Pages hold 30 updates (Q21). Were that all, a client that needs 10,000 updates would never
//! finish. So a page also holds at least a share of all the client needs by now, whether it has it
//! already or not: what is needed only grows during a scan, so pages only grow, and cut rounds
//! become few quickly however large the catalog is. The share is the smallest that keeps the worst
//! case in the budget; catalogs of one product never need it.

/// Round trips after which agents give up (0x80244010).
const AGENT_LIMIT: u32 = 200;

/// Updates on a page, unless a client needs so many that pages must be larger (Q21).
const PAGE: usize = 30;

/// Bytes of metadata after which a page ends: an answer is put together in memory.
const PAGE_BYTES: u64 = 16 << 20;

/// Rounds cut for their size at most. They are enough for 192 MiB of metadata in pages of 16 MiB; with
/// more of it pages are larger.
const LARGE_PAGES: u32 = 12;

/// Trips of the driver pass: one that is full, one that is large, and the rest.
const DRIVER_PAGES: u32 = 3;

/// Drivers in one answer at least, when there are as many (\[MS-WUSP\] note 55). Fewer devices than
/// that ask for all that fits in one round, as agents expect of the driver pass.
const DRIVERS: usize = 200;

/// Most levels in scope. Microsoft's catalog has about ten; deeper is bad data and is left out, so
/// that at least half of the budget remains for pages.
pub(super) const MAX_LEVELS: u32 = 96;

/// Cut rounds are never more, so the search for a share ends.
const MOST_STEPS: usize = AGENT_LIMIT as usize;

/// What a scan of everything in scope costs at most (NEW-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTripBudget {
    /// Levels of the graph of prerequisites; as many rounds at least until the last update is seen.
    pub levels: u32,
    /// Updates on a page at least, when there are as many.
    pub page_size: usize,
    /// Round trips of the longest scan possible with the driver pass; always below 200.
    pub worst_case: u32,
    /// Revisions left out of scope because they lie deeper than any real catalog, or in a large
    /// circle of prerequisites.
    pub left_out: u32,
    /// A page holds at least one of so many parts of what the client needs.
    share: usize,
}

impl RoundTripBudget {
    /// The budget for some software updates on some levels.
    pub(super) fn new(updates: usize, levels: u32, left_out: u32) -> Self {
        // The round that finds nothing, and those that are not cut for the number of updates.
        let fixed = levels.saturating_add(1 + LARGE_PAGES + DRIVER_PAGES);
        let fits = |share: &usize| cut_rounds(updates, *share).saturating_add(fixed) < AGENT_LIMIT;
        let share = (2..=MOST_STEPS).rev().find(fits).unwrap_or(2);
        let worst_case = cut_rounds(updates, share).saturating_add(fixed);
        Self { levels, page_size: PAGE, worst_case, left_out, share }
    }

    /// Bytes of metadata after which a page ends, where everything there is has `all` bytes; both may be estimated, in
    /// the same way. The update that passes it is still sent, so cut rounds send at least this much each, and there are
    /// never more than are accounted for.
    #[must_use]
    pub fn page_bytes(&self, all: u64) -> u64 {
        PAGE_BYTES.max(all.div_ceil(u64::from(LARGE_PAGES)))
    }

    /// Updates on a page for a client that needs so many by now.
    pub(super) fn page(&self, needed: usize) -> usize {
        self.page_size.max(needed.div_ceil(self.share))
    }
}

/// How much of the drivers that a client needs comes in one answer: half of them if that is more than
/// usual, in number or in bytes. So at most one answer is cut for the one and one for the other, as
/// long as the client needs the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DriverPage {
    /// Drivers at most.
    pub(super) count: usize,
    /// Bytes of metadata after which it ends; what passes it is still sent.
    pub(super) bytes: u64,
}

impl DriverPage {
    /// For a client that needs so many drivers with so many bytes of metadata, whether it has them or
    /// not.
    pub(super) fn of(drivers: usize, bytes: u64) -> Self {
        Self { count: DRIVERS.max(drivers.div_ceil(2)), bytes: PAGE_BYTES.max(bytes.div_ceil(2)) }
    }
}

/// The most cut rounds that can send so many updates. With `sent` updates sent before a round and
/// `after` with it, at least `after` are needed by then: the slowest course grows by just a page of
/// that.
fn cut_rounds(updates: usize, share: usize) -> u32 {
    let (mut sent, mut rounds) = (0usize, 0);
    while rounds < AGENT_LIMIT {
        let after = (sent + PAGE).max((sent * share).div_ceil(share - 1));
        if after > updates {
            break;
        }
        (sent, rounds) = (after, rounds + 1);
    }
    rounds
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worst_case_is_always_below_the_limit() {
        for updates in (0..24).map(|n| 3usize.pow(n / 2) * (1 + n as usize % 2)).chain([5_253, 150_000, 1 << 26]) {
            for levels in [0, 1, 8, MAX_LEVELS] {
                let budget = RoundTripBudget::new(updates, levels, 0);
                assert!(budget.worst_case < AGENT_LIMIT, "{updates} updates on {levels} levels: {budget:?}");
            }
        }
    }

    #[test]
    fn a_catalog_of_one_product_keeps_pages_of_30() {
        let budget = RoundTripBudget::new(5_253, 8, 0);
        assert_eq!((budget.page(1_950), budget.page(5_253)), (30, 30));
        assert_eq!(budget.worst_case, 175 + 8 + 1 + LARGE_PAGES + DRIVER_PAGES);
        assert_eq!([0, 192 << 20, 240 << 20].map(|all| budget.page_bytes(all) >> 20), [16, 16, 20]);
        let large = RoundTripBudget::new(150_000, 8, 0);
        assert!(large.page(10) == 30 && large.page(2_000) < 70, "{large:?}");
    }

    proptest! {
        #[test]
        fn drivers_come_in_three_answers(sizes in prop::collection::vec(prop_oneof![
            4 => 0u64..(1 << 20), 1 => 0u64..(64 << 20),
        ], 0..1_200)) {
            let page = DriverPage::of(sizes.len(), sizes.iter().sum());
            let (mut at, mut trips) = (0, 0);
            while at < sizes.len() {
                let (mut sent, from) = (0, at);
                while at < sizes.len() && at - from < page.count && sent < page.bytes {
                    sent += sizes[at];
                    at += 1;
                }
                prop_assert!(at > from);
                trips += 1;
            }
            prop_assert!(trips <= DRIVER_PAGES, "{trips} trips for {} drivers", sizes.len());
        }
    }
}
