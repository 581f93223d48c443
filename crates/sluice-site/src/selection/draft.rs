//! From what is asked for to choices: pure.

use std::collections::HashMap;

use sluice_catalog::{Catalog, Categories};
use sluice_model::{CategoryId, CategoryKind, Choice};

/// The choices while they are changed.
pub(super) struct Draft<'c> {
    categories: &'c Categories,
    before: HashMap<CategoryId, Choice>,
    choices: HashMap<CategoryId, Choice>,
}

impl<'c> Draft<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        let before: HashMap<_, _> = catalog.choices().collect();
        Self { categories: catalog.categories(), choices: before.clone(), before }
    }

    /// Applies what is asked for, what is above before what is below; which were not so before.
    ///
    /// What is deselected takes everything below along. What is selected leaves what was excluded
    /// below it excluded.
    pub(super) fn apply(&mut self, select: &[CategoryId], deselect: &[CategoryId]) -> (u64, u64) {
        let depth = |id: &CategoryId| match self.categories.get(*id).map(|category| category.kind) {
            Some(CategoryKind::Company) => 0,
            Some(CategoryKind::ProductFamily) => 1,
            Some(CategoryKind::Product) | None => 2,
        };
        let wanted = |list: &[CategoryId], choice| list.iter().map(|id| (*id, choice)).collect::<Vec<_>>();
        let mut all = wanted(select, Choice::Selected);
        all.extend(wanted(deselect, Choice::Deselected));
        all.sort_by_key(|(id, choice)| (depth(id), *id, *choice));
        all.dedup();
        let (mut selected, mut deselected) = (0, 0);
        for (id, choice) in all {
            let done = self.choose(id, choice);
            match choice {
                Choice::Selected => selected += u64::from(done),
                Choice::Deselected => {
                    deselected += u64::from(done);
                    self.take_along(id);
                }
            }
        }
        (selected, deselected)
    }

    /// What changed.
    pub(super) fn changes(&self) -> Vec<(CategoryId, Option<Choice>)> {
        let gone = self.before.keys().filter(|id| !self.choices.contains_key(*id)).map(|id| (*id, None));
        let made = self.choices.iter().filter(|(id, choice)| self.before.get(*id) != Some(*choice));
        let mut changes: Vec<_> = gone.chain(made.map(|(id, choice)| (*id, Some(*choice)))).collect();
        changes.sort_unstable();
        changes
    }

    fn effective(&self, id: CategoryId) -> Option<Choice> {
        let above = || self.categories.upwards(id).find_map(|category| self.choices.get(&category.id));
        self.choices.get(&id).or_else(above).copied()
    }

    /// False when it is so already.
    fn choose(&mut self, id: CategoryId, choice: Choice) -> bool {
        if self.effective(id) == Some(choice) {
            return false;
        }
        self.choices.remove(&id);
        // What follows the category above it goes on following it.
        if self.effective(id) != Some(choice) {
            self.choices.insert(id, choice);
        }
        true
    }

    fn take_along(&mut self, id: CategoryId) {
        let categories = self.categories;
        self.choices
            .retain(|below, choice| *choice == Choice::Deselected || *below == id || !categories.is_within(*below, id));
    }
}
