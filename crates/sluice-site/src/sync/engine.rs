//! One synchronization of a source, in the frame of a run.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use sluice_catalog::{Catalog, CatalogChange, IndexContent, Offer};
use sluice_model::{CategoryId, CategoryKind, Choice, SourceId, SyncExtent, SyncPhase, SyncTrigger};
use sluice_store::catalog::{CatalogBatch, CatalogCommit, RevisionRef};
use sluice_store::quarantine::QuarantineEntry;
use sluice_store::source::SourceRecord;
use sluice_store::{StoreError, catalog, quarantine, selection};

use super::apt::{Found, News, Run};
use super::error::SyncError;
use super::history::Counts;
use super::state::Live;
use super::{SyncOutcome, run, upstream};
use crate::site::Site;
use crate::sources::{AptSource, SourceConfig};

/// Starts a run in the background; false when one is under way for the source.
pub(super) fn start(site: &Arc<Site>, id: SourceId, extent: SyncExtent, trigger: SyncTrigger) -> bool {
    let Some(live) = run::claim(site, id, extent, trigger) else { return false };
    let site = Arc::clone(site);
    let tracker = site.tasks.clone();
    tracker.spawn(async move {
        let run = match site.sources.get(id) {
            Some(record) => run_once(&site, &record, &live).await,
            None => None,
        };
        run::release(&site, id, run);
    });
    true
}

/// Runs and records. `None` when not even the history could be written.
async fn run_once(site: &Arc<Site>, record: &SourceRecord, live: &Arc<Live>) -> Option<super::SyncRun> {
    let row = run::begin(site, record, live).await?;
    let mut counts = Counts::default();
    let result = tokio::select! {
        // A defect must not leave the source in a run that never ends.
        result = AssertUnwindSafe(synchronize(site, record, live, &mut counts)).catch_unwind() => {
            result.unwrap_or(Err(SyncError::Defect))
        }
        () = site.stop.cancelled() => Err(SyncError::Stopping),
    };
    run::conclude(site, record, live, row, &result, counts).await
}

async fn synchronize(
    site: &Arc<Site>,
    record: &SourceRecord,
    live: &Arc<Live>,
    counts: &mut Counts,
) -> Result<SyncOutcome, SyncError> {
    match site.source_view(record).map_err(|e| SyncError::Config(e.message))?.config {
        SourceConfig::Apt(source) => packages(site, record, &source, live, counts).await,
        SourceConfig::Upstream(source) => upstream::synchronize(site, record, &source, live, counts).await,
        SourceConfig::CatalogFile => {
            Err(SyncError::Config("the source is of files, which only an import brings in".into()))
        }
    }
}

/// Synchronizes with an archive of packages: looks upstream, stores, publishes.
async fn packages(
    site: &Arc<Site>,
    record: &SourceRecord,
    source: &AptSource,
    live: &Live,
    counts: &mut Counts,
) -> Result<SyncOutcome, SyncError> {
    let run =
        Run { site, id: record.id, source, config: &record.config, extent: live.extent, progress: &live.progress };
    let _turn = site.sync.gate.acquire().await.map_err(|_| SyncError::Stopping)?;
    let download = match run.download().await? {
        News::Some(download) => *download,
        News::None { warnings } => {
            counts.warnings = warnings;
            return Ok(SyncOutcome::Unchanged);
        }
    };

    let _others_wait = site.sync.commit.lock().await;
    // Deleted or changed while it was fetched: what was found must not be stored any more.
    if site.sources.get(record.id).is_none_or(|now| now.config != record.config) {
        return Err(SyncError::Config("the source was changed or deleted meanwhile".into()));
    }
    let catalog = site.catalog();
    let expired_before = catalog.expired_revisions().len();
    let Found { batch, new, changed, warnings, problems, looked_at } = run.assemble(&catalog, download).await?;
    (counts.new, counts.changed, counts.warnings) = (new, changed, warnings);
    counts.quarantined = problems.len() as u64;
    live.progress.phase(SyncPhase::Storing, batch.revisions.len() as u64, &source.suite);
    let raised = batch.raise_version;
    let choices = chosen_with_source(&catalog, record.id, &batch);
    let commit = store(site, record.id, batch.clone(), &choices, (problems, looked_at)).await?;
    live.progress.phase(SyncPhase::Publishing, 0, &source.suite);
    if raised {
        let published = site.keeper.catalog(CatalogChange { choices, ..change(batch, &commit) }).await;
        published.map_err(|_| if site.stop.is_cancelled() { SyncError::Stopping } else { SyncError::Defect })?;
    }
    counts.expired = site.catalog().expired_revisions().len().saturating_sub(expired_before);
    Ok(if raised { SyncOutcome::Changed } else { SyncOutcome::Unchanged })
}

/// Defining a source chooses its products: those that its first run brings are selected, also where
/// an administrator once deselected all of their vendor. Later ones follow what is above them.
fn chosen_with_source(catalog: &Catalog, source: SourceId, batch: &CatalogBatch) -> Vec<(CategoryId, Option<Choice>)> {
    if catalog.indexes().any(|index| index.key.source == source) {
        return Vec::new();
    }
    let products = batch.categories.iter().filter(|category| category.kind == CategoryKind::Product);
    let new = products.filter(|category| catalog.categories().get(category.id).is_none());
    let undecided = new.filter(|category| catalog.choice(category.id).is_none());
    undecided.map(|category| (category.id, Some(Choice::Selected))).collect()
}

