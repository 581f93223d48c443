//! Changing the selection.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_catalog::{Catalog, CatalogChange};
use sluice_model::{CategoryId, CategoryKind, Choice, Classification, RevisionId, SiteSetting, UpdateId};
use sluice_store::{audit, selection, update_change};

use super::draft::Draft;
use super::{filter, is_of_upstream};
use crate::caller::{Caller, Permission};
use crate::directory::DirectoryTurn;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most categories in one request: more than there are.
const MAX_CHANGE: usize = 10_000;
/// Most families told of a change, those with the most updates; the counts are of all.
const MAX_FAMILIES: usize = 50;

/// A change of the selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionEdit {
    /// Categories to select, with all below them but what is excluded there; those that are stay so.
    pub select: Vec<CategoryId>,
    /// Categories to deselect, with all below them; those that are stay so.
    pub deselect: Vec<CategoryId>,
    /// Categories that were looked at and are not new any more, beside those that are selected or
    /// deselected.
    pub acknowledge: Vec<CategoryId>,
    /// No category is new any more.
    pub acknowledge_all: bool,
    /// Only say what it would do.
    pub only_say: bool,
}

/// What a change of the selection does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionChange {
    /// Categories that are selected now and were not.
    pub selected: u64,
    /// Categories that are deselected now and were not.
    pub deselected: u64,
    /// Categories that are not new any more.
    pub acknowledged: u64,
    /// Updates that devices are offered now and were not.
    pub offered: u64,
    /// Updates that devices are no longer offered or compared with.
    pub withdrawn: u64,
    /// The product families of these updates, most first, at most fifty.
    pub families: Vec<FamilyChange>,
    /// Deployments in force that contain updates that are withdrawn, by name.
    pub deployments: Vec<String>,
    /// Upstream sources that are asked for something else now, by name.
    pub sources: Vec<String>,
    /// Products and classifications that upstream sources are asked for now and were not.
    pub asked: u64,
    /// Those that they are no longer asked for.
    pub not_asked: u64,
}

/// What a change of the selection does to a product family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyChange {
    /// The family; of products without one, what stands at the top.
    pub family: CategoryId,
    /// Its title.
    pub title: String,
    /// Updates of it that are offered now and were not.
    pub offered: u64,
    /// Updates of it that are no longer offered.
    pub withdrawn: u64,
}

impl Site {
    /// Selects and deselects categories and takes note of new ones, or only says what that would do.
    /// Upstream sources that are asked for something else are synchronized at once.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` when one is to be both or there are too many, `NotFound` for an unknown
    /// one, `Conflict` when the top of the hierarchy decides it.
    pub async fn change_selection(
        self: &Arc<Self>,
        caller: &Caller,
        edit: SelectionEdit,
    ) -> SiteResult<SelectionChange> {
        caller.require(Permission::Deploy)?;
        let SelectionEdit { select, deselect, acknowledge, acknowledge_all, only_say } = edit;
        check(&select, &deselect, &acknowledge)?;
        let turn = self.directory_turn().await;
        let before = self.catalog();
        if !only_say && select.iter().chain(&deselect).any(|id| is_shared(&before, *id)) {
            self.is_set_here(SiteSetting::Selection)?;
        }
        for id in select.iter().chain(&deselect).chain(&acknowledge) {
            if before.categories().get(*id).is_none() && Classification::from_id(id.0).is_none() {
                return Err(SiteError::not_found("category", id));
            }
        }
        let seen = seen(&before, select.iter().chain(&deselect).chain(&acknowledge), acknowledge_all);
        let compared = tokio::task::spawn_blocking(move || compare(&before, &select, &deselect));
        let compared = compared.await.map_err(|e| SiteError::internal("comparing selections", e))?;
        let Compared { mut change, choices, withdrawn, told, filter_changed } = compared;
        change.acknowledged = seen.len() as u64;
        change.deployments = self.deployments_of(&withdrawn);
        let sources = if filter_changed { crate::sync::following_selection(self) } else { Vec::new() };
        change.sources = sources.iter().map(|source| source.name.clone()).collect();
        if only_say || (choices.is_empty() && seen.is_empty()) {
            return Ok(change);
        }
        let detail = format!(
            "{} selected, {} deselected, {} looked at: {} updates offered, {} withdrawn",
            change.selected, change.deselected, change.acknowledged, change.offered, change.withdrawn
        );
        let entry = self.audit_entry(caller, "selection.change", "categories", &detail);
        let site = Arc::clone(self);
        let work = async move {
            store(&site, &turn, choices, seen, told, entry).await?;
            crate::sync::start_again(&site, &sources);
            Ok(())
        };
        self.to_the_end(work).await?;
        Ok(change)
    }

