//! Which products and classifications Windows devices are offered updates of: all that the catalog
//! has, but for those that an administrator deselected.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_catalog::{Catalog, CatalogChange};
use sluice_model::{CategoryId, CategoryKind, Classification, RevisionId, Update, UpdateContent, UpdateId};
use sluice_store::{audit, deselected, update_change};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most categories in one request: more than there are.
const MAX_CHANGE: usize = 10_000;

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
    /// Not deselected, nor anything above it.
    pub selected: bool,
    /// Windows updates of it in the catalog.
    pub updates: u64,
}

/// What a change of the selection does, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SelectionChange {
    /// Categories that are selected now and were not.
    pub selected: u64,
    /// Categories that are deselected now and were not.
    pub deselected: u64,
    /// Updates that Windows devices are offered now and were not.
    pub offered: u64,
    /// Updates that Windows devices are no longer offered.
    pub withdrawn: u64,
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
        let count = |id: CategoryId| counts.get(&id).copied().unwrap_or_default();
        let node = |category: sluice_model::Category| Selectable {
            selected: !catalog.is_deselected(category.id),
            updates: count(category.id),
            kind: match category.kind {
                CategoryKind::Company => SelectableKind::Company,
                CategoryKind::ProductFamily => SelectableKind::ProductFamily,
                CategoryKind::Product => SelectableKind::Product,
            },
            id: category.id,
            parent: category.parent,
            title: category.title,
        };
        let classification = |one: Classification| Selectable {
            id: one.id(),
            kind: SelectableKind::Classification,
            parent: None,
            title: one.title().to_owned(),
            selected: !catalog.is_deselected(one.id()),
            updates: count(one.id()),
        };
        Ok(tree.into_iter().map(node).chain(Classification::ALL.map(classification)).collect())
    }

    /// Selects and deselects categories, or only says what that would do.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` when one is in both lists or there are too many, `NotFound` for an
    /// unknown one.
    pub async fn change_selection(
        self: &Arc<Self>,
        caller: &Caller,
        select: Vec<CategoryId>,
        deselect: Vec<CategoryId>,
        only_say: bool,
    ) -> SiteResult<SelectionChange> {
        caller.require(Permission::Deploy)?;
        if select.len() + deselect.len() > MAX_CHANGE {
            let message = format!("more than {MAX_CHANGE} categories");
            return Err(SiteError::invalid("select", message, "Send fewer at a time."));
        }
        if let Some(both) = select.iter().find(|id| deselect.contains(id)) {
            let message = format!("the category {both} is to be selected and deselected");
            return Err(SiteError::invalid("deselect", message, "Name it in one of the lists."));
        }
        let turn = self.directory_turn().await;
        let before = self.catalog();
        for id in select.iter().chain(&deselect) {
            if before.categories().get(*id).is_none() && Classification::from_id(id.0).is_none() {
                return Err(SiteError::not_found("category", id));
            }
        }
        let mut list = deselected::list(&mut self.store.reader().await?).await?;
        let select: Vec<_> = select.into_iter().filter(|id| list.contains(id)).collect();
        let deselect: Vec<_> = deselect.into_iter().filter(|id| !list.contains(id)).collect();
        list.retain(|id| !select.contains(id));
        list.extend_from_slice(&deselect);
        let compared = tokio::task::spawn_blocking(move || compare(&before, list));
        let (change, updates, list) = compared.await.map_err(|e| SiteError::internal("comparing selections", e))?;
        let outcome = SelectionChange { selected: select.len() as u64, deselected: deselect.len() as u64, ..change };
        if only_say || (select.is_empty() && deselect.is_empty()) {
            return Ok(outcome);
        }
        let detail = format!(
            "{} selected, {} deselected: {} updates offered, {} withdrawn",
            outcome.selected, outcome.deselected, outcome.offered, outcome.withdrawn
        );
        let entry = self.audit_entry(caller, "selection.change", "categories", &detail);
        let site = Arc::clone(self);
        let work = async move {
            let _turn = turn;
            let ids = updates.clone();
            let counter = site.store.write(move |tx| {
                Box::pin(async move {
                    deselected::remove(tx, &select).await?;
                    deselected::add(tx, &deselect).await?;
                    audit::append(tx, entry).await?;
                    update_change::touch(tx, &ids).await
                })
            });
            let counter = counter.await?;
            let change = CatalogChange {
                deselected: Some(list),
                changes: updates.into_iter().map(|update| (update, counter)).collect(),
                changes_to: counter,
                ..CatalogChange::default()
            };
            site.keeper.catalog(change).await
        };
        self.to_the_end(work).await?;
        Ok(outcome)
    }
}

/// The current Windows updates that people see.
fn windows_updates(catalog: &Catalog) -> impl Iterator<Item = (RevisionId, &Arc<Update>)> {
    let listed = catalog.current_revisions() & catalog.current_windows();
    let updates = listed.into_iter().filter_map(|id| Some((RevisionId(id), catalog.revision(RevisionId(id))?)));
    updates.filter(|(_, update)| matches!(update.content, UpdateContent::Windows(_)))
}

/// Windows updates by category, counting those of all below.
fn counts(catalog: &Catalog) -> HashMap<CategoryId, u64> {
    let mut counts = HashMap::new();
    for (revision, update) in windows_updates(catalog) {
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

/// What another list of deselected categories does, the updates it does it to, and the list.
pub(crate) fn compare(before: &Catalog, list: Vec<CategoryId>) -> (SelectionChange, Vec<UpdateId>, Vec<CategoryId>) {
    let (after, _) = before.apply(CatalogChange { deselected: Some(list.clone()), ..CatalogChange::default() });
    let mut change = SelectionChange::default();
    let mut updates = Vec::new();
    for (_, update) in windows_updates(before).filter(|(_, update)| !before.is_declined(update.id)) {
        match (before.is_selected(update), after.is_selected(update)) {
            (false, true) => change.offered += 1,
            (true, false) => change.withdrawn += 1,
            _ => continue,
        }
        updates.push(update.id);
    }
    (change, updates, list)
}
