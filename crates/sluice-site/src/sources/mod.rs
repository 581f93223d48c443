//! Upstreams that are synchronized.

mod check;
mod import;
mod linked;
mod row;
mod upstream;
mod upstream_row;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use sluice_catalog::CatalogChange;
use sluice_model::{AlertId, IndexId, Schedule, SourceId};
use sluice_store::catalog::CatalogBatch;
use sluice_store::source::SourceRecord;
use sluice_store::{Reader, StoreError, alert, audit, catalog, inherited, source};

use crate::caller::{Caller, Permission};
use crate::collections::valid_name;
use crate::error::{ErrorKind, SiteError, SiteResult, chain};
use crate::load::usable;
use crate::site::Site;
use crate::sync::SyncOutcome;

pub(crate) use import::free_name;
pub(crate) use upstream::certificates;
pub use upstream::{MICROSOFT_UPDATE, UpstreamSource};

/// What sort of upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A Debian archive.
    Apt,
    /// Update metadata of Windows that administrators bring in as files.
    CatalogFile,
    /// A server that speaks Microsoft's server-to-server protocol.
    Upstream,
}

impl SourceKind {
    /// Whether the selection of products and classifications says what it is asked for.
    #[must_use]
    pub fn follows_selection(self) -> bool {
        match self {
            Self::Apt | Self::CatalogFile => false,
            Self::Upstream => true,
        }
    }
}

/// The upstream of a source, by its sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceConfig {
    /// A Debian archive.
    Apt(AptSource),
    /// Files; there is nothing to define.
    CatalogFile,
    /// Microsoft Update, a WSUS or another Sluice.
    Upstream(Box<UpstreamSource>),
}

impl SourceConfig {
    /// Its sort.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self {
            Self::Apt(_) => SourceKind::Apt,
            Self::CatalogFile => SourceKind::CatalogFile,
            Self::Upstream(_) => SourceKind::Upstream,
        }
    }

    /// The Debian archive, if it is one.
    #[must_use]
    pub fn apt(&self) -> Option<&AptSource> {
        match self {
            Self::Apt(apt) => Some(apt),
            Self::CatalogFile | Self::Upstream(_) => None,
        }
    }

    /// The server, if it is one.
    #[must_use]
    pub fn upstream(&self) -> Option<&UpstreamSource> {
        match self {
            Self::Upstream(upstream) => Some(upstream),
            Self::Apt(_) | Self::CatalogFile => None,
        }
    }

    /// Whether there is something to synchronize with, now and on a schedule.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        !matches!(self, Self::CatalogFile)
    }

    /// One line for people.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Apt(apt) => apt.title(),
            Self::CatalogFile => "imported files".to_owned(),
            Self::Upstream(upstream) => upstream.url.clone(),
        }
    }

    fn warnings(&self) -> Vec<String> {
        match self {
            Self::Apt(apt) => apt.warnings(),
            Self::CatalogFile => Vec::new(),
            Self::Upstream(upstream) => upstream.warnings(),
        }
    }

    /// Refuses what could not work or must not be.
    fn check(&self) -> SiteResult<()> {
        match self {
            Self::Apt(apt) => apt.check(),
            Self::Upstream(upstream) => upstream.check(),
            Self::CatalogFile => Err(SiteError::invalid(
                "kind",
                "a source of imported files cannot be defined",
                "Import files: `sluice catalog import FILE`.",
            )),
        }
    }

    fn proxy_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Apt(apt) => apt.proxy.as_mut(),
            Self::Upstream(upstream) => upstream.proxy.as_mut(),
            Self::CatalogFile => None,
        }
    }
}

/// One suite of a Debian archive, as an entry of `sources.list(5)` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AptSource {
    /// Archive root.
    pub uri: String,
    /// Suite: `bookworm-security`.
    pub suite: String,
    /// Components: `main`.
    pub components: Vec<String>,
    /// Architectures: `amd64`.
    pub architectures: Vec<String>,
    /// The keys that may sign it.
    pub keyring: AptKeyring,
    /// Only these keys of the keyring, by fingerprint, when not empty.
    pub fingerprints: Vec<String>,
    /// Refuse an expired Release.
    pub check_valid_until: bool,
    /// Refuse a Release dated in the future.
    pub check_date: bool,
    /// Fetch indices by digest when the archive offers it.
    pub by_hash: bool,
    /// HTTP proxy.
    pub proxy: Option<String>,
}

