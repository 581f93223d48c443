//! Scans restricted to categories (`FilterCategoryIds`; protocols.md §3.5, Q31).

use sluice_model::{CategoryId, UpdateId, UpdateKind};

use super::base::ScopeBase;
use super::bits::Bits;

impl ScopeBase {
    /// What is related to some categories: the categories, those below them, all that names one of
    /// these, and what that needs: prerequisites and members of bundles, transitively. To a category
    /// that the catalog does not have nothing is related.
    pub(super) fn related(&self, categories: &[CategoryId]) -> Bits {
        let mut related = Bits::new(self.rows.len());
        let mut found = Vec::new();
        let mut updates = Bits::new(self.update_count());
        let mut open: Vec<u32> = categories.iter().filter_map(|id| self.ordinal(UpdateId(id.0))).collect();
        while let Some(category) = open.pop() {
            if !updates.insert(category) {
                continue;
            }
            for place in self.of_update.get(category).iter().chain(self.naming.get(category)) {
                let Some(row) = self.row(*place) else { continue };
                if related.insert(*place) {
                    found.push(*place);
                }
                if row.kind == UpdateKind::Category {
                    open.extend(self.ordinal_of(row.revision));
                }
            }
        }
        // Updates that share their prerequisites ask for the same once.
        let mut conditions = Bits::new(self.conditions.len());
        while let Some(place) = found.pop() {
            let Some(row) = self.row(place) else { continue };
            let fresh = conditions.insert(row.condition).then(|| self.conditions.named(row.condition));
            let prerequisites = fresh.into_iter().flatten().flat_map(|update| self.of_update.get(update));
            for next in prerequisites.chain(self.children.get(place)) {
                if related.insert(*next) {
                    found.push(*next);
                }
            }
        }
        related
    }
}
