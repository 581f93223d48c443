//! What a synchronization with news does to 10,000 devices.

use std::sync::Arc;

use anyhow::Context as _;
use sluice_catalog::{CatalogChange, Evaluator, Fleet, IndexContent, Offer};
use sluice_model::{Classification, Pocket, RevisionId, Update, UpdateContent, UpdateId};
use sluice_site::Site;

use crate::child::figure;
use crate::measure::{median, wall};

/// New updates; Debian's security archive publishes fewer in a week.
const NEWS: usize = 200;
/// Runs; the median counts.
const RUNS: usize = 5;

/// Publishes new versions of the most widespread updates in the security index, several times from
/// the same state, and evaluates all devices.
pub fn measure(site: &Arc<Site>) -> anyhow::Result<()> {
    let fleet = site.fleet();
    let change = news(&fleet)?;
    let (mut catalogs, mut evaluations, mut changed) = (Vec::new(), Vec::new(), 0u32);
    for _ in 0..RUNS {
        let begin = wall();
        let (catalog, problems) = fleet.catalog().apply(change.clone());
        catalogs.push((wall() - begin) * 1e3);
        anyhow::ensure!(problems.is_empty(), "the catalog took not everything: {}", problems[0]);
        let begin = wall();
        let next = fleet.re_evaluate(&mut Evaluator::new(Arc::new(catalog)));
        evaluations.push(wall() - begin);
        let both = fleet.devices().zip(next.devices());
        changed = both.map(|(old, new)| u32::from(old.compliance != new.compliance)).sum();
    }
    anyhow::ensure!(changed > 0, "the news concerned no device");
    figure("catalog", median(&catalogs));
    figure("re-evaluate", median(&evaluations));
    figure("changed", f64::from(changed));
    Ok(())
}

fn news(fleet: &Fleet) -> anyhow::Result<CatalogChange> {
    let catalog = fleet.catalog();
    let mut widespread: Vec<(u64, RevisionId)> = fleet.revisions().map(|(id, set)| (set.installed.len(), id)).collect();
    widespread.sort_unstable();
    let next = catalog.current_revisions().max().context("the catalog is empty")? + 1;
    let index = catalog.indexes().find(|index| index.pocket == Pocket::Security).context("no security index")?;
    let mut offers = catalog.index_offers(index.id).to_vec();
    let mut updates = Vec::new();
    for ((_, old), id) in widespread.into_iter().rev().take(NEWS).zip(next..) {
        let update = catalog.revision(old).context("a revision is missing")?;
        let new = newer(update, index.product)?;
        let binaries = new.content.binaries().len();
        offers.extend(
            (0..binaries).filter_map(|b| Some(Offer { revision: RevisionId(id), binary: u16::try_from(b).ok()? })),
        );
        updates.push((RevisionId(id), Arc::new(new)));
    }
    let indexes = vec![IndexContent { index: Arc::clone(index), offers }];
    Ok(CatalogChange { version: catalog.version() + 1, updates, indexes, ..CatalogChange::default() })
}

fn newer(update: &Update, product: sluice_model::CategoryId) -> anyhow::Result<Update> {
    let mut source = update.content.package().context("an update is not one of Debian")?.clone();
    source.version.push_str("+bench1");
    for binary in &mut source.binaries {
        binary.version.push_str("+bench1");
    }
    Ok(Update {
        id: UpdateId::of_package(product, &source.name, &source.version),
        number: 1,
        classification: Classification::SecurityUpdates,
        products: vec![product],
        content: UpdateContent::Deb(source),
        ..update.clone()
    })
}
