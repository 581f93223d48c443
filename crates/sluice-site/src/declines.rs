//! Declined updates: an administrator says that nobody is to be offered them.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::CatalogChange;
use sluice_model::UpdateId;
use sluice_store::declined::DeclinedRecord;
use sluice_store::inherited::InheritedKind;
use sluice_store::{audit, declined, update_change};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most updates in one request: as many as a request of the API has room for.
const MAX_CHANGE: usize = 20_000;
/// Longest reason, characters.
const MAX_REASON: usize = 1_000;

/// Why an update is declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, in that person's words; may be empty.
    pub reason: String,
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclineChange {
    /// Updates that were not declined before, or are no longer; the others were so already.
    pub changed: u64,
    /// Deployments in force that contain some of the updates: while declined these reach no device
    /// by them.
    pub deployments: Vec<String>,
}

impl Site {
    /// Declines updates: they are offered to no device, and deployments of them have no effect.
    /// What is installed stays.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` without updates or with too many, `NotFound` for an unknown one.
    pub async fn decline_updates(
        self: &Arc<Self>,
        caller: &Caller,
        updates: Vec<UpdateId>,
        reason: &str,
    ) -> SiteResult<DeclineChange> {
        let reason = reason.trim();
        if reason.chars().count() > MAX_REASON || reason.chars().any(|c| c.is_control() && c != '\n') {
            let message = format!("a reason has at most {MAX_REASON} characters, none of them control characters");
            return Err(SiteError::invalid("reason", message, "Say it in fewer words."));
        }
        self.set_declined(caller, updates, Some(reason.to_owned())).await
    }

    /// Takes back that updates are declined: they are offered and deployed as before.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` without updates or with too many, `NotFound` for an unknown one.
    pub async fn undecline_updates(
        self: &Arc<Self>,
        caller: &Caller,
        updates: Vec<UpdateId>,
    ) -> SiteResult<DeclineChange> {
        self.set_declined(caller, updates, None).await
    }

    /// Why an update is declined; `None` when it is not.
    ///
    /// # Errors
    /// `Forbidden`; when it cannot be read.
    pub async fn declined(&self, caller: &Caller, update: UpdateId) -> SiteResult<Option<Declined>> {
        caller.require(Permission::Read)?;
        if !self.catalog().is_declined(update) {
            return Ok(None);
        }
        let record = declined::get(&mut self.store.reader().await?, update).await?;
        Ok(record.map(|record| Declined { at: record.at, by: record.by, reason: record.reason }))
    }

    /// `reason`: declines; `None`: takes it back.
    async fn set_declined(
        self: &Arc<Self>,
        caller: &Caller,
        mut updates: Vec<UpdateId>,
        reason: Option<String>,
    ) -> SiteResult<DeclineChange> {
        caller.require(Permission::Deploy)?;
        updates.sort_unstable();
        updates.dedup();
        if updates.is_empty() || updates.len() > MAX_CHANGE {
            let message = format!("from 1 to {MAX_CHANGE} updates can be changed at once");
            return Err(SiteError::invalid("updates", message, "Name them, some at a time."));
        }
        // Who deploys an update meanwhile sees whether it is declined.
        let turn = self.directory_turn().await;
        self.known_updates(&updates)?;
        let decline = reason.is_some();
        if !decline {
            updates.iter().try_for_each(|update| self.is_ours(InheritedKind::Decline, update.0))?;
        }
        let deployments = self.deployments_of(&updates);
        let catalog = self.catalog();
        updates.retain(|update| catalog.is_declined(*update) != decline);
        let outcome = DeclineChange { changed: updates.len() as u64, deployments };
        if updates.is_empty() {
            return Ok(outcome);
        }
        let object = match updates.as_slice() {
            [one] => catalog.update(*one).map_or_else(|| one.to_string(), |(_, update)| update.title.clone()),
            many => format!("{} updates", many.len()),
        };
        let action = if decline { "update.decline" } else { "update.undecline" };
        let entry = self.audit_entry(caller, action, &object, reason.as_deref().unwrap_or_default());
        let (by, at, site) = (caller.name.clone(), self.now(), Arc::clone(self));
        let work = async move {
            let _turn = turn;
            let ids = updates.clone();
            let counter = site.store.write(move |tx| {
                Box::pin(async move {
                    match reason {
                        Some(reason) => {
                            let record = |update: &UpdateId| DeclinedRecord {
                                update: *update,
                                at,
                                by: by.clone(),
                                reason: reason.clone(),
                            };
                            let records: Vec<_> = ids.iter().map(record).collect();
                            declined::put(tx, &records).await?;
                        }
                        None => declined::remove(tx, &ids).await?,
                    }
                    audit::append(tx, entry).await?;
                    update_change::touch(tx, &ids).await
                })
            });
            let counter = counter.await?;
            let change = CatalogChange {
                declined: updates.iter().map(|update| (*update, decline)).collect(),
                changes: updates.iter().map(|update| (*update, counter)).collect(),
                changes_to: counter,
                ..CatalogChange::default()
            };
            site.keeper.catalog(change).await
        };
        self.to_the_end(work).await?;
        Ok(outcome)
    }

    /// The names of the deployments in force that contain some of these updates (sorted).
    pub(crate) fn deployments_of(&self, updates: &[UpdateId]) -> Vec<String> {
        let directory = self.directory.load();
        let live = directory.deployments.iter().filter(|d| d.enabled && d.cancelled_at.is_none());
        let of_them = live.filter(|d| directory.updates(d).iter().any(|update| updates.binary_search(update).is_ok()));
        of_them.map(|d| d.spec.name.to_string()).collect()
    }
}
