//! What sources of the kind upstream are asked for.

use std::fmt;
use std::str::FromStr;

use sluice_model::{CategoryId, Choice, Classification};
use thiserror::Error;
use uuid::Uuid;

use super::is_of_upstream;
use crate::site::Site;

/// Most entries a written filter may have: far more than there are products.
const MAX_ENTRIES: usize = 100_000;

/// The products and classifications that upstream sources are asked for. An update is wanted when
/// one of its products and its classification are in it (protocols.md §5.3).
///
/// Written down (`Display`) and read again (`FromStr`) it is part of an anchor, so that a run finds
/// out what was selected since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SelectionFilter {
    /// Products; companies and families as such, too, when nothing below them is excluded. Sorted.
    pub products: Vec<CategoryId>,
    /// Classifications. Sorted.
    pub classifications: Vec<CategoryId>,
}

/// A category of a filter, compared with the filter of the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterEntry {
    /// The category.
    pub id: CategoryId,
    /// It was asked for before, so that only what is newer is wanted (`Delta`).
    pub delta: bool,
}

impl SelectionFilter {
    /// Whether no update is wanted: without a product or without a classification a run brings the
    /// lists of categories only.
    #[must_use]
    pub fn is_of_lists_only(&self) -> bool {
        self.products.is_empty() || self.classifications.is_empty()
    }

    /// The products, each with whether an earlier run asked for it.
    #[must_use]
    pub fn products_since(&self, before: &Self) -> Vec<FilterEntry> {
        since(&self.products, &before.products)
    }

    /// The classifications, each with whether an earlier run asked for it.
    #[must_use]
    pub fn classifications_since(&self, before: &Self) -> Vec<FilterEntry> {
        since(&self.classifications, &before.classifications)
    }

    /// How many entries an earlier filter does not have.
    #[must_use]
    pub fn new_entries(&self, before: &Self) -> u64 {
        let all = [self.products_since(before), self.classifications_since(before)];
        all.iter().flatten().filter(|entry| !entry.delta).count() as u64
    }
}

fn since(now: &[CategoryId], before: &[CategoryId]) -> Vec<FilterEntry> {
    now.iter().map(|id| FilterEntry { id: *id, delta: before.binary_search(id).is_ok() }).collect()
}

/// A text that is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a written filter cannot be read")]
pub struct SelectionFilterError;

impl fmt::Display for SelectionFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ids: &[CategoryId]| ids.iter().map(|id| id.0.simple().to_string()).collect::<Vec<_>>().join(",");
        write!(f, "{};{}", list(&self.products), list(&self.classifications))
    }
}

impl FromStr for SelectionFilter {
    type Err = SelectionFilterError;

    fn from_str(text: &str) -> Result<Self, SelectionFilterError> {
        let (products, classifications) = text.split_once(';').ok_or(SelectionFilterError)?;
        let list = |text: &str| {
            let ids = text.split(',').filter(|id| !id.is_empty()).take(MAX_ENTRIES + 1);
            let ids = ids.map(|id| Uuid::try_parse(id).map(CategoryId).map_err(|_| SelectionFilterError));
            let mut ids = ids.collect::<Result<Vec<_>, _>>()?;
            ids.sort_unstable();
            ids.dedup();
            if ids.len() > MAX_ENTRIES { Err(SelectionFilterError) } else { Ok(ids) }
        };
        Ok(Self { products: list(products)?, classifications: list(classifications)? })
    }
}

/// The filter that follows from a catalog's choices.
pub(super) fn of(catalog: &sluice_catalog::Catalog) -> SelectionFilter {
    let is_selected = |id: CategoryId| catalog.effective_choice(id) == Some(Choice::Selected);
    let tree = catalog.categories();
    // Whoever asks for a family gets what is excluded below it as well.
    let excluding: std::collections::HashSet<CategoryId> = catalog
        .choices()
        .filter(|(_, choice)| *choice == Choice::Deselected)
        .flat_map(|(id, _)| tree.upwards(id).map(|category| category.id))
        .collect();
    let products = tree.iter().map(|category| category.id);
    let wanted = |id: &CategoryId| is_selected(*id) && !excluding.contains(id) && is_of_upstream(catalog, *id);
    let mut products: Vec<_> = products.filter(wanted).collect();
    let classifications = Classification::ALL.map(Classification::id).into_iter();
    let mut classifications: Vec<_> = classifications.filter(|id| is_selected(*id)).collect();
    products.sort_unstable();
    classifications.sort_unstable();
    SelectionFilter { products, classifications }
}

impl Site {
    /// What upstream sources are asked for: what is selected expressly, by itself or with a category
    /// above it. Products of package sources are not in it; upstreams do not know them.
    #[must_use]
    pub fn selection_filter(&self) -> SelectionFilter {
        of(&self.catalog())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(products: &[u128], classifications: &[u128]) -> SelectionFilter {
        let ids = |list: &[u128]| list.iter().map(|n| CategoryId(Uuid::from_u128(*n))).collect();
        SelectionFilter { products: ids(products), classifications: ids(classifications) }
    }

    #[test]
    fn a_filter_is_read_as_it_was_written() {
        for one in [filter(&[], &[]), filter(&[1], &[]), filter(&[1, 2], &[3])] {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        for bad in ["", "x", "1;2", "00000000000000000000000000000001"] {
            assert_eq!(bad.parse::<SelectionFilter>(), Err(SelectionFilterError), "{bad}");
        }
    }

    #[test]
    fn what_is_new_is_told_from_what_was_asked_for() {
        let (before, now) = (filter(&[1, 2], &[7]), filter(&[2, 3], &[7, 8]));
        let deltas =
            |entries: Vec<FilterEntry>| entries.iter().map(|e| (e.id.0.as_u128(), e.delta)).collect::<Vec<_>>();
        assert_eq!(deltas(now.products_since(&before)), [(2, true), (3, false)]);
        assert_eq!(deltas(now.classifications_since(&before)), [(7, true), (8, false)]);
        assert_eq!((now.new_entries(&before), before.new_entries(&now)), (2, 1));
        assert!(filter(&[1], &[]).is_of_lists_only() && filter(&[], &[1]).is_of_lists_only());
        assert!(!now.is_of_lists_only());
    }
}
