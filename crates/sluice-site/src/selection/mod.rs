//! Which products and classifications are selected: what sources of the kind upstream are asked for,
//! and what devices are offered and compared with.
//!
//! A choice holds for all below it, unless something else is chosen there. What nobody chose is not
//! asked for; what came all the same (an import, a package source) is offered, because bringing it
//! was the choice.

mod change;
mod draft;
mod filter;

use std::collections::HashMap;

use sluice_catalog::Catalog;
use sluice_model::{CategoryId, CategoryKind, Choice, Classification, RevisionId, UpdateId};

use crate::caller::Caller;
use crate::error::SiteResult;
use crate::site::Site;

pub(crate) use change::told_of;
pub use change::{FamilyChange, SelectionChange, SelectionEdit};
pub use filter::{FilterEntry, SelectionFilter, SelectionFilterError};

/// What can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SelectableKind {
    /// A company, with all its products.
    Company,
    /// A product family, with all its products.
    ProductFamily,
    /// A product.
    Product,
    /// A classification, of all products.
    Classification,
}

/// Where a category stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionState {
    /// Chosen, by itself or with something above it; or the product of a package source, which is
    /// chosen with its source.
    Selected,
    /// Chosen not to be, by itself or with something above it.
    NotSelected,
    /// Nobody chose: upstream sources are not asked for it, and what was imported is offered.
    Undecided,
}

/// A category that can be selected or deselected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selectable {
    /// Identity.
    pub id: CategoryId,
    /// Its level.
    pub kind: SelectableKind,
    /// The category above; `None` for companies and classifications.
    pub parent: Option<CategoryId>,
    /// What people read.
    pub title: String,
    /// Not deselected, nor is the nearest above it for which something was chosen: its updates are
    /// offered.
    pub selected: bool,
    /// Where it stands.
    pub state: SelectionState,
    /// What was chosen for itself; `None`: it follows what is above it.
    pub choice: Option<Choice>,
    /// A synchronization brought it and nobody has looked at it yet.
    pub new: bool,
    /// Upstream sources know it; others are of package sources.
    pub upstream: bool,
    /// Updates of it in the catalog.
    pub updates: u64,
}

impl Site {
    /// Every category that can be selected: companies, families and products, then classifications.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn selection(&self, caller: &Caller) -> SiteResult<Vec<Selectable>> {
        let tree = self.categories(caller)?;
        let catalog = self.catalog();
        let counts = counts(&catalog);
        let row = |id: CategoryId, kind, parent, title, upstream| Selectable {
            id,
            kind,
            parent,
            title,
            selected: !catalog.is_deselected(id),
            state: match catalog.effective_choice(id) {
                Some(Choice::Selected) => SelectionState::Selected,
                Some(Choice::Deselected) => SelectionState::NotSelected,
                None if upstream => SelectionState::Undecided,
                None => SelectionState::Selected,
            },
            choice: catalog.choice(id),
            new: catalog.is_new_category(id),
            upstream,
            updates: counts.get(&id).copied().unwrap_or_default(),
        };
        let node = |category: sluice_model::Category| {
            let kind = match category.kind {
                CategoryKind::Company => SelectableKind::Company,
                CategoryKind::ProductFamily => SelectableKind::ProductFamily,
                CategoryKind::Product => SelectableKind::Product,
            };
            row(category.id, kind, category.parent, category.title, is_of_upstream(&catalog, category.id))
        };
        let classification =
            |one: Classification| row(one.id(), SelectableKind::Classification, None, one.title().to_owned(), true);
        Ok(tree.into_iter().map(node).chain(Classification::ALL.map(classification)).collect())
    }

    /// How many categories a synchronization brought that nobody has looked at yet.
    pub(crate) fn new_category_count(&self) -> u64 {
        self.catalog().new_categories().count() as u64
    }
}

/// Whether a category came as metadata, so that upstream sources know it. Those of package sources
/// are made here.
pub(crate) fn is_of_upstream(catalog: &Catalog, id: CategoryId) -> bool {
    catalog.current(UpdateId(id.0)).is_some()
}

/// Updates by category, counting those of all below.
fn counts(catalog: &Catalog) -> HashMap<CategoryId, u64> {
    let mut counts = HashMap::new();
    for revision in catalog.current_revisions().iter().map(RevisionId) {
        let Some(update) = catalog.revision(revision) else { continue };
        *counts.entry(update.classification.id()).or_default() += 1;
        let products = catalog.products_of(revision);
        let mut above: Vec<CategoryId> =
            products.iter().flat_map(|product| catalog.categories().upwards(*product)).map(|c| c.id).collect();
        above.sort_unstable();
        above.dedup();
        for id in above {
            *counts.entry(id).or_default() += 1;
        }
    }
    counts
}
