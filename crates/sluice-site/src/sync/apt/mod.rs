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
use sluice_model::{Category, IndexId, IndexKey, PackageIndex, SourceId, SyncExtent, SyncPhase};
use sluice_packages::deb::release::{IndexChoice, IndexError, Release};
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
    /// [`AptSource`] as it is stored; another one than at the last run makes this run a full one.
    pub(super) config: &'a str,
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

/// What is new upstream.
pub(super) enum News {
    /// Nothing; what deserves attention all the same.
    None { warnings: Vec<String> },
    /// Something.
    Some(Box<Download>),
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
    /// Its number is given when it is stored.
    index: PackageIndex,
    product: Product,
    choice: IndexChoice,
}

impl Wanted {
    /// Whether an index as it is served has the same signed facts, the date apart.
    fn same_facts(&self, served: &PackageIndex) -> bool {
        *served == PackageIndex { id: served.id, date: served.date, ..self.index.clone() }
    }

    fn memory(&self) -> IndexMemory {
        IndexMemory { digest: self.choice.digest.to_hex() }
    }
}

fn suite_url(source: &AptSource) -> String {
    format!("{}/dists/{}", source.uri.trim_end_matches('/'), source.suite)
}

impl Run<'_> {
    async fn get(&self, url: &str, known: Option<&Validators>, limit: u64) -> Result<Fetched, FetchError> {
        let count = |bytes| self.progress.fetched(bytes);
        self.site.fetcher.fetch(url, self.source.proxy.as_deref(), known, limit, &count).await
    }

    /// Fetches and verifies what changed upstream.
    pub(super) async fn download(&self) -> Result<News, SyncError> {
        self.progress.phase(SyncPhase::Releases, 1, &self.source.suite);
        let anchors = Anchors::load(self).await?;
        let config = crate::digest::sha256_hex(self.config.as_bytes());
        let same_config = anchors.release.as_ref().is_some_and(|memory| memory.config == config);
        let delta = self.extent == SyncExtent::Delta && same_config;
        // A mirror that is updated between our fetching the Release and an index gives a mismatch
        // once; the new Release then fits.
        for attempt in 0..2 {
            let outcome = release::fetch(self, anchors.release.as_ref(), delta && attempt == 0).await?;
            let (release, mut memory, mut warnings) = match outcome {
                Outcome::Unchanged { warnings } => return Ok(News::None { warnings }),
                Outcome::Accepted { release, memory, warnings } => (release, memory, warnings),
            };
            memory.config.clone_from(&config);
            let wanted = self.wanted(&release, &mut warnings)?;
            match self.fetch_changed(&wanted, &anchors, delta).await {
                Err(SyncError::Digest { .. } | SyncError::Fetch(FetchError::Status { status: 404, .. }))
                    if attempt == 0 => {}
                Err(error) => return Err(error),
                Ok(fetched) => {
                    return Ok(News::Some(Box::new(Download { release, memory, wanted, fetched, warnings })));
                }
            }
        }
        Err(SyncError::Moving { url: suite_url(self.source) })
    }

    /// The indices of the source's components and architectures.
    fn wanted(&self, release: &Release, warnings: &mut Vec<String>) -> Result<Vec<Wanted>, SyncError> {
        let source = self.source;
        let refused = |source| SyncError::Index { url: suite_url(self.source), source };
        let asked: Vec<&str> = source.architectures.iter().map(String::as_str).collect();
        let architectures = release.architectures_to_fetch(&asked);
        for missing in asked.iter().filter(|a| !architectures.contains(a)) {
            warnings.push(format!("{} has nothing for architecture {missing}", suite_url(source)));
        }
        let mut wanted = Vec::new();
        for component in &source.components {
            for architecture in &architectures {
                let choice = match release.packages_index(component, architecture) {
                    Ok(choice) => choice,
                    // As apt does: a component need not have every architecture.
                    Err(error @ IndexError::NoArchitecture { .. }) => {
                        if *architecture != "all" {
                            warnings.push(format!("{}: {error}", suite_url(source)));
                        }
                        continue;
                    }
                    Err(error) => return Err(refused(error)),
                };
                let key = IndexKey {
                    source: self.id,
                    uri: source.uri.trim_end_matches('/').to_owned(),
                    suite: source.suite.clone(),
                    component: component.clone(),
                    architecture: (*architecture).to_owned(),
                };
                let product = product::product(release, &source.suite, component);
                wanted.push(Wanted { index: package_index(key, &product, release), product, choice });
            }
        }
        if wanted.is_empty() {
            // Nothing at all must not look like a suite whose packages are gone.
            let asked = source.components.iter().flat_map(|c| asked.iter().map(move |a| (c, a)));
            let why = asked.into_iter().find_map(|(c, a)| release.packages_index(c, a).err());
            let (component, architecture) = (source.components.join(" "), source.architectures.join(" "));
            return Err(refused(why.unwrap_or(IndexError::NoArchitecture { component, architecture })));
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
        let catalog = self.site.catalog();
        let same = |w: &Wanted| {
            anchors.index(&w.index.key) == Some(&w.memory())
                && catalog.indexes().any(|served| served.key == w.index.key && w.same_facts(served))
        };
        let changed: Vec<bool> = wanted.iter().map(|w| !delta || !same(w)).collect();
        let sizes = wanted.iter().zip(&changed).filter(|(_, changed)| **changed).map(|(w, _)| w.choice.size);
        self.progress.phase(SyncPhase::Updates, sizes.fold(0, u64::saturating_add), &self.source.suite);
        let mut all = Vec::with_capacity(wanted.len());
        for (one, changed) in wanted.iter().zip(changed) {
            all.push(if changed { Some(self.fetch_index(one).await?) } else { None });
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
        let served = Served::of(catalog, self.id);
        let gone = served.indexes.iter().filter(|(key, _)| !wanted.iter().any(|w| w.index.key == **key));
        for (key, id) in gone {
            // The source or the upstream dropped the component or architecture.
            found.looked_at.push(item_prefix(key));
            batch.removed_indexes.push(*id);
        }
        // What clients can see has changed.
        let mut visible = !batch.removed_indexes.is_empty();
        // One component at a time: its architectures share their updates.
        for component in &self.source.components {
            let mut product = None;
            let mut files = Vec::new();
            let mut indexes = Vec::new();
            let of_component = wanted.iter().zip(&mut fetched).filter(|(w, _)| w.index.key.component == *component);
            for (one, bytes) in of_component {
                let Some(bytes) = bytes.take() else { continue };
                found.looked_at.push(item_prefix(&one.index.key));
                product = Some(one.product.clone());
                files.push((item_prefix(&one.index.key), bytes));
                indexes.push(one);
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
            for (one, offers) in indexes.into_iter().zip(assembled.offers) {
                let content: Vec<_> = offers.into_iter().map(|offer| moved(offer, base)).collect();
                visible |= !served.has(catalog, one, &content);
                batch.indexes.push(IndexWrite {
                    index: one.index.clone(),
                    anchor: serde_json::to_string(&one.memory()).unwrap_or_default(),
                    content: Some(content),
                });
            }
            add_categories(&mut batch.categories, product.categories, catalog);
        }
        batch.raise_version = visible || !batch.revisions.is_empty() || !batch.categories.is_empty();
        batch.anchors.push(ReleaseAnchor {
            source: self.id,
            uri: self.source.uri.clone(),
            suite: self.source.suite.clone(),
            anchor: serde_json::to_string(&memory).unwrap_or_default(),
        });
        Ok(found)
    }
}

/// The indices of a source as they are served.
struct Served<'c> {
    indexes: Vec<(&'c IndexKey, IndexId)>,
}

impl<'c> Served<'c> {
    fn of(catalog: &'c Catalog, source: SourceId) -> Self {
        let own = catalog.indexes().filter(|index| index.key.source == source);
        Self { indexes: own.map(|index| (&index.key, index.id)).collect() }
    }

    /// Whether an index is served with these facts and offers already.
    fn has(&self, catalog: &Catalog, wanted: &Wanted, content: &[OfferedBinary]) -> bool {
        let Some((_, id)) = self.indexes.iter().find(|(key, _)| **key == wanted.index.key) else { return false };
        let offer = |o: &OfferedBinary| match o.revision {
            RevisionRef::Stored(revision) => Some((revision, o.binary)),
            RevisionRef::New(_) => None,
        };
        let Some(mut offers) = content.iter().map(offer).collect::<Option<Vec<_>>>() else { return false };
        offers.sort_unstable();
        offers.dedup();
        let served = catalog.index_offers(*id).iter().map(|o| (o.revision, u32::from(o.binary)));
        catalog.index(*id).is_some_and(|index| wanted.same_facts(index)) && offers.into_iter().eq(served)
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

fn package_index(key: IndexKey, product: &Product, release: &Release) -> PackageIndex {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    PackageIndex {
        // Given when it is stored.
        id: IndexId(0),
        key,
        product: product.id,
        pocket: product.pocket,
        point_releases: release.version.is_some(),
        origin: text(&release.origin),
        label: text(&release.label),
        archive: text(&release.suite),
        codename: text(&release.codename),
        date: release.date,
        not_automatic: release.not_automatic,
        but_automatic_upgrades: release.but_automatic_upgrades,
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