    /// Makes choices that were made at `top` for the whole hierarchy; nothing is new then that somebody there saw. True
    /// when sources are asked for something else.
    pub(crate) async fn take_selection_over(
        self: &Arc<Self>,
        choices: Vec<(CategoryId, Option<Choice>)>,
        top: &str,
    ) -> SiteResult<bool> {
        let turn = self.directory_turn().await;
        let before = self.catalog();
        let seen: Vec<CategoryId> = before.new_categories().collect();
        let asked = choices.clone();
        let compared = tokio::task::spawn_blocking(move || {
            let told = told_of(&before, &asked);
            let (after, _) = before.apply(CatalogChange { choices: asked, ..CatalogChange::default() });
            (told, filter::of(&before) != filter::of(&after))
        });
        let (told, changed) = compared.await.map_err(|e| SiteError::internal("comparing selections", e))?;
        let entry =
            self.audit_entry(&Caller::system(), "selection.inherit", top, &format!("{} choices", choices.len()));
        let site = Arc::clone(self);
        self.to_the_end(async move { store(&site, &turn, choices, seen, told, entry).await }).await?;
        Ok(changed)
    }
}

/// Whether the hierarchy shares a category, or it is of this site's own package sources.
fn is_shared(catalog: &Catalog, id: CategoryId) -> bool {
    Classification::from_id(id.0).is_some() || is_of_upstream(catalog, id)
}

/// Stores choices and serves them.
async fn store(
    site: &Site,
    _turn: &DirectoryTurn,
    choices: Vec<(CategoryId, Option<Choice>)>,
    seen: Vec<CategoryId>,
    told: Vec<UpdateId>,
    entry: audit::AuditEntry,
) -> SiteResult<()> {
    let (chosen, looked_at, ids) = (choices.clone(), seen.clone(), told.clone());
    let counter = site.store.write(move |tx| {
        Box::pin(async move {
            selection::choose(tx, &chosen).await?;
            selection::unflag(tx, &looked_at).await?;
            audit::append(tx, entry).await?;
            update_change::touch(tx, &ids).await
        })
    });
    let counter = counter.await?;
    let change = CatalogChange {
        choices,
        news: seen.into_iter().map(|id| (id, false)).collect(),
        changes: told.into_iter().map(|update| (update, counter)).collect(),
        changes_to: counter,
        ..CatalogChange::default()
    };
    site.keeper.catalog(change).await
}

/// The Windows updates that clients are told of when these choices are made.
pub(crate) fn told_of(before: &Catalog, choices: &[(CategoryId, Option<Choice>)]) -> Vec<UpdateId> {
    let (after, _) = before.apply(CatalogChange { choices: choices.to_vec(), ..CatalogChange::default() });
    let differing = before.unselected_revisions() ^ after.unselected_revisions();
    let updates = differing.iter().filter_map(|id| before.revision(RevisionId(id)));
    updates.filter(|update| update.content.windows().is_some()).map(|update| update.id).collect()
}

