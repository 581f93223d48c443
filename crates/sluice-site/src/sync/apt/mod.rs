//! A Debian archive as an upstream: one suite, its components and architectures.
//!
//! The signed Release says what every index must be, byte for byte; only indices that differ from
//! what is stored are fetched. Nothing is stored before all of them are verified and read, so a
//! broken upstream leaves the last good state as it was.

mod assemble;
mod product;
mod read;
mod release;

use std::sync::Arc;

use sluice_catalog::Catalog;
use sluice_model::{Category, IndexKey, PackageIndex, SourceId, SyncExtent, SyncPhase};
use sluice_packages::deb::release::{IndexChoice, Release};
use sluice_store::catalog::{CatalogBatch, IndexWrite, OfferedBinary, ReleaseAnchor, RevisionRef};

use self::product::Product;
use self::read::{IndexBytes, ReadProduct};
use self::release::{Outcome, ReleaseMemory};
use super::error::SyncError;
use super::fetch::{FetchError, Fetched, Validators};
use super::progress::Progress;
use crate::site::Site;
use crate::sources::AptSource;

/// Largest compressed index, bytes. Debian's largest is 11 MB.
const MAX_INDEX: u64 = 512 << 20;

/// One run over one source.
pub(super) struct Run<'a> {
    pub(super) site: &'a Site,
    pub(super) id: SourceId,
    pub(super) source: &'a AptSource,
    pub(super) extent: SyncExtent,
    pub(super) progress: &'a Progress,
}

/// What a run found.
pub(super) struct Found {
    /// To store.
    pub(super) batch: CatalogBatch,
    /// Updates not known before.
    pub(super) new: u64,
    /// New revisions of known updates.
    pub(super) changed: u64,
    /// What deserves attention.
    pub(super) warnings: Vec<String>,
    /// Items to quarantine: key and reason.
    pub(super) problems: Vec<(String, String)>,
    /// Prefixes of the keys of items that were looked at anew.
    pub(super) looked_at: Vec<String>,
}

/// What was fetched and verified, not read yet.
pub(super) struct Download {
    release: Box<Release>,
    memory: ReleaseMemory,
    wanted: Vec<Wanted>,
    fetched: Vec<Option<IndexBytes>>,
    warnings: Vec<String>,
}

/// What is remembered of an index.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct IndexMemory {
    digest: String,
}

/// An index the source asks for.
struct Wanted {
    key: IndexKey,
    product: Product,
    choice: IndexChoice,
}

fn suite_url(source: &AptSource) -> String {
    format!("{}/dists/{}", source.uri.trim_end_matches('/'), source.suite)
}