/// Where the trusted keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AptKeyring {
    /// Absolute paths on the site's machine.
    Files(Vec<String>),
    /// An armored key block.
    Inline(String),
}

/// A source as an administrator defines it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSpec {
    /// Unique name.
    pub name: String,
    /// The upstream.
    pub config: SourceConfig,
    /// When it is synchronized.
    pub schedule: Schedule,
    /// Whether the schedule is in force.
    pub enabled: bool,
}

/// A source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Identity.
    pub id: SourceId,
    /// Unique name.
    pub name: String,
    /// The upstream.
    pub config: SourceConfig,
    /// Whether the schedule is in force.
    pub enabled: bool,
    /// When it is synchronized.
    pub schedule: Schedule,
    /// When it was defined.
    pub created_at: Timestamp,
    /// End of the last successful synchronization.
    pub last_success: Option<Timestamp>,
    /// Why the last synchronization failed, when it did.
    pub last_error: Option<String>,
    /// What deserves attention though it works: checks that are switched off.
    pub warnings: Vec<String>,
    /// When it is due next.
    pub next_run: Option<Timestamp>,
}

impl Source {
    /// Only those who may change it see a proxy's credentials.
    pub(crate) fn shown_to(mut self, caller: &Caller) -> Self {
        if caller.require(Permission::ManageSite).is_err()
            && let Some(proxy) = self.config.proxy_mut()
            && let Some((scheme, rest)) = proxy.split_once("://")
            && let Some((_, host)) = rest.rsplit_once('@')
        {
            *proxy = format!("{scheme}://***@{host}");
        }
        self
    }
}

/// What came of a machine's own source lists.
#[derive(Clone, Debug, Default)]
pub struct ImportedSources {
    /// New sources.
    pub created: Vec<Source>,
    /// Sources that were there already.
    pub existing: Vec<Source>,
    /// Entries that could not be used, and why.
    pub problems: Vec<String>,
}

/// Most sources of a site.
const MAX_SOURCES: usize = 1000;

/// The sources in memory, as the schedule needs them.
#[derive(Default)]
pub(crate) struct SourceList {
    list: ArcSwap<Vec<SourceRecord>>,
}

impl SourceList {
    pub(crate) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let list = Self::default();
        list.read(reader).await?;
        Ok(list)
    }

    /// A row that cannot be read is logged and left out.
    async fn read(&self, reader: &mut Reader) -> Result<(), StoreError> {
        let mut all = Vec::new();
        source::load(reader, |row| {
            all.extend(usable(row));
            Ok(())
        })
        .await?;
        self.list.store(Arc::new(all));
        Ok(())
    }

    pub(crate) fn all(&self) -> Arc<Vec<SourceRecord>> {
        self.list.load_full()
    }

    /// The first source of a sort.
    pub(crate) fn of_kind(&self, kind: SourceKind) -> Option<SourceRecord> {
        self.list.load().iter().find(|s| row::kind(&s.kind).is_ok_and(|k| k == kind)).cloned()
    }

    pub(crate) fn get(&self, id: SourceId) -> Option<SourceRecord> {
        self.list.load().iter().find(|s| s.id == id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.load().len()
    }
}

