//! Licence terms: an update that names some is offered for installation when an administrator has
//! accepted them, and not before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{Catalog, CatalogChange};
use sluice_model::{RevisionId, UpdateId};
use sluice_store::licence::LicenceAcceptance;
use sluice_store::{audit, licence, update_change};
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::directory::DirectoryTurn;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most licences and updates in one request.
const MAX_CHANGE: usize = 20_000;

/// Updates that are named of each licence in a list; the others are counted.
const NAMED: usize = 10;

/// Licence terms, and whether they are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Their identity (`EulaID`).
    pub id: Uuid,
    /// When and by whom they were accepted; `None`: they were not.
    pub accepted: Option<Acceptance>,
    /// The updates that people see and that have them, by title; at most ten.
    pub updates: Vec<(UpdateId, String)>,
    /// How many there are.
    pub update_count: u64,
}

/// When licence terms were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// What accepting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceChange {
    /// Terms that were not accepted before.
    pub accepted: u64,
    /// Updates that waited for them and wait no longer.
    pub updates: u64,
}

impl Site {
    /// The licence terms of the updates that people see, by their first update's title; with
    /// `pending`, only those that are not accepted. Accepted terms without updates come last.
    ///
    /// # Errors
    /// `Forbidden`; when they cannot be read.
    pub async fn licences(&self, caller: &Caller, pending: bool) -> SiteResult<Vec<Licence>> {
        caller.require(Permission::Read)?;
        let mut accepted = self.acceptances().await?;
        let catalog = self.catalog();
        let mut by_licence: BTreeMap<Uuid, Vec<(UpdateId, String)>> = BTreeMap::new();
        for (id, title, licences) in with_licences(&catalog) {
            for licence in licences {
                by_licence.entry(licence).or_default().push((id, title.to_owned()));
            }
        }
        let mut licences: Vec<_> = by_licence
            .into_iter()
            .map(|(id, mut updates)| {
                updates.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
                let update_count = updates.len() as u64;
                updates.truncate(NAMED);
                Licence { id, accepted: accepted.remove(&id), updates, update_count }
            })
            .collect();
        licences.sort_by(|a, b| (a.updates.first().map(|u| &u.1), a.id).cmp(&(b.updates.first().map(|u| &u.1), b.id)));
        let of_none =
            accepted.into_iter().map(|(id, a)| Licence { id, accepted: Some(a), updates: Vec::new(), update_count: 0 });
        licences.extend(of_none);
        licences.retain(|licence| !pending || licence.accepted.is_none());
        Ok(licences)
    }

    /// The licence terms of an update, each with when it was accepted.
    ///
    /// # Errors
    /// `Forbidden`; when they cannot be read.
    pub async fn licences_of_update(
        &self,
        caller: &Caller,
        update: UpdateId,
    ) -> SiteResult<Vec<(Uuid, Option<Acceptance>)>> {
        caller.require(Permission::Read)?;
        let catalog = self.catalog();
        let licences = catalog.current(update).map(|revision| catalog.licences_of(revision)).unwrap_or_default();
        if licences.is_empty() {
            return Ok(Vec::new());
        }
        let mut accepted = self.acceptances().await?;
        Ok(licences.into_iter().map(|id| (id, accepted.remove(&id))).collect())
    }

    /// The licence terms that are accepted, sorted: what a replica takes over.
    #[must_use]
    pub fn accepted_licences(&self) -> Vec<Uuid> {
        let mut licences: Vec<_> = self.catalog().accepted_licences().collect();
        licences.sort_unstable();
        licences
    }

    /// Accepts licence terms, and those of some updates: they are offered for installation as their
    /// deployments say.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` without any or with too many, `NotFound` for an unknown update or terms that
    /// no update has.
    pub async fn accept_licences(
        self: &Arc<Self>,
        caller: &Caller,
        licences: Vec<Uuid>,
        mut updates: Vec<UpdateId>,
    ) -> SiteResult<LicenceChange> {
        caller.require(Permission::Deploy)?;
        if licences.is_empty() && updates.is_empty() || licences.len() + updates.len() > MAX_CHANGE {
            let message = format!("from 1 to {MAX_CHANGE} licences and updates can be named at once");
            return Err(SiteError::invalid("updates", message, "Name them, some at a time."));
        }
        updates.sort_unstable();
        updates.dedup();
        self.known_updates(&updates)?;
        let catalog = self.catalog();
        let mut accept: BTreeSet<Uuid> = licences.into_iter().collect();
        if !accept.is_empty() {
            let known: BTreeSet<Uuid> = with_licences(&catalog).flat_map(|(.., licences)| licences).collect();
            if let Some(unknown) = accept.iter().find(|id| !known.contains(id) && !catalog.is_licence_accepted(**id)) {
                return Err(SiteError::not_found("licence", unknown));
            }
        }
        let revisions = updates.iter().filter_map(|update| catalog.current(*update));
        accept.extend(revisions.flat_map(|revision| catalog.licences_of(revision)));
        // Who deploys an update meanwhile is told the truth about it.
        self.change_licences(self.directory_turn().await, caller, accept, BTreeSet::new()).await
    }

