//! Declined updates and deselected categories.

use std::sync::Arc;

use sluice_bundle::DeclinedUpdate;
use sluice_model::{CategoryId, Choice, UpdateId};
use sluice_store::declined::DeclinedRecord;
use sluice_store::{declined, selection};
use uuid::Uuid;

use super::Changes;
use crate::error::{SiteError, SiteResult};
use crate::selection::told_of;
use crate::site::Site;

/// What changes about what updates are offered.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) declined: Vec<(UpdateId, bool)>,
    pub(super) licences: Vec<(Uuid, bool)>,
    pub(super) choices: Vec<(CategoryId, Option<Choice>)>,
    /// Updates that devices are told of again.
    pub(super) touched: Vec<UpdateId>,
}

impl Marks {
    /// Something changes.
    pub(super) fn is_any(&self) -> bool {
        !self.declined.is_empty() || !self.licences.is_empty() || !self.choices.is_empty()
    }
}

/// Decides which updates are declined and which categories deselected. `None`: the bundle says
/// nothing about them.
pub(super) async fn of(
    site: &Arc<Site>,
    changes: &mut Changes<'_>,
    wanted: Option<Vec<DeclinedUpdate>>,
    categories: Option<Vec<Uuid>>,
) -> SiteResult<Marks> {
    let mut marks = Marks::default();
    if let Some(wanted) = wanted {
        decline(site, changes, &mut marks, wanted).await?;
    }
    if let Some(wanted) = categories {
        select(site, changes, &mut marks, wanted.into_iter().map(CategoryId).collect()).await?;
    }
    Ok(marks)
}

async fn decline(
    site: &Arc<Site>,
    changes: &mut Changes<'_>,
    marks: &mut Marks,
    wanted: Vec<DeclinedUpdate>,
) -> SiteResult<()> {
    let here = declined::list(&mut site.store.reader().await?).await?;
    let mut here: Vec<UpdateId> = here.into_iter().map(|record| record.update).collect();
    here.sort_unstable();
    let before = std::mem::take(&mut changes.brought.declined);
    let mut there: Vec<UpdateId> = wanted.iter().map(|one| UpdateId(one.update)).collect();
    there.sort_unstable();
    let new = wanted.into_iter().filter(|one| here.binary_search(&UpdateId(one.update)).is_err());
    let record = |one: DeclinedUpdate| DeclinedRecord {
        update: UpdateId(one.update),
        at: one.at,
        by: one.by,
        reason: one.reason,
    };
    let new: Vec<_> = new.map(record).collect();
    let over: Vec<_> = before.iter().filter(|id| there.binary_search(id).is_err()).copied().collect();
    let over: Vec<_> = over.into_iter().filter(|id| here.binary_search(id).is_ok()).collect();
    // What was declined here before any bundle said so is not taken back by one.
    let ours = |id: &UpdateId| before.contains(id) || here.binary_search(id).is_err();
    changes.brought.declined = there.into_iter().filter(ours).collect();
    marks.declined.extend(new.iter().map(|record| (record.update, true)));
    marks.declined.extend(over.iter().map(|id| (*id, false)));
    marks.touched.extend(marks.declined.iter().map(|(id, _)| *id));
    if !new.is_empty() || !over.is_empty() {
        let count = (new.len() + over.len()) as u64;
        changes.write(move |tx| {
            Box::pin(async move {
                declined::put(tx, &new).await?;
                declined::remove(tx, &over).await
            })
        });
        changes.decided.changed += count - 1;
    }
    Ok(())
}

async fn select(
    site: &Arc<Site>,
    changes: &mut Changes<'_>,
    marks: &mut Marks,
    wanted: Vec<CategoryId>,
) -> SiteResult<()> {
    let here = selection::choices(&mut site.store.reader().await?).await?;
    let here = here.into_iter().filter(|(_, choice)| *choice == Choice::Deselected).map(|(id, _)| id);
    let here: Vec<CategoryId> = here.collect();
    let before = std::mem::take(&mut changes.brought.deselected);
    let new: Vec<_> = wanted.iter().filter(|id| !here.contains(id)).copied().collect();
    let over: Vec<_> = before.iter().filter(|id| !wanted.contains(id) && here.contains(id)).copied().collect();
    let ours = |id: &CategoryId| before.contains(id) || !here.contains(id);
    changes.brought.deselected = wanted.into_iter().filter(ours).collect();
    if new.is_empty() && over.is_empty() {
        return Ok(());
    }
    let deselected = new.into_iter().map(|id| (id, Some(Choice::Deselected)));
    let choices: Vec<_> = deselected.chain(over.into_iter().map(|id| (id, None))).collect();
    let (catalog, asked) = (site.catalog(), choices.clone());
    let told = tokio::task::spawn_blocking(move || told_of(&catalog, &asked)).await;
    marks.touched.extend(told.map_err(|error| SiteError::internal("comparing selections", error))?);
    marks.choices.clone_from(&choices);
    let count = choices.len() as u64;
    changes.write(move |tx| Box::pin(async move { selection::choose(tx, &choices).await }));
    changes.decided.changed += count - 1;
    Ok(())
}