impl Site {
    /// All sources, by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_sources(&self, caller: &Caller) -> SiteResult<Vec<Source>> {
        caller.require(Permission::Read)?;
        Ok(self
            .sources
            .all()
            .iter()
            .filter_map(|record| self.readable_source(record))
            .map(|s| s.shown_to(caller))
            .collect())
    }

    /// One source.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn source(&self, caller: &Caller, id: SourceId) -> SiteResult<Source> {
        caller.require(Permission::Read)?;
        let record = self.sources.get(id).ok_or_else(|| SiteError::not_found("source", id))?;
        Ok(self.source_view(&record)?.shown_to(caller))
    }

    /// Defines a source.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `Conflict` when the name is taken.
    pub async fn create_source(self: &Arc<Self>, caller: &Caller, spec: SourceSpec) -> SiteResult<Source> {
        caller.require(Permission::ManageSite)?;
        self.may_define(&spec)?;
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move { site.create_source_now(&caller, spec).await }).await
    }

    async fn create_source_now(&self, caller: &Caller, spec: SourceSpec) -> SiteResult<Source> {
        caller.require(Permission::ManageSite)?;
        if self.sources.len() >= MAX_SOURCES {
            return Err(SiteError::conflict(format!("the site has {MAX_SOURCES} sources already"), "Delete some."));
        }
        let id = SourceId(self.host.new_id());
        let record = record_of(id, &spec, self.now())?;
        let entry = self.audit_entry(caller, "source.create", &spec.name, &spec.config.title());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    source::insert(tx, &record).await?;
                    audit::append(tx, entry).await.map(drop)
                })
            })
            .await?;
        self.reload_sources().await?;
        self.source(caller, id).await
    }

    /// Changes a source. When its settings changed, the next synchronization is a full one
    /// (SYN-03); what proves a downgrade is remembered.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `Conflict` when the name is taken or while it is
    /// synchronized.
    pub async fn update_source(
        self: &Arc<Self>,
        caller: &Caller,
        id: SourceId,
        spec: SourceSpec,
    ) -> SiteResult<Source> {
        caller.require(Permission::ManageSite)?;
        self.may_change(id, &spec)?;
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move { site.update_source_now(&caller, id, spec).await }).await
    }

    async fn update_source_now(&self, caller: &Caller, id: SourceId, spec: SourceSpec) -> SiteResult<Source> {
        caller.require(Permission::ManageSite)?;
        let old = self.sources.get(id).ok_or_else(|| SiteError::not_found("source", id))?;
        match row::kind(&old.kind)? {
            SourceKind::CatalogFile => {
                return Err(SiteError::conflict("the source is of files that were imported", "It cannot be changed."));
            }
            kind if kind != spec.config.kind() => {
                return Err(SiteError::conflict(
                    "a source cannot become one of another kind",
                    "Delete it and define a new one.",
                ));
            }
            SourceKind::Apt | SourceKind::Upstream => {}
        }
        self.not_running(id)?;
        let record = SourceRecord {
            last_success_at: old.last_success_at,
            last_error: old.last_error,
            ..record_of(id, &spec, old.created_at)?
        };
        let entry = self.audit_entry(caller, "source.change", &spec.name, &spec.config.title());
        // An alert goes by the name.
        let failed = self.sync.last_run(id).filter(|run| run.outcome == SyncOutcome::Failed);
        let failed = failed.and_then(|run| Some(crate::sync::alert_message(&run.error?, run.fix.as_deref())));
        let renamed = (old.name != record.name).then(|| (old.name, record.name.clone(), failed));
        let (alert_id, now) = (AlertId(self.host.new_id()), self.now());
        // What came from there is the site's own from now on.
        let autonomous = spec.config.upstream().is_some_and(|upstream| !upstream.replica);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    source::update(tx, &record).await?;
                    if autonomous {
                        inherited::forget(tx, id).await?;
                    }
                    if let Some((old_name, new_name, failed)) = renamed
                        && alert::clear(tx, crate::sync::ALERT, &old_name, now).await?
                        && let Some(error) = failed
                    {
                        alert::raise(tx, alert_id, crate::sync::ALERT, &new_name, &error, now).await?;
                    }
                    audit::append(tx, entry).await.map(drop)
                })
            })
            .await?;
        self.reload_sources().await?;
        self.source(caller, id).await
    }

    /// Deletes a source. Its indices offer nothing any more; updates that no other source offers
    /// expire.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` while it is synchronized.
    pub async fn delete_source(self: &Arc<Self>, caller: &Caller, id: SourceId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        self.may_delete(id)?;
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move { site.delete_source_now(&caller, id).await }).await
    }

    /// The same for what the site decides itself.
    pub(crate) async fn delete_source_now(&self, caller: &Caller, id: SourceId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let old = self.sources.get(id).ok_or_else(|| SiteError::not_found("source", id))?;
        self.not_running(id)?;
        let _no_sync_stores_meanwhile = self.sync.commit.lock().await;
        let indexes: Vec<IndexId> =
            self.catalog().indexes().filter(|index| index.key.source == id).map(|index| index.id).collect();
        let batch = CatalogBatch {
            raise_version: !indexes.is_empty(),
            removed_indexes: indexes.clone(),
            ..CatalogBatch::default()
        };
        let batch = batch.pack()?;
        let (entry, now) = (self.audit_entry(caller, "source.delete", &old.name, ""), self.now());
        let commit = self.store.write(move |tx| {
            Box::pin(async move {
                let commit = catalog::commit_sync_batch(tx, batch, now).await?;
                catalog::forget_anchors(tx, id).await?;
                source::remove(tx, id).await?;
                alert::clear(tx, crate::sync::ALERT, &old.name, now).await?;
                audit::append(tx, entry).await?;
                Ok(commit)
            })
        });
        let version = commit.await?.version;
        let change = CatalogChange { version, removed_indexes: indexes, ..CatalogChange::default() };
        self.keeper.catalog(change).await?;
        self.sync.forget(id);
        self.upstreams.forget(id);
        self.reload_sources().await
    }

    /// Takes over a machine's own source lists: `files` are the files of `/etc/apt` by name, with
    /// their text; `apt_config_dump` is what `apt-config dump` printed there.
    ///
    /// # Errors
    /// `Forbidden`; entries that cannot be used are reported one by one.
    pub async fn import_sources_list(
        self: &Arc<Self>,
        caller: &Caller,
        files: Vec<(String, String)>,
        apt_config_dump: &str,
        architecture: &str,
    ) -> SiteResult<ImportedSources> {
        caller.require(Permission::ManageSite)?;
        let mut done = ImportedSources::default();
        let found = import::specs(&files, apt_config_dump, architecture);
        done.problems = found.problems;
        for mut spec in found.specs {
            let list = self.list_sources(caller).await?;
            let same = |s: &&Source| {
                s.config.apt().is_some_and(|apt| apt.uri == spec.config.uri && apt.suite == spec.config.suite)
            };
            if let Some(known) = list.iter().find(same) {
                done.existing.push(known.clone());
                continue;
            }
            spec.name = import::free_name(&spec.name, |name| list.iter().any(|s| s.name == name));
            match self.create_source(caller, spec.source()).await {
                Ok(source) => done.created.push(source),
                Err(error) if error.kind == ErrorKind::Invalid => done.problems.push(error.message),
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    pub(crate) async fn reload_sources(&self) -> SiteResult<()> {
        let mut reader = self.store.reader().await?;
        self.inheritance.read(&mut reader).await?;
        self.sources.read(&mut reader).await?;
        // Sites below are told the languages of the source.
        self.sites.news.raise();
        Ok(())
    }

    fn not_running(&self, id: SourceId) -> SiteResult<()> {
        if self.sync.running(id).is_none() {
            return Ok(());
        }
        Err(SiteError::conflict("the source is being synchronized", "Wait until it is done."))
    }

    /// A source whose settings can be read; another one is logged and left out, so that it does not
    /// stop the others.
    pub(crate) fn readable_source(&self, record: &SourceRecord) -> Option<Source> {
        let view = self.source_view(record);
        view.inspect_err(|error| tracing::error!(source = record.name, error = chain(error), "a source was left out"))
            .ok()
    }

    pub(crate) fn source_view(&self, record: &SourceRecord) -> SiteResult<Source> {
        let config = row::config(&record.kind, &record.config)?;
        let schedule = row::schedule(&record.schedule)?;
        let last = self.sync.last_run(record.id);
        let failed = last.as_ref().filter(|run| run.outcome == SyncOutcome::Failed);
        let mut warnings = config.warnings();
        warnings.extend(last.iter().flat_map(|run| run.warnings.clone()));
        Ok(Source {
            id: record.id,
            name: record.name.clone(),
            next_run: self.next_run(record.id, record.created_at, record.enabled, &schedule),
            warnings,
            config,
            enabled: record.enabled,
            schedule,
            created_at: record.created_at,
            last_success: record.last_success_at.max(self.sync.last_success(record.id)),
            last_error: failed.and_then(|run| run.error.clone()),
        })
    }
}

/// The source of imported files, which no schedule concerns.
pub(crate) fn catalog_file_record(id: SourceId, name: String, created_at: Timestamp) -> SiteResult<SourceRecord> {
    Ok(SourceRecord {
        id,
        name,
        kind: row::kind_text(SourceKind::CatalogFile).into(),
        config: "{}".into(),
        enabled: false,
        schedule: row::schedule_text(&Schedule::Manual)?,
        created_at,
        last_success_at: None,
        last_error: None,
    })
}

pub(crate) fn record_of(id: SourceId, spec: &SourceSpec, created_at: Timestamp) -> SiteResult<SourceRecord> {
    let name = valid_name(&spec.name)?;
    spec.config.check()?;
    Ok(SourceRecord {
        id,
        name: name.to_string(),
        kind: row::kind_text(spec.config.kind()).into(),
        config: row::config_text(&spec.config)?,
        enabled: spec.enabled,
        schedule: row::schedule_text(&spec.schedule)?,
        created_at,
        last_success_at: None,
        last_error: None,
    })
}
