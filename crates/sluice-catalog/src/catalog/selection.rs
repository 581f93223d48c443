//! Which products and classifications are selected, and what follows for updates.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::{CategoryId, Choice, RevisionId, Update};

use super::Catalog;

/// What was chosen, and what follows from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    choices: Arc<FxHashMap<CategoryId, Choice>>,
    /// Categories that nobody has looked at.
    news: Arc<FxHashSet<CategoryId>>,
    /// Anything is deselected at all.
    deselects: bool,
    /// The current revisions of listed updates that are not selected.
    unselected: Arc<RoaringBitmap>,
}

impl Catalog {
    /// What was chosen for a category itself.
    #[must_use]
    pub fn choice(&self, id: CategoryId) -> Option<Choice> {
        self.selection.choices.get(&id).copied()
    }

    /// What holds for a category: what was chosen for it or, failing that, for the nearest category
    /// above it. `None`: nothing was ever chosen.
    #[must_use]
    pub fn effective_choice(&self, id: CategoryId) -> Option<Choice> {
        // Classifications, and what is not known yet, are not in the tree.
        self.choice(id).or_else(|| self.categories.upwards(id).find_map(|category| self.choice(category.id)))
    }

    /// The categories for which something was chosen, in no order; some may not be known.
    pub fn choices(&self) -> impl Iterator<Item = (CategoryId, Choice)> {
        self.selection.choices.iter().map(|(id, choice)| (*id, *choice))
    }

    /// Whether updates of a category are offered to nobody because it is deselected.
    #[must_use]
    pub fn is_deselected(&self, id: CategoryId) -> bool {
        self.selection.deselects && self.effective_choice(id) == Some(Choice::Deselected)
    }

    /// Whether neither an update's classification nor all of its known products are deselected; no
    /// known product at all counts as selected.
    #[must_use]
    pub fn is_selected(&self, update: &Update) -> bool {
        if !self.selection.deselects {
            return true;
        }
        if self.is_deselected(update.classification.id()) {
            return false;
        }
        // A classification that has no name here stands among the products; nobody can choose it.
        let products = self.products_of_update(update);
        let mut known = products.iter().filter(|id| self.categories.get(**id).is_some()).peekable();
        known.peek().is_none() || known.any(|product| !self.is_deselected(*product))
    }

    /// The current revisions of the updates that people see and that are not selected.
    #[must_use]
    pub fn unselected_revisions(&self) -> &RoaringBitmap {
        &self.selection.unselected
    }

    /// Whether a category came from upstream and nobody has looked at it yet.
    #[must_use]
    pub fn is_new_category(&self, id: CategoryId) -> bool {
        self.selection.news.contains(&id)
    }

    /// The categories that nobody has looked at yet, in no order.
    pub fn new_categories(&self) -> impl Iterator<Item = CategoryId> {
        self.selection.news.iter().copied()
    }

    /// Takes choices over; true when there were any.
    pub(super) fn choose(&mut self, changed: Vec<(CategoryId, Option<Choice>)>) -> bool {
        if changed.is_empty() {
            return false;
        }
        let choices = Arc::make_mut(&mut self.selection.choices);
        for (category, choice) in changed {
            match choice {
                Some(choice) => drop(choices.insert(category, choice)),
                None => drop(choices.remove(&category)),
            }
        }
        self.selection.deselects = choices.values().any(|choice| *choice == Choice::Deselected);
        true
    }

    pub(super) fn flag(&mut self, changed: Vec<(CategoryId, bool)>) {
        if changed.is_empty() {
            return;
        }
        let news = Arc::make_mut(&mut self.selection.news);
        for (category, new) in changed {
            if new {
                news.insert(category)
            } else {
                news.remove(&category)
            };
        }
    }

    /// Finds out anew which updates are selected.
    pub(super) fn select_all(&mut self) {
        let unselected = if self.selection.deselects {
            let is_unselected =
                |id: &u32| self.revision(RevisionId(*id)).is_some_and(|update| !self.is_selected(update));
            self.current.iter().filter(is_unselected).collect()
        } else {
            RoaringBitmap::new()
        };
        if unselected != *self.selection.unselected {
            self.selection.unselected = Arc::new(unselected);
        }
    }

    /// Finds out whether an update is selected whose current revision is another or was described anew.
    pub(super) fn select_again(&mut self, before: Option<RevisionId>, after: Option<RevisionId>) {
        if !self.selection.deselects {
            return;
        }
        let is_unselected = |id: &RevisionId| {
            self.current.contains(id.0) && self.revision(*id).is_some_and(|update| !self.is_selected(update))
        };
        let now = after.filter(is_unselected);
        let unselected = Arc::make_mut(&mut self.selection.unselected);
        if let Some(before) = before {
            unselected.remove(before.0);
        }
        unselected.extend(now.map(|revision| revision.0));
    }
}

#[cfg(test)]
impl Selection {
    pub(super) fn dump(&self) -> String {
        let mut choices: Vec<_> = self.choices.iter().collect();
        choices.sort();
        let mut news: Vec<_> = self.news.iter().collect();
        news.sort();
        format!("choices {choices:?}, news {news:?}, unselected {:?}", self.unselected.iter().collect::<Vec<_>>())
    }
}
