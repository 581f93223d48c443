//! What Windows clients are served from: an immutable snapshot made of the catalog, the directory and
//! the settings, rebuilt as soon as one of them changes, before anybody asks.

mod files;
mod groups;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use sluice_catalog::windows::{Scope, ScopeBase, ScopedDeployment};
use sluice_catalog::{Catalog, Fleet};
use sluice_model::{CollectionId, RevisionId};

use super::answers::Answers;
use super::fragments::Slots;
use super::known::{KnownClient, KnownClients};
use super::settings::WindowsSettings;
use crate::directory::Directory;
use crate::error::{SiteError, SiteResult};
use crate::host::Host;
use crate::site::Site;
pub(crate) use files::FileIndex;
pub(crate) use groups::{ClientGroups, Groups};

/// Most scopes that are kept. Each combination of deployed-to collections that devices are in has
/// one, built ahead; those of other clients are built while they wait. Policies can name target groups
/// in any combination.
const MAX_SCOPES: usize = 1_000;

/// A snapshot.
pub(crate) struct WindowsView {
    base: Arc<ScopeBase>,
    /// Bytes of the documents of everything in scope.
    documents: u64,
    files: Arc<FileIndex>,
    groups: Groups,
    now: Timestamp,
    /// Deployments in force, with the collection each is to; the updates of each sorted.
    deployments: Vec<(CollectionId, ScopedDeployment)>,
    /// The collections of these.
    deployed_to: HashSet<CollectionId>,
    /// By the deployed-to collections that a client is in.
    scopes: ArcSwap<HashMap<Box<[CollectionId]>, Scope>>,
    /// When the next deployment comes into force.
    next: Option<Timestamp>,
    newest: RevisionId,
    /// What clients were answered from it.
    answers: Answers,
}

impl WindowsView {
    fn build(
        Made { base, documents, files }: Made,
        directory: &Arc<Directory>,
        settings: &WindowsSettings,
        known: &KnownClients,
        now: Timestamp,
        answers: Answers,
    ) -> Self {
        let groups = Groups::of(Arc::clone(directory), settings.targeting);
        let active = directory.deployments.iter().filter(|d| d.is_active(now));
        let deployments: Vec<_> = active
            .map(|deployment| {
                let collection = deployment.spec.collection;
                let ancestors = directory.ancestors(collection);
                let mut updates = directory.updates(deployment).to_vec();
                updates.sort_unstable();
                (collection, ScopedDeployment { deployment: Arc::clone(deployment), updates, ancestors })
            })
            .collect();
        let coming = directory.deployments.iter().filter(|d| d.enabled && d.cancelled_at.is_none());
        let next = coming.map(|d| d.spec.available_at).filter(|at| *at > now).min();
        let newest = RevisionId(base.catalog().current_revisions().max().unwrap_or(0));
        let deployed_to = deployments.iter().map(|(collection, _)| *collection).collect();
        let scopes = ArcSwap::default();
        let view =
            Self { base, documents, files, groups, now, deployments, deployed_to, scopes, next, newest, answers };
        let mut scopes = HashMap::from([(Box::default(), view.scope_of(&[]))]);
        for client in known.all() {
            let key = view.key(&view.groups.of_client(client.device, &client.target_groups()));
            if scopes.len() < MAX_SCOPES {
                scopes.entry(key).or_insert_with_key(|key| view.scope_of(key));
            }
        }
        view.scopes.store(Arc::new(scopes));
        view
    }

    /// What all clients' scopes have in common.
    pub(crate) fn base(&self) -> &Arc<ScopeBase> {
        &self.base
    }

    /// Bytes of the documents of everything in scope.
    pub(crate) fn documents(&self) -> u64 {
        self.documents
    }

