//! The order of pages.

use std::collections::VecDeque;

use super::base::Row;
use super::bits::Bits;
use super::lists::Lists;

/// A member of the scope on its way to a place.
pub(super) struct Placed {
    /// Its number before.
    pub(super) number: u32,
    pub(super) level: u32,
    pub(super) row: Row,
}

/// Puts revisions in the order of pages: what others need first, by level, because the next rounds
/// depend on it; then bundles, each with its members, because a client that has one without the
/// other offers nothing; then the rest. `children`: members of bundles, by number.
pub(super) fn order(mut placed: Vec<Placed>, children: &Lists) -> Vec<Placed> {
    let is_bundle = |placed: &Placed| !children.get(placed.number).is_empty() && placed.row.own;
    placed.sort_by_key(|p| (p.row.leaf, p.row.leaf && !is_bundle(p), p.level, p.row.revision));
    let numbers = placed.iter().map(|p| p.number as usize + 1).max().unwrap_or_default();
    let mut waiting: Vec<Option<Placed>> = Vec::new();
    waiting.resize_with(numbers, || None);
    let sequence: Vec<u32> = placed.iter().map(|placed| placed.number).collect();
    for placed in placed {
        let number = placed.number as usize;
        if let Some(slot) = waiting.get_mut(number) {
            *slot = Some(placed);
        }
    }
    let mut ordered = Vec::with_capacity(sequence.len());
    let mut taken = Bits::new(numbers);
    let mut family = VecDeque::new();
    for number in sequence {
        family.push_back(number);
        while let Some(number) = family.pop_front() {
            if !taken.insert(number) {
                continue;
            }
            let Some(placed) = waiting.get_mut(number as usize).and_then(Option::take) else { continue };
            if placed.row.leaf {
                // A member that others need has its place already, or before all leaves.
                family.extend(children.get(number).iter().filter(|child| !taken.contains(**child)));
            }
            ordered.push(placed);
        }
    }
    ordered
}
