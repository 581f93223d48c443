//! Which files are wanted: those of updates that are deployed, or of all.

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use sluice_catalog::Catalog;
use sluice_content::{ContentName, Expected};
use sluice_model::{Intent, RevisionId, WindowsFile};

use super::settings::{ContentSettings, FetchPolicy, UpdateFiles};
use crate::directory::Directory;

/// A file that an update names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedFile {
    pub(crate) name: ContentName,
    pub(crate) file_name: String,
    pub(crate) size: u64,
    pub(crate) sha256: Option<[u8; 32]>,
}

impl WantedFile {
    pub(crate) fn of(file: &WindowsFile) -> Self {
        Self {
            name: ContentName::of_file(file.sha1, &file.name),
            file_name: file.name.clone(),
            size: file.size,
            sha256: file.sha256,
        }
    }

    pub(crate) fn expected(&self) -> Expected {
        Expected { sha1: Some(self.name.sha1()), sha256: self.sha256, size: Some(self.size) }
    }
}

/// The files that should be here without anybody asking for them.
pub(crate) fn wanted(
    catalog: &Catalog,
    directory: &Directory,
    settings: &ContentSettings,
    now: Timestamp,
) -> Vec<WantedFile> {
    let roots: Vec<RevisionId> = match settings.policy {
        FetchPolicy::OnRequest => Vec::new(),
        FetchPolicy::OnApproval => deployed(catalog, directory, now),
        FetchPolicy::All => offered(catalog),
    };
    files_of(catalog, roots, settings.update_files)
}

/// The files of updates that are deployed, whether they are fetched without being asked for or not.
pub(crate) fn referred_to(
    catalog: &Catalog,
    directory: &Directory,
    settings: &ContentSettings,
    now: Timestamp,
) -> Vec<WantedFile> {
    let roots = match settings.policy {
        FetchPolicy::OnRequest | FetchPolicy::OnApproval => deployed(catalog, directory, now),
        FetchPolicy::All => offered(catalog),
    };
    files_of(catalog, roots, settings.update_files)
}

/// The files of all updates that can be deployed, express ones too.
pub(crate) fn of_current(catalog: &Catalog) -> Vec<WantedFile> {
    files_of(catalog, offered(catalog), UpdateFiles::FullAndExpress)
}

/// Neither withdrawn nor declined.
fn is_offered(catalog: &Catalog, id: RevisionId) -> bool {
    !catalog.is_expired(id) && catalog.revision(id).is_some_and(|update| !catalog.is_declined(update.id))
}

fn offered(catalog: &Catalog) -> Vec<RevisionId> {
    catalog.current_revisions().iter().map(RevisionId).filter(|id| is_offered(catalog, *id)).collect()
}

/// What deployments install that are in force or to come.
fn deployed(catalog: &Catalog, directory: &Directory, now: Timestamp) -> Vec<RevisionId> {
    use sluice_model::DeploymentPhase::{Available, Enforced, Scheduled};
    let installs = |intent: Intent| matches!(intent, Intent::Required | Intent::Available);
    let alive = directory.deployments.iter().filter(|deployment| {
        installs(deployment.spec.intent) && matches!(deployment.phase(now), Scheduled | Available | Enforced)
    });
    let updates = alive.flat_map(|deployment| directory.updates(deployment));
    updates.filter_map(|update| catalog.current(*update)).filter(|id| is_offered(catalog, *id)).collect()
}

/// The files of revisions and of all members of bundles among them, each once.
fn files_of(catalog: &Catalog, mut todo: Vec<RevisionId>, which: UpdateFiles) -> Vec<WantedFile> {
    let (mut seen, mut digests, mut files) = (FxHashSet::default(), FxHashSet::default(), Vec::new());
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(content) = catalog.revision(id).and_then(|update| update.content.windows()) else { continue };
        for file in &content.files {
            if (which == UpdateFiles::FullAndExpress || !file.is_express()) && digests.insert(file.sha1) {
                files.push(WantedFile::of(file));
            }
        }
        let members = content.bundled.iter().flatten();
        todo.extend(members.filter_map(|member| catalog.exact(*member).or_else(|| catalog.current(member.update))));
    }
    files
}
