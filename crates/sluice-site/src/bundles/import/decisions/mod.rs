//! What a bundle decides about updates: collections, groups, deployments, declined updates, accepted licence
//! terms and the selection become as they are at the site it comes from, in one transaction.
//!
//! Things keep their identities. What is at this site only stays as it is. What an earlier bundle of
//! the same signer brought and this one does not have any more is taken away.

mod collections;
mod deployments;
mod groups;
mod licences;
mod marks;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use sluice_bundle::{Part, Targeting, Verified};
use sluice_catalog::CatalogChange;
use sluice_model::CollectionId;
use sluice_store::{JobFuture, Tx, audit, bundle_signer, update_change};

use super::reading::Decisions;
use crate::caller::Caller;
use crate::directory::Directory;
use crate::error::SiteResult;
use crate::site::Site;
use crate::windows::settings::{Targeting as SiteTargeting, WindowsSettingsChange};

/// What came of decisions.
#[derive(Default)]
pub(super) struct Decided {
    /// Things that were made, changed or taken away.
    pub(super) changed: u64,
    /// What could not be done, and why.
    pub(super) problems: Vec<(String, String)>,
}

/// A change of the store.
type Write = Box<dyn for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, ()> + Send>;

/// Changes that are decided and not yet written.
struct Changes<'d> {
    directory: &'d Directory,
    now: jiff::Timestamp,
    writes: Vec<Write>,
    decided: Decided,
    /// The collections here that those of the bundle are.
    collections: HashMap<uuid::Uuid, CollectionId>,
    brought: bundle_signer::Brought,
}

impl Changes<'_> {
    fn write(&mut self, write: impl for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, ()> + Send + 'static) {
        self.writes.push(Box::new(write));
        self.decided.changed += 1;
    }

    fn problem(&mut self, item: String, reason: &str) {
        self.decided.problems.push((item, reason.to_owned()));
    }
}

/// Applies decisions, and notes what they brought.
pub(super) async fn apply(
    site: &Arc<Site>,
    caller: &Caller,
    verified: &Verified,
    chosen: &[Part],
    decisions: Decisions,
) -> SiteResult<Decided> {
    let signer = verified.signer.0;
    let has = |part: Part| chosen.contains(&part) && verified.header.parts.contains(&part);
    // Nobody changes the directory or the marks on updates meanwhile.
    let turn = site.directory_turn().await;
    let directory = site.directory.load_full();
    let before = bundle_signer::brought(&mut site.store.reader().await?, signer).await?;
    let mut changes = Changes {
        directory: &directory,
        now: site.now(),
        writes: Vec::new(),
        decided: Decided::default(),
        collections: HashMap::new(),
        brought: before.clone(),
    };
    changes.collections(decisions.collections);
    if has(Part::Groups) {
        changes.groups(decisions.groups);
    }
    if has(Part::Deployments) {
        changes.deployments(decisions.deployments, &verified.header.site_name);
    }
    if has(Part::Groups) {
        changes.take_away_groups(&before);
    }
    let mut marks = marks::of(site, &mut changes, decisions.declined, decisions.deselected).await?;
    if let Some(wanted) = decisions.licences {
        licences::accept(site, &mut changes, &mut marks, wanted);
    }
    marks.touched.sort_unstable();
    marks.touched.dedup();
    let Changes { writes, decided, brought, .. } = changes;
    let (touched, ids) = (marks.touched.clone(), marks.touched.clone());
    let detail = format!("{} changes", decided.changed);
    let entry = site.audit_entry(caller, "bundle.decide", &verified.header.bundle.to_string(), &detail);
    let anything = !writes.is_empty();
    let write = site.store.write(move |tx| {
        Box::pin(async move {
            for write in writes {
                write(tx).await?;
            }
            bundle_signer::bring(tx, signer, &brought).await?;
            if anything {
                audit::append(tx, entry).await?;
            }
            update_change::touch(tx, &ids).await
        })
    });
    let counter = write.await?;
    if marks.is_any() {
        let change = CatalogChange {
            declined: marks.declined,
            licences: marks.licences,
            choices: marks.choices,
            changes: touched.into_iter().map(|update| (update, counter)).collect(),
            changes_to: counter,
            ..CatalogChange::default()
        };
        site.keeper.catalog(change).await?;
    }
    site.reload_directory(&turn).await?;
    Ok(decided)
}

/// Takes over settings for Windows devices.
pub(super) async fn settings(
    site: &Arc<Site>,
    caller: &Caller,
    targeting: Targeting,
    cookie_life: u64,
) -> SiteResult<()> {
    let change = WindowsSettingsChange {
        targeting: Some(match targeting {
            Targeting::Server => SiteTargeting::Server,
            Targeting::Client => SiteTargeting::Client,
        }),
        metadata_over_http: None,
        cookie_life: Some(SignedDuration::from_secs(i64::try_from(cookie_life).unwrap_or(i64::MAX))),
    };
    site.change_windows_settings(caller, change).await.map(drop)
}
