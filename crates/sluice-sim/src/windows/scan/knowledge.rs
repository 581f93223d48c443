//! Update fragments once read, shared by all clients of a process. A Core fragment may have 47 MB, of which a few
//! hundred bytes count here: the package's identity instead of its manifest.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::shared::{Deployment, DeploymentAction};
use sluice_wsus::soap::Fragment;
use sluice_wsus::update::document::{BundleClause, PrerequisiteClause, RebootBehaviour, Revision, UpdateType};
use sluice_wsus::update::rules::Applicability;
use sluice_wsus::update::{UpdateDocument, UpdateError};

use crate::windows::client::AgentError;

/// Fragments, deployments or addresses that are shared; more than these every client keeps for itself. A large
/// catalog has some ten thousand.
const MAX_SHARED: usize = 1 << 18;

/// What a Core fragment says.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Core {
    pub revision: Revision,
    pub update_type: UpdateType,
    pub prerequisites: Vec<PrerequisiteClause>,
    pub bundled: Vec<BundleClause>,
    pub superseded: Vec<UpdateId>,
    /// Absent in bundles that take their state from their members.
    pub rules: Option<Applicability>,
}

/// What the Extended and LocalizedProperties fragments say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Extended {
    pub files: Vec<FileInfo>,
    pub reboot: RebootBehaviour,
    /// Whether it can be removed, and whether that needs a restart.
    pub uninstall: Option<RebootBehaviour>,
    /// In the machine's language; empty when there is none.
    pub title: String,
}

/// A file to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct FileInfo {
    pub name: String,
    pub size: u64,
    pub sha1: [u8; 20],
    pub sha256: Option<[u8; 32]>,
}

/// What the server wants done with a revision: the part of a deployment that agents use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct Wish {
    pub deployment: i32,
    pub action: DeploymentAction,
    pub deadline: Option<Timestamp>,
    pub is_assigned: bool,
    /// 1 low, 2 normal, 3 high (`DownloadPriority` in wuapi.h).
    pub priority: u8,
}

/// What is meant when nothing is said, or nothing that can be understood.
const NORMAL_PRIORITY: u8 = 2;

impl From<&Deployment> for Wish {
    fn from(deployment: &Deployment) -> Self {
        Self {
            deployment: deployment.id,
            action: deployment.action,
            deadline: deployment.deadline,
            is_assigned: deployment.is_assigned,
            priority: priority(deployment.download_priority.as_deref()),
        }
    }
}

fn priority(text: Option<&str>) -> u8 {
    match text.map(str::trim) {
        Some("1") => 1,
        Some("3") => 3,
        _ => NORMAL_PRIORITY,
    }
}

/// What clients of a process share, by the digest of the text it was read from.
#[derive(Debug, Default)]
pub(in super::super) struct Knowledge {
    cores: Shared<[u8; 32], Core>,
    extended: Shared<[u8; 32], Extended>,
    wishes: Shared<Wish, Wish>,
    urls: Shared<String, str>,
}

#[derive(Debug)]
struct Shared<K, V: ?Sized>(Mutex<FxHashMap<K, Arc<V>>>);

impl<K, V: ?Sized> Default for Shared<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: ?Sized> Shared<K, V> {
    /// The shared value, made at most once in a while: two clients may make the same at the same time.
    fn get<E>(&self, key: K, make: impl FnOnce(&K) -> Result<Arc<V>, E>) -> Result<Arc<V>, E> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        // Made outside the lock: it may take seconds.
        let made = make(&key)?;
        let mut shared = lock();
        if shared.len() >= MAX_SHARED {
            return Ok(made);
        }
        Ok(Arc::clone(shared.entry(key).or_insert(made)))
    }
}

impl Knowledge {
    pub(super) fn core(&self, id: i32, fragment: &Fragment<'_>) -> Result<Arc<Core>, AgentError> {
        self.cores.get(key(None, fragment), |_| {
            let text = xml(fragment)?;
            core(&text).map(Arc::new).map_err(|source| AgentError::Fragment { revision: id, source })
        })
    }

    /// Reads the fragments of one revision together.
    pub(super) fn extended(
        &self,
        id: i32,
        revision: Revision,
        fragments: &[&Fragment<'_>],
    ) -> Result<Arc<Extended>, AgentError> {
        let mut all = Vec::with_capacity(fragments.len() * 32);
        fragments.iter().for_each(|fragment| all.extend_from_slice(&key(None, fragment)));
        let key = key(Some(&all), &Fragment::escaped(revision.id.0.as_bytes()));
        self.extended.get(key, |_| {
            let mut found = Extended::default();
            for fragment in fragments {
                let text = xml(fragment)?;
                extend(&mut found, revision, &text).map_err(|source| AgentError::Fragment { revision: id, source })?;
            }
            Ok(Arc::new(found))
        })
    }

    pub(super) fn wish(&self, deployment: &Deployment) -> Arc<Wish> {
        let made: Result<_, std::convert::Infallible> =
            self.wishes.get(Wish::from(deployment), |wish| Ok(Arc::new(*wish)));
        match made {
            Ok(wish) => wish,
        }
    }

    pub(in super::super) fn url(&self, url: String) -> Arc<str> {
        let made: Result<_, std::convert::Infallible> = self.urls.get(url, |url| Ok(Arc::from(url.as_str())));
        match made {
            Ok(url) => url,
        }
    }
}

fn key(more: Option<&[u8]>, fragment: &Fragment<'_>) -> [u8; 32] {
    let bytes: &[u8] = match fragment {
        Fragment::Escaped(text) => text,
        Fragment::Packed(blocks) => blocks,
    };
    let digest = match more {
        None => digest(&SHA256, bytes),
        Some(more) => digest(&SHA256, &[more, bytes].concat()),
    };
    let mut key = [0; 32];
    key.copy_from_slice(digest.as_ref());
    key
}

fn xml(fragment: &Fragment<'_>) -> Result<String, AgentError> {
    fragment.to_xml().map_err(|source| AgentError::Answer { operation: "Xml", source })
}

fn core(text: &str) -> Result<Core, UpdateError> {
    let rules = Applicability::parse(text)?;
    let document = UpdateDocument::parse_fragments(text)?;
    Ok(Core {
        revision: document.revision,
        update_type: document.properties.update_type,
        prerequisites: document.relationships.prerequisites,
        bundled: document.relationships.bundled,
        superseded: document.relationships.superseded,
        rules,
    })
}

fn extend(found: &mut Extended, revision: Revision, text: &str) -> Result<(), UpdateError> {
    let document = UpdateDocument::parse_fragments_of(revision, text)?;
    if let Some(behaviour) = document.properties.installation {
        found.reboot = behaviour.reboot;
    }
    if let Some(behaviour) = document.properties.uninstallation {
        found.uninstall = Some(behaviour.reboot);
    }
    if let Some(texts) = document.localized.first() {
        found.title = texts.title.clone().into_owned();
    }
    // Express files need a partner that only some servers have (protocols.md §8.4).
    let usual = document.files.iter().filter(|file| file.patching_type.as_deref() != Some("Express"));
    found.files.extend(usual.map(|file| FileInfo {
        name: file.name.clone().into_owned(),
        size: file.size,
        sha1: file.sha1,
        sha256: file.sha256,
    }));
    Ok(())
}