fn check(select: &[CategoryId], deselect: &[CategoryId], acknowledge: &[CategoryId]) -> SiteResult<()> {
    if select.len() + deselect.len() + acknowledge.len() > MAX_CHANGE {
        let message = format!("more than {MAX_CHANGE} categories");
        return Err(SiteError::invalid("select", message, "Send fewer at a time."));
    }
    let deselected: std::collections::HashSet<_> = deselect.iter().collect();
    match select.iter().find(|id| deselected.contains(id)) {
        None => Ok(()),
        Some(both) => {
            let message = format!("the category {both} is to be selected and deselected");
            Err(SiteError::invalid("deselect", message, "Name it in one of the lists."))
        }
    }
}

/// The new categories that are looked at.
fn seen<'a>(catalog: &Catalog, named: impl Iterator<Item = &'a CategoryId>, all: bool) -> Vec<CategoryId> {
    let mut seen: Vec<CategoryId> = if all {
        catalog.new_categories().collect()
    } else {
        named.copied().filter(|id| catalog.is_new_category(*id)).collect()
    };
    seen.sort_unstable();
    seen.dedup();
    seen
}

struct Compared {
    change: SelectionChange,
    choices: Vec<(CategoryId, Option<Choice>)>,
    /// Sorted.
    withdrawn: Vec<UpdateId>,
    /// Windows updates that clients are told of.
    told: Vec<UpdateId>,
    filter_changed: bool,
}

fn compare(before: &Catalog, select: &[CategoryId], deselect: &[CategoryId]) -> Compared {
    let mut draft = Draft::new(before);
    let (selected, deselected) = draft.apply(select, deselect);
    let choices = draft.changes();
    let (after, _) = before.apply(CatalogChange { choices: choices.clone(), ..CatalogChange::default() });
    let mut change = SelectionChange { selected, deselected, ..SelectionChange::default() };
    let (mut withdrawn, mut told) = (Vec::new(), Vec::new());
    let mut families: HashMap<CategoryId, FamilyChange> = HashMap::new();
    let differing = before.unselected_revisions() ^ after.unselected_revisions();
    for revision in differing.iter().filter(|id| !before.declined_revisions().contains(*id)).map(RevisionId) {
        let Some(update) = before.revision(revision) else { continue };
        let goes = after.unselected_revisions().contains(revision.0);
        *(if goes { &mut change.withdrawn } else { &mut change.offered }) += 1;
        if goes {
            withdrawn.push(update.id);
        }
        if update.content.windows().is_some() {
            told.push(update.id);
        }
        for (family, title) in families_of(before, revision) {
            let entry = || FamilyChange { family, title: title.to_owned(), offered: 0, withdrawn: 0 };
            let family = families.entry(family).or_insert_with(entry);
            *(if goes { &mut family.withdrawn } else { &mut family.offered }) += 1;
        }
    }
    withdrawn.sort_unstable();
    change.families = families.into_values().collect();
    change.families.sort_by(|a, b| {
        let updates = |family: &FamilyChange| family.offered + family.withdrawn;
        updates(b).cmp(&updates(a)).then_with(|| (&a.title, a.family).cmp(&(&b.title, b.family)))
    });
    change.families.truncate(MAX_FAMILIES);
    let (old, new) = (filter::of(before), filter::of(&after));
    (change.asked, change.not_asked) = (new.new_entries(&old), old.new_entries(&new));
    Compared { change, choices, withdrawn, told, filter_changed: old != new }
}

/// The families of an update's products, each once.
fn families_of(catalog: &Catalog, revision: RevisionId) -> Vec<(CategoryId, &str)> {
    let family = |product: CategoryId| {
        let mut way = catalog.categories().upwards(product);
        let found = way.find(|category| category.kind == CategoryKind::ProductFamily);
        found.or_else(|| catalog.categories().upwards(product).last())
    };
    let products = catalog.products_of(revision);
    let families = products.into_iter().filter_map(family);
    let mut families: Vec<_> = families.map(|category| (category.id, category.title.as_str())).collect();
    families.sort_unstable();
    families.dedup();
    families
}
