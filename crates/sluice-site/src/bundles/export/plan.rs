//! What goes into a bundle, decided before the first byte: from one snapshot of each kind.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_bundle::{ContentChoice, Part};
use sluice_catalog::Catalog;
use sluice_content::ContentName;
use sluice_model::{Intent, RevisionId, UpdateId, WindowsFile};
use sluice_store::bundle_export::ExportRecord;
use sluice_store::{bundle_export, counter, declined, licence, selection};

use super::ExportRequest;
use crate::directory::Directory;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use crate::windows::settings::WindowsSettings;

/// Most updates of which the files are looked up together: what members of bundles lead to.
const MAX_MEMBERS: usize = 1_000_000;

/// What goes into a bundle.
pub(super) struct Plan {
    pub(super) parts: Vec<Part>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) directory: Arc<Directory>,
    /// Documents of revisions after this one.
    pub(super) after: RevisionId,
    /// Up to this one.
    pub(super) up_to: RevisionId,
    pub(super) files: Vec<ContentName>,
    /// Files that belong into it and are not here.
    pub(super) missing: u64,
    /// The SHA-1 of all files carried so far, by the bundles it goes on from.
    pub(super) carried: Vec<u8>,
    pub(super) declined: Vec<declined::DeclinedRecord>,
    pub(super) licences: Vec<licence::LicenceAcceptance>,
    pub(super) deselected: Vec<sluice_model::CategoryId>,
    pub(super) settings: WindowsSettings,
}

impl Plan {
    pub(super) async fn make(
        site: &Arc<Site>,
        request: &ExportRequest,
        base: Option<&ExportRecord>,
    ) -> SiteResult<Self> {
        let mut parts = request.parts.clone();
        parts.sort_unstable();
        parts.dedup();
        if request.content == ContentChoice::None {
            parts.retain(|part| *part != Part::Content);
        }
        if parts.is_empty() {
            return Err(SiteError::invalid(
                "parts",
                "nothing is to be exported",
                "Name what, or leave it out for all.",
            ));
        }
        // Nobody changes decisions meanwhile, so that they are of one moment.
        let turn = site.directory_turn().await;
        let mut reader = site.store.snapshot().await?;
        let last = u32::try_from(counter::last(&mut reader, counter::Counter::Revision).await?).unwrap_or(u32::MAX);
        let (declined, choices) = (declined::list(&mut reader).await?, selection::choices(&mut reader).await?);
        let licences = licence::list(&mut reader).await?;
        let deselected = choices.into_iter().filter(|(_, choice)| *choice == sluice_model::Choice::Deselected);
        let deselected = deselected.map(|(id, _)| id).collect();
        let carried = match base {
            Some(base) => bundle_export::carried(&mut reader, base.id).await?,
            None => Vec::new(),
        };
        drop(reader);
        let (catalog, directory) = (site.catalog(), site.directory.load_full());
        let settings = **site.windows.settings.load();
        drop(turn);
        let has_documents = parts.contains(&Part::Documents);
        let before = base.map_or(RevisionId(0), |base| base.revision);
        let mut plan = Self {
            // What was left out of this bundle is still to be carried by the next one.
            up_to: if has_documents { RevisionId(last) } else { before },
            after: before,
            files: Vec::new(),
            missing: 0,
            catalog,
            directory,
            carried,
            declined,
            licences,
            deselected,
            settings,
            parts,
        };
        if plan.parts.contains(&Part::Content) {
            let (choice, store) = (request.content, Arc::clone(&site.content));
            let found = tokio::task::spawn_blocking(move || {
                plan.find_files(choice, &store);
                plan
            });
            plan = found.await.map_err(|error| SiteError::internal("looking for the files of a bundle", error))?;
        }
        Ok(plan)
    }

    fn find_files(&mut self, choice: ContentChoice, store: &sluice_content::ContentStore) {
        let carried: FxHashSet<[u8; 20]> = self.carried.as_chunks::<20>().0.iter().copied().collect();
        let mut wanted: FxHashMap<[u8; 20], &WindowsFile> = FxHashMap::default();
        let current = self.catalog.current_windows();
        let deployed = (choice == ContentChoice::Deployed).then(|| self.deployed());
        for id in current {
            let Some(update) = self.catalog.revision(RevisionId(id)) else { continue };
            if deployed.as_ref().is_none_or(|deployed| deployed.contains(&update.id)) {
                let files = update.content.windows().map_or(&[][..], |content| &content.files);
                wanted.extend(files.iter().filter(|f| !carried.contains(&f.sha1)).map(|file| (file.sha1, file)));
            }
        }
        let mut found = Vec::new();
        for file in wanted.into_values() {
            let name = ContentName::of_file(file.sha1, &file.name);
            if store.size(&name).ok().flatten() == Some(file.size) {
                found.push(name);
            } else {
                self.missing += 1;
            }
        }
        found.sort();
        self.files = found;
    }

    /// The updates that deployments in force install, with their members.
    fn deployed(&self) -> FxHashSet<UpdateId> {
        let live = self.directory.deployments.iter().filter(|d| d.enabled && d.cancelled_at.is_none());
        let live = live.filter(|d| matches!(d.spec.intent, Intent::Required | Intent::Available));
        let mut open: Vec<UpdateId> = live.flat_map(|d| self.directory.updates(d)).copied().collect();
        let mut found = FxHashSet::default();
        while let Some(id) = open.pop() {
            if found.len() >= MAX_MEMBERS || !found.insert(id) {
                continue;
            }
            let content = self.catalog.update(id).and_then(|(_, update)| update.content.windows());
            open.extend(content.into_iter().flat_map(|c| c.bundled.iter().flatten()).map(|member| member.update));
        }
        found
    }
}
