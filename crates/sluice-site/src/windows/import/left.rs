//! What earlier runs stored and could not serve: because the commit before serving failed, or because
//! the answer to a commit was lost. It is read from the store again, as at the start of a site.

use std::sync::Arc;

use sluice_catalog::Catalog;
use sluice_model::{CategoryId, RevisionId, Update, UpdateContent};
use sluice_store::catalog;
use sluice_store::counter::{self, Counter};
use sluice_store::{Reader, StoreError, selection, update_change};

use super::unserved::Unserved;
use crate::error::SiteResult;
use crate::load::usable;
use crate::site::Site;
use crate::sync::Left;

/// Serves what runs that ended left in the store. Without anything left it costs nothing.
///
/// # Errors
/// When it cannot be read or served; then it is still left.
pub(crate) async fn serve_left(site: &Site) -> SiteResult<()> {
    if site.sync.unpublished.left().is_none() {
        return Ok(());
    }
    let _nobody_stores_meanwhile = site.sync.commit.lock().await;
    let Some(left) = site.sync.unpublished.left() else { return Ok(()) };
    // The database has one writer, so a commit whose answer was lost is over after this.
    site.store.write(|tx| Box::pin(async move { counter::last(tx, Counter::Revision).await })).await?;
    let mut reader = site.store.reader().await?;
    let mut unserved = Unserved::new(site.catalog());
    unserved.change.updates = revisions(&mut reader, &unserved.base, left).await?;
    if !unserved.change.updates.is_empty() {
        let served = unserved.change.updates.len();
        documents(site, &mut reader, left).await?;
        beside(&mut reader, &mut unserved).await?;
        drop(reader);
        unserved.serve(site).await?;
        tracing::info!(updates = served, "served what an earlier run had stored and could not serve");
    }
    site.sync.unpublished.caught_up(left);
    Ok(())
}

async fn revisions(
    reader: &mut Reader,
    base: &Catalog,
    left: Left,
) -> Result<Vec<(RevisionId, Arc<Update>)>, StoreError> {
    let mut found = Vec::new();
    catalog::load_revisions(reader, Some(RevisionId(left.from.0.saturating_sub(1))), |row| {
        let in_reach = |id: RevisionId| left.before.is_none_or(|before| id < before) && base.revision(id).is_none();
        let is_windows = |update: &Update| matches!(update.content, UpdateContent::Windows(_));
        let stored = usable(row).filter(|stored| in_reach(stored.id) && is_windows(&stored.update));
        found.extend(stored.map(|stored| (stored.id, Arc::new(stored.update))));
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Before the catalog names a revision, its metadata can be served.
async fn documents(site: &Site, reader: &mut Reader, left: Left) -> Result<(), StoreError> {
    catalog::load_document_sizes(reader, RevisionId(left.from.0.saturating_sub(1)), |row| {
        if let Some((revision, size)) = usable(row) {
            site.windows.fragments.note(revision, size);
        }
        Ok(())
    })
    .await
}

/// What was stored together with the revisions.
async fn beside(reader: &mut Reader, unserved: &mut Unserved) -> Result<(), StoreError> {
    for (_, update) in unserved.change.updates.clone() {
        unserved.note_category(&update);
    }
    // Only of these: nobody can have looked at them, so no flag is gone meanwhile.
    let news = selection::news(reader).await?.into_iter().map(|(id, _)| id);
    let arrived = |id: &CategoryId| unserved.categories.contains_key(id);
    let news: Vec<_> = news.filter(arrived).map(|id| (id, true)).collect();
    unserved.change.news = news;
    let changes = update_change::load(reader).await?.into_iter();
    let untold: Vec<_> = changes.filter(|(update, change)| *change > unserved.base.change_of(*update)).collect();
    unserved.change.changes_to = untold.iter().map(|(_, change)| *change).max().unwrap_or_default();
    unserved.change.changes = untold;
    Ok(())
}