    /// Accepts these licence terms, known here or not: what a replica is told by its upstream server, where they were
    /// accepted. Of those that came from there `before`, the others are withdrawn.
    ///
    /// # Errors
    /// `Forbidden`; when it cannot be stored.
    pub async fn mirror_licences(
        self: &Arc<Self>,
        caller: &Caller,
        licences: Vec<Uuid>,
        before: Vec<Uuid>,
    ) -> SiteResult<LicenceChange> {
        self.mirror_licences_now(self.directory_turn().await, caller, licences, before).await
    }

    /// The same for who decided something else in this turn.
    pub(crate) async fn mirror_licences_now(
        self: &Arc<Self>,
        turn: DirectoryTurn,
        caller: &Caller,
        licences: Vec<Uuid>,
        before: Vec<Uuid>,
    ) -> SiteResult<LicenceChange> {
        caller.require(Permission::Deploy)?;
        let accept: BTreeSet<Uuid> = licences.into_iter().collect();
        let withdraw = before.into_iter().filter(|id| !accept.contains(id)).collect();
        self.change_licences(turn, caller, accept, withdraw).await
    }

    async fn change_licences(
        self: &Arc<Self>,
        turn: DirectoryTurn,
        caller: &Caller,
        mut accept: BTreeSet<Uuid>,
        withdraw: BTreeSet<Uuid>,
    ) -> SiteResult<LicenceChange> {
        let catalog = self.catalog();
        accept.retain(|licence| !catalog.is_licence_accepted(*licence));
        if accept.is_empty() && withdraw.is_empty() {
            return Ok(LicenceChange { accepted: 0, updates: 0 });
        }
        let concerned = |licences: &Vec<Uuid>| licences.iter().any(|id| accept.contains(id) || withdraw.contains(id));
        let touched: Vec<_> = with_licences(&catalog).filter(|(.., licences)| concerned(licences)).collect();
        let now_free = |licences: &Vec<Uuid>| {
            let is_accepted =
                |id: &Uuid| accept.contains(id) || (catalog.is_licence_accepted(*id) && !withdraw.contains(id));
            licences.iter().all(is_accepted) && !licences.iter().all(|id| catalog.is_licence_accepted(*id))
        };
        let freed = touched.iter().filter(|(.., licences)| now_free(licences)).count() as u64;
        let object = match touched.as_slice() {
            [(_, title, _)] => (*title).to_owned(),
            many => format!("{} updates", many.len()),
        };
        let ids = |set: &BTreeSet<Uuid>| set.iter().take(NAMED).map(Uuid::to_string).collect::<Vec<_>>().join(" ");
        let mut entries = Vec::new();
        if !accept.is_empty() {
            entries.push(self.audit_entry(caller, "licence.accept", &object, &ids(&accept)));
        }
        if !withdraw.is_empty() {
            entries.push(self.audit_entry(caller, "licence.withdraw", &object, &ids(&withdraw)));
        }
        let updates: Vec<UpdateId> = touched.iter().map(|(id, ..)| *id).collect();
        let change = LicenceChange { accepted: accept.len() as u64, updates: freed };
        let (by, at, site) = (caller.name.clone(), self.now(), Arc::clone(self));
        let work = async move {
            let _turn = turn;
            let record = |licence: &Uuid| LicenceAcceptance { licence: *licence, at, by: by.clone() };
            let records: Vec<_> = accept.iter().map(record).collect();
            let (gone, ids): (Vec<_>, _) = (withdraw.iter().copied().collect(), updates.clone());
            let counter = site.store.write(move |tx| {
                Box::pin(async move {
                    licence::put(tx, &records).await?;
                    licence::remove(tx, &gone).await?;
                    for entry in entries {
                        audit::append(tx, entry).await?;
                    }
                    update_change::touch(tx, &ids).await
                })
            });
            let counter = counter.await?;
            let licences = accept.iter().map(|id| (*id, true)).chain(withdraw.iter().map(|id| (*id, false)));
            let change = CatalogChange {
                licences: licences.collect(),
                changes: updates.iter().map(|update| (*update, counter)).collect(),
                changes_to: counter,
                ..CatalogChange::default()
            };
            site.keeper.catalog(change).await
        };
        self.to_the_end(work).await?;
        Ok(change)
    }

    async fn acceptances(&self) -> SiteResult<HashMap<Uuid, Acceptance>> {
        let records = licence::list(&mut self.store.reader().await?).await?;
        Ok(records.into_iter().map(|r| (r.licence, Acceptance { at: r.at, by: r.by })).collect())
    }
}

/// The updates that people see and that have licence terms.
pub(crate) fn with_licences(catalog: &Catalog) -> impl Iterator<Item = (UpdateId, &str, Vec<Uuid>)> {
    catalog.current_revisions().iter().filter_map(|revision| {
        let revision = RevisionId(revision);
        let update = catalog.revision(revision)?;
        let content = update.content.windows()?;
        if content.licence.is_none() && content.bundled.is_empty() {
            return None;
        }
        let licences = catalog.licences_of(revision);
        (!licences.is_empty()).then(|| (update.id, update.title.as_str(), licences))
    })
}
