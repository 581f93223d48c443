//! The catalog: rows, and references inside packed values that no constraint can see.

use std::collections::{HashMap, HashSet};

use sluice_model::{CategoryId, RevisionId, UpdateId};

use super::{Problems, check_counter};
use crate::connection::Reader;
use crate::error::StoreError;
use crate::repository::catalog::{self, StoredIndex};
use crate::repository::counter::Counter;
use crate::repository::{declined, deployment, licence, selection, update_change, update_group};

pub(super) async fn check(reader: &mut Reader, problems: &mut Problems) -> Result<(), StoreError> {
    let mut categories = Vec::new();
    catalog::load_categories(reader, |row| {
        categories.extend(problems.row(row));
        Ok(())
    })
    .await?;
    let known: HashSet<CategoryId> = categories.iter().map(|c| c.id).collect();
    for category in &categories {
        if category.parent.is_some_and(|parent| !known.contains(&parent)) {
            problems.add(format!("table category, row {}: its parent does not exist", category.id));
        }
    }

    let mut binaries: HashMap<RevisionId, usize> = HashMap::new();
    let mut updates: HashSet<UpdateId> = HashSet::new();
    catalog::load_revisions(reader, None, |row| {
        if let Some(revision) = problems.row(row) {
            let update = &revision.update;
            let homeless = update.is_listed() && update.products.is_empty();
            if homeless || update.products.iter().any(|p| !known.contains(p)) {
                problems.add(format!("table update_revision, row {}: a product does not exist", revision.id.0));
            }
            binaries.insert(revision.id, update.content.binaries().len());
            updates.insert(update.id);
        }
        Ok(())
    })
    .await?;
    catalog::load_document_sizes(reader, RevisionId(0), |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    let highest = binaries.keys().map(|id| u64::from(id.0)).max().unwrap_or(0);
    check_counter(reader, problems, Counter::Revision, highest).await?;

    let mut highest = 0;
    catalog::load_indexes(reader, |row| {
        if let Some(index) = problems.row(row) {
            highest = highest.max(u64::from(index.index.id.0));
            check_index(&index, &known, &binaries, problems);
        }
        Ok(())
    })
    .await?;
    check_counter(reader, problems, Counter::Index, highest).await?;
    problems.list(catalog::load_anchors(reader).await)?;

    let highest = problems.list(update_change::load(reader).await)?.into_iter().map(|(_, change)| change).max();
    check_counter(reader, problems, Counter::Change, highest.unwrap_or(0)).await?;
    problems.list(licence::list(reader).await)?;
    for declined in problems.list(declined::list(reader).await)? {
        if !updates.contains(&declined.update) {
            problems.add(format!("table declined, row {0}: update {0} does not exist", declined.update));
        }
    }
    problems.list(selection::choices(reader).await)?;
    problems.list(selection::news(reader).await)?;
    check_lists(reader, &updates, problems).await
}

fn check_index(
    index: &StoredIndex,
    categories: &HashSet<CategoryId>,
    binaries: &HashMap<RevisionId, usize>,
    problems: &mut Problems,
) {
    let id = index.index.id.0;
    if !categories.contains(&index.index.product) {
        problems.add(format!("table package_index, row {id}: its product does not exist"));
    }
    let dangling = |e: &&catalog::IndexEntry| binaries.get(&e.revision).is_none_or(|count| e.binary as usize >= *count);
    if let Some(entry) = index.content.iter().find(dangling) {
        problems.add(format!(
            "table package_index, row {id}: it offers package {} of revision {}, which does not exist",
            entry.binary, entry.revision.0
        ));
    }
}

/// Update groups and deployments name updates that exist.
async fn check_lists(
    reader: &mut Reader,
    updates: &HashSet<UpdateId>,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    update_group::load(reader, |row| {
        problems.row(row);
        Ok(())
    })
    .await?;
    for (group, update) in problems.list(update_group::all_members(reader).await)? {
        if !updates.contains(&update) {
            problems.add(format!("table update_group_member, row {group}: update {update} does not exist"));
        }
    }
    deployment::load(reader, |row| {
        if let Some(deployment) = problems.row(row)
            && let sluice_model::DeploymentTarget::Updates(list) = &deployment.spec.target
        {
            if list.is_empty() {
                problems.add(format!("table deployment, row {}: it has no updates", deployment.id));
            }
            for update in list.iter().filter(|u| !updates.contains(u)) {
                problems.add(format!("table deployment_update, row {}: update {update} does not exist", deployment.id));
            }
        }
        Ok(())
    })
    .await
}
