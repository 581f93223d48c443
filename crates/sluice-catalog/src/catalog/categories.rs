//! The category tree: company > product family > product.

use rustc_hash::FxHashMap;
use sluice_model::{Category, CategoryId};

/// Levels walked upwards at most. The tree has three; more is a loop in bad data.
const MAX_DEPTH: usize = 8;

/// The category tree. A category whose parent is not known stands at the top.
#[derive(Clone, Debug, Default)]
pub struct Categories {
    by_id: FxHashMap<CategoryId, Category>,
    /// Sorted by title.
    children: FxHashMap<Option<CategoryId>, Vec<CategoryId>>,
}

impl Categories {
    /// The tree with some categories added or replaced.
    pub(super) fn with(&self, changed: Vec<Category>) -> Self {
        let mut by_id = self.by_id.clone();
        by_id.extend(changed.into_iter().map(|category| (category.id, category)));
        let mut children: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for category in by_id.values() {
            let parent = category.parent.filter(|parent| by_id.contains_key(parent));
            children.entry(parent).or_default().push(category.id);
        }
        for list in children.values_mut() {
            list.sort_by(|a, b| {
                let title = |id: &CategoryId| by_id.get(id).map(|category| category.title.as_str());
                title(a).cmp(&title(b)).then(a.cmp(b))
            });
        }
        Self { by_id, children }
    }

    /// A category.
    #[must_use]
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.by_id.get(&id)
    }

    /// All categories, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.by_id.values()
    }

    /// The categories directly below one, or the top ones, sorted by title.
    pub fn children(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Category> {
        self.children.get(&parent).into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// The titles from the top down to a category; empty when it is not known.
    #[must_use]
    pub fn path(&self, id: CategoryId) -> Vec<&str> {
        let mut titles: Vec<_> = self.upwards(id).map(|category| category.title.as_str()).collect();
        titles.reverse();
        titles
    }

    /// Whether a category is `ancestor` or lies below it.
    #[must_use]
    pub fn is_within(&self, id: CategoryId, ancestor: CategoryId) -> bool {
        self.upwards(id).any(|category| category.id == ancestor)
    }

    /// A category, then those above it.
    pub fn upwards(&self, id: CategoryId) -> impl Iterator<Item = &Category> {
        let parent = |category: &&Category| category.parent.and_then(|parent| self.get(parent));
        std::iter::successors(self.get(id), parent).take(MAX_DEPTH)
    }
}