/// Stores everything a run found, at once.
async fn store(
    site: &Site,
    source: SourceId,
    batch: CatalogBatch,
    choices: &[(CategoryId, Option<Choice>)],
    (problems, looked_at): (Vec<(String, String)>, Vec<String>),
) -> Result<CatalogCommit, StoreError> {
    let now = site.now();
    let batch = batch.pack()?;
    let known = quarantine::list(&mut site.store.reader().await?, false).await?;
    let again = |item: &str| problems.iter().any(|(key, _)| key == item);
    let resolved = known.into_iter().filter(|q| {
        q.source == source && looked_at.iter().any(|prefix| q.item.starts_with(prefix.as_str())) && !again(&q.item)
    });
    let resolved: Vec<String> = resolved.map(|q| q.item).collect();
    let entries = problems.into_iter().map(|(item, reason)| QuarantineEntry {
        id: site.host.new_id(),
        source,
        item,
        reason,
        detail: String::new(),
    });
    let entries: Vec<_> = entries.collect();
    let choices = choices.to_vec();
    let work = site.store.write(move |tx| {
        Box::pin(async move {
            for entry in &entries {
                quarantine::put(tx, entry, now).await?;
            }
            for item in &resolved {
                quarantine::resolve(tx, source, item, now).await?;
            }
            selection::choose(tx, &choices).await?;
            catalog::commit_sync_batch(tx, batch, now).await
        })
    });
    work.await
}

/// What the stored batch changes in the catalog.
fn change(batch: CatalogBatch, commit: &CatalogCommit) -> CatalogChange {
    let revision = |reference: RevisionRef| match reference {
        RevisionRef::Stored(id) => Some(id),
        RevisionRef::New(place) => commit.revisions.get(place).copied(),
    };
    let indexes = batch.indexes.into_iter().zip(&commit.indexes).map(|(write, id)| {
        let offers = write.content.into_iter().flatten();
        IndexContent {
            index: Arc::new(sluice_model::PackageIndex { id: *id, ..write.index }),
            offers: offers
                .filter_map(|o| Some(Offer { revision: revision(o.revision)?, binary: u16::try_from(o.binary).ok()? }))
                .collect(),
        }
    });
    CatalogChange {
        version: commit.version,
        categories: batch.categories,
        indexes: indexes.collect(),
        removed_indexes: batch.removed_indexes,
        updates: commit.revisions.iter().copied().zip(batch.revisions).collect(),
        ..CatalogChange::default()
    }
}

#[cfg(test)]
mod tests {
    use sluice_model::{Category, IndexKey, Pocket};
    use uuid::Uuid;

    use super::*;

    fn category(id: CategoryId, kind: CategoryKind, parent: Option<CategoryId>) -> Category {
        Category { id, kind, parent, title: "x".into() }
    }

    fn index(source: SourceId, product: CategoryId) -> IndexContent {
        let key = IndexKey {
            source,
            uri: "http://deb.example/debian".into(),
            suite: "bookworm".into(),
            component: "main".into(),
            architecture: "amd64".into(),
        };
        let index = sluice_model::PackageIndex {
            id: sluice_model::IndexId(1),
            key,
            product,
            pocket: Pocket::Base,
            point_releases: false,
            origin: String::new(),
            label: String::new(),
            archive: String::new(),
            codename: String::new(),
            date: None,
            not_automatic: false,
            but_automatic_upgrades: false,
        };
        IndexContent { index: Arc::new(index), offers: Vec::new() }
    }

    #[test]
    fn a_new_source_chooses_its_own_products() {
        let company = CategoryId::of_company("Debian");
        let product = |component| CategoryId::of_product("Debian", "bookworm", component);
        let (main, contrib) = (product("main"), product("contrib"));
        let node = |id| category(id, CategoryKind::Product, Some(company));
        let batch = CatalogBatch {
            categories: vec![category(company, CategoryKind::Company, None), node(main)],
            ..CatalogBatch::default()
        };
        let source = SourceId(Uuid::from_u128(1));
        let empty = Catalog::default();
        assert_eq!(chosen_with_source(&empty, source, &batch), [(main, Some(Choice::Selected))]);
        // What was chosen before holds, for the product itself.
        let before = |id| CatalogChange { choices: vec![(id, Some(Choice::Deselected))], ..CatalogChange::default() };
        assert_eq!(chosen_with_source(&empty.apply(before(main)).0, source, &batch), []);
        assert_eq!(chosen_with_source(&empty.apply(before(company)).0, source, &batch).len(), 1);
        // Later runs, and products that others brought, choose nothing.
        let (known, problems) = empty.apply(CatalogChange {
            categories: batch.categories.clone(),
            indexes: vec![index(source, main)],
            ..CatalogChange::default()
        });
        assert_eq!(problems, []);
        let more = CatalogBatch { categories: vec![node(main), node(contrib)], ..CatalogBatch::default() };
        assert_eq!(chosen_with_source(&known, source, &more), []);
        let another = SourceId(Uuid::from_u128(2));
        assert_eq!(chosen_with_source(&known, another, &more), [(contrib, Some(Choice::Selected))]);
    }
}