    /// The catalog it is of.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        self.base.catalog()
    }

    /// The highest listed revision.
    pub(crate) fn newest(&self) -> RevisionId {
        self.newest
    }

    /// Where files are, by digest.
    pub(crate) fn files(&self) -> &FileIndex {
        &self.files
    }

    /// The answers that were given from it and are kept.
    pub(super) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The groups a client is in.
    pub(crate) fn groups(&self, client: &KnownClient) -> ClientGroups {
        self.groups.of_client(client.device, &client.target_groups())
    }

    /// What clients in these groups are offered.
    pub(crate) fn scope(&self, groups: &ClientGroups) -> Scope {
        let key = self.key(groups);
        if let Some(scope) = self.scopes.load().get(&key) {
            return scope.clone();
        }
        let scope = self.scope_of(&key);
        let scopes = self.scopes.load();
        if scopes.len() < MAX_SCOPES {
            let mut more = HashMap::clone(&scopes);
            more.insert(key, scope.clone());
            // Whoever is quicker wins: the others' scopes are found again when they are needed.
            self.scopes.compare_and_swap(&scopes, Arc::new(more));
        }
        scope
    }

    /// The deployments in force, the updates of each sorted.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &ScopedDeployment> {
        self.deployments.iter().map(|(_, deployment)| deployment)
    }

    /// Of these groups those that something is deployed to: they decide what a client is offered.
    pub(super) fn key(&self, groups: &ClientGroups) -> Box<[CollectionId]> {
        groups.collections.iter().copied().filter(|id| self.deployed_to.contains(id)).collect()
    }

    fn scope_of(&self, key: &[CollectionId]) -> Scope {
        let mine = self.deployments.iter().filter(|(collection, _)| key.binary_search(collection).is_ok());
        let mine: Vec<_> = mine.map(|(_, deployment)| deployment.clone()).collect();
        Scope::build(&self.base, &mine, self.now)
    }
}

/// The snapshot served, and what it is made of.
pub(crate) struct Views {
    current: ArcSwap<WindowsView>,
    /// Held by whoever builds the next; readers never see it.
    building: Mutex<()>,
    sources: Sources,
}

/// What a snapshot is made of.
pub(crate) struct Sources {
    pub(crate) fleet: Arc<ArcSwap<Fleet>>,
    pub(crate) directory: Arc<ArcSwap<Directory>>,
    pub(crate) settings: Arc<ArcSwap<WindowsSettings>>,
    pub(crate) known: Arc<KnownClients>,
    pub(crate) host: Host,
    pub(crate) documents: Arc<Slots>,
    /// Bytes for metadata in all.
    pub(crate) metadata_memory: u64,
}

impl Views {
    /// The first snapshot.
    pub(crate) fn new(sources: Sources) -> Self {
        let catalog = Arc::clone(sources.fleet.load().catalog());
        let view = sources.build(Made::of(&catalog, &sources.documents));
        Self { current: ArcSwap::from_pointee(view), building: Mutex::new(()), sources }
    }

    /// The snapshot.
    pub(crate) fn load(&self) -> Arc<WindowsView> {
        self.current.load_full()
    }

    /// Makes the snapshot of what there is now, and serves it. Takes a moment: not for async threads.
    /// A defect leaves the old snapshot in force.
    pub(crate) fn rebuild(&self) {
        let _one = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current.load_full();
        let built = catch_unwind(AssertUnwindSafe(|| {
            let catalog = Arc::clone(self.sources.fleet.load().catalog());
            let made = if Arc::ptr_eq(old.catalog(), &catalog) {
                Made { base: Arc::clone(&old.base), documents: old.documents, files: Arc::clone(&old.files) }
            } else {
                Made::of(&catalog, &self.sources.documents)
            };
            self.sources.build(made)
        }));
        match built {
            Ok(view) => self.current.store(Arc::new(view)),
            Err(_) => tracing::error!("what Windows devices are offered could not be computed; please report this"),
        }
    }

    /// Whether a deployment has come into force since the snapshot was made.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let view = self.current.load();
        // A clock that was put back makes what is in force uncertain.
        view.next.is_some_and(|next| next <= now) || now < view.now
    }
}

/// What a snapshot has of its catalog.
struct Made {
    base: Arc<ScopeBase>,
    documents: u64,
    files: Arc<FileIndex>,
}

impl Made {
    fn of(catalog: &Arc<Catalog>, documents: &Slots) -> Self {
        std::thread::scope(|scope| {
            // Beside it, since a new catalog waits for both.
            let files = scope.spawn(|| Arc::new(FileIndex::of(catalog)));
            let base = Arc::new(ScopeBase::build(catalog));
            let sizes = base.revisions().iter().map(|revision| documents.document(RevisionId(revision)));
            let documents = sizes.sum();
            let files = files.join().unwrap_or_else(|defect| std::panic::resume_unwind(defect));
            Self { base, documents, files }
        })
    }
}

impl Sources {
    fn build(&self, made: Made) -> WindowsView {
        let (directory, settings) = (self.directory.load_full(), self.settings.load());
        let answers = Answers::new(self.metadata_memory);
        WindowsView::build(made, &directory, &settings, &self.known, self.host.now(), answers)
    }
}

/// Serves the snapshot of what there is now.
pub(crate) async fn rebuild(site: &Site) -> SiteResult<()> {
    let views = Arc::clone(&site.windows.views);
    let built = tokio::task::spawn_blocking(move || views.rebuild());
    built.await.map_err(|e| SiteError::internal("computing what Windows devices are offered", e))
}