impl Run<'_> {
    async fn get(&self, url: &str, known: Option<&Validators>, limit: u64) -> Result<Fetched, FetchError> {
        let count = |bytes| self.progress.fetched(bytes);
        self.site.fetcher.fetch(url, self.source.proxy.as_deref(), known, limit, &count).await
    }

    /// Fetches and verifies what changed upstream; `None` when nothing did.
    pub(super) async fn download(&self) -> Result<Option<Download>, SyncError> {
        self.progress.phase(SyncPhase::Releases, 1, &self.source.suite);
        let anchors = Anchors::load(self).await?;
        let delta = self.extent == SyncExtent::Delta;
        // A mirror that is updated between our fetching the Release and an index gives a mismatch
        // once; the new Release then fits.
        for attempt in 0..2 {
            let outcome = release::fetch(self, anchors.release.as_ref(), delta && attempt == 0).await?;
            let Outcome::Accepted { release, memory, mut warnings } = outcome else { return Ok(None) };
            let wanted = self.wanted(&release, &mut warnings)?;
            match self.fetch_changed(&wanted, &anchors, delta).await {
                Err(SyncError::Digest { .. } | SyncError::Fetch(FetchError::Status { status: 404, .. }))
                    if attempt == 0 => {}
                Err(error) => return Err(error),
                Ok(fetched) => return Ok(Some(Download { release, memory, wanted, fetched, warnings })),
            }
        }
        Err(SyncError::Moving { url: suite_url(self.source) })
    }

    /// The indices of the source's components and architectures.
    fn wanted(&self, release: &Release, warnings: &mut Vec<String>) -> Result<Vec<Wanted>, SyncError> {
        let source = self.source;
        let asked: Vec<&str> = source.architectures.iter().map(String::as_str).collect();
        let architectures = release.architectures_to_fetch(&asked);
        for missing in asked.iter().filter(|a| !architectures.contains(a)) {
            warnings.push(format!("{} has nothing for architecture {missing}", suite_url(source)));
        }
        let mut wanted = Vec::new();
        for component in &source.components {
            for architecture in &architectures {
                let choice = release
                    .packages_index(component, architecture)
                    .map_err(|source| SyncError::Index { url: suite_url(self.source), source })?;
                wanted.push(Wanted {
                    key: IndexKey {
                        source: self.id,
                        uri: source.uri.trim_end_matches('/').to_owned(),
                        suite: source.suite.clone(),
                        component: component.clone(),
                        architecture: (*architecture).to_owned(),
                    },
                    product: product::product(release, &source.suite, component),
                    choice,
                });
            }
        }
        Ok(wanted)
    }

    /// The bytes of those that changed; `None` for the others.
    async fn fetch_changed(
        &self,
        wanted: &[Wanted],
        anchors: &Anchors,
        delta: bool,
    ) -> Result<Vec<Option<IndexBytes>>, SyncError> {
        let changed =
            |w: &Wanted| !(delta && anchors.index(&w.key).is_some_and(|m| m.digest == w.choice.digest.to_hex()));
        let total = wanted.iter().filter(|w| changed(w)).map(|w| w.choice.size).sum();
        self.progress.phase(SyncPhase::Updates, total, &self.source.suite);
        let mut all = Vec::with_capacity(wanted.len());
        for one in wanted {
            all.push(if changed(one) { Some(self.fetch_index(one).await?) } else { None });
        }
        Ok(all)
    }

    async fn fetch_index(&self, wanted: &Wanted) -> Result<IndexBytes, SyncError> {
        let choice = &wanted.choice;
        let directory = suite_url(self.source);
        let plain = format!("{directory}/{}", choice.path);
        let by_hash = choice.by_hash_path.as_ref().filter(|_| self.source.by_hash);
        let first = by_hash.map_or_else(|| plain.clone(), |path| format!("{directory}/{path}"));
        let limit = choice.size.min(MAX_INDEX);
        self.progress.item(&format!("{} {}", choice.path, self.source.suite));
        let (url, fetched) = match self.get(&first, None, limit).await {
            Err(error) if error.is_missing() && by_hash.is_some() => {
                (plain.clone(), self.get(&plain, None, limit).await?)
            }
            other => (first, other?),
        };
        let Fetched::File { bytes, .. } = fetched else { return Err(SyncError::Moving { url }) };
        sluice_packages::digest::verify_digest(&bytes, choice.size, &choice.digest)
            .map_err(|source| SyncError::Digest { url: url.clone(), source })?;
        Ok(IndexBytes { url, bytes, compression: choice.compression, unpacked: choice.unpacked })
    }

    /// Reads what was fetched and puts the batch together.
    pub(super) async fn assemble(&self, catalog: &Arc<Catalog>, download: Download) -> Result<Found, SyncError> {
        let Download { release, memory, wanted, mut fetched, warnings } = download;
        let mut found = Found {
            batch: CatalogBatch::default(),
            new: 0,
            changed: 0,
            warnings,
            problems: Vec::new(),
            looked_at: Vec::new(),
        };
        let batch = &mut found.batch;
        // One component at a time: its architectures share their updates.
        for component in &self.source.components {
            let mut product = None;
            let mut files = Vec::new();
            let mut writes = Vec::new();
            let of_component = wanted.iter().zip(&mut fetched).filter(|(w, _)| w.key.component == *component);
            for (one, bytes) in of_component {
                let Some(bytes) = bytes.take() else { continue };
                found.looked_at.push(item_prefix(&one.key));
                product = Some(one.product.clone());
                files.push((item_prefix(&one.key), bytes));
                writes.push(index_write(one, &release));
            }
            let Some(product) = product else { continue };
            self.progress.item(&format!("{component} {}", self.source.suite));
            let classification = product.pocket.classification(release.version.is_some());
            let ReadProduct { assembled, problems } =
                read::read(catalog, product.id, classification, release.date, files).await?;
            found.problems.extend(problems);
            found.new += assembled.new;
            found.changed += assembled.updates.len() as u64 - assembled.new;
            let base = batch.revisions.len();
            batch.revisions.extend(assembled.updates);
            for (mut write, offers) in writes.into_iter().zip(assembled.offers) {
                write.content = Some(offers.into_iter().map(|offer| moved(offer, base)).collect());
                batch.indexes.push(write);
            }
            add_categories(&mut batch.categories, product.categories, catalog);
        }
        batch.raise_version = !batch.indexes.is_empty();
        batch.anchors.push(ReleaseAnchor {
            source: self.id,
            uri: self.source.uri.clone(),
            suite: self.source.suite.clone(),
            anchor: serde_json::to_string(&memory).unwrap_or_default(),
        });
        Ok(found)
    }
}

/// An offer of a component whose revisions begin at `base` in the batch.
fn moved(offer: OfferedBinary, base: usize) -> OfferedBinary {
    match offer.revision {
        RevisionRef::Stored(_) => offer,
        RevisionRef::New(place) => OfferedBinary { revision: RevisionRef::New(base + place), ..offer },
    }
}

fn add_categories(list: &mut Vec<Category>, categories: [Category; 3], catalog: &Catalog) {
    for category in categories {
        if catalog.categories().get(category.id) != Some(&category) && !list.contains(&category) {
            list.push(category);
        }
    }
}

/// What the keys of quarantined items of an index begin with.
fn item_prefix(key: &IndexKey) -> String {
    format!("{} {}/binary-{}: ", key.suite, key.component, key.architecture)
}

fn index_write(wanted: &Wanted, release: &Release) -> IndexWrite {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let memory = IndexMemory { digest: wanted.choice.digest.to_hex() };
    IndexWrite {
        index: PackageIndex {
            // Given when it is stored.
            id: sluice_model::IndexId(0),
            key: wanted.key.clone(),
            product: wanted.product.id,
            pocket: wanted.product.pocket,
            point_releases: release.version.is_some(),
            origin: text(&release.origin),
            label: text(&release.label),
            archive: text(&release.suite),
            codename: text(&release.codename),
            date: release.date,
            not_automatic: release.not_automatic,
            but_automatic_upgrades: release.but_automatic_upgrades,
        },
        anchor: serde_json::to_string(&memory).unwrap_or_default(),
        content: None,
    }
}

/// What earlier runs left to compare with.
struct Anchors {
    release: Option<ReleaseMemory>,
    indexes: Vec<(IndexKey, IndexMemory)>,
}

impl Anchors {
    async fn load(run: &Run<'_>) -> Result<Self, SyncError> {
        let mut reader = run.site.store.reader().await?;
        let release =
            sluice_store::catalog::release_anchor(&mut reader, run.id, &run.source.uri, &run.source.suite).await?;
        let release = release.and_then(|r| serde_json::from_str(&r.anchor).ok());
        let indexes = sluice_store::catalog::index_anchors(&mut reader, run.id).await?;
        let indexes = indexes.into_iter().filter_map(|(_, key, text)| Some((key, serde_json::from_str(&text).ok()?)));
        Ok(Self { release, indexes: indexes.collect() })
    }

    fn index(&self, key: &IndexKey) -> Option<&IndexMemory> {
        self.indexes.iter().find(|(k, _)| k == key).map(|(_, memory)| memory)
    }
}
