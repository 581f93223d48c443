//! Being a replica: groups, deployments, declined updates and accepted licence terms of the upstream server become
//! those of this site, and are changed only there (protocols.md §6.1, GetDeployments).

mod plan;

use std::sync::Arc;

use sluice_catalog::CatalogChange;
use sluice_model::{RestartBehaviour, UpdateId};
use sluice_store::declined::{self, DeclinedRecord};
use sluice_store::inherited::{self, InheritedKind};
use sluice_store::source::SourceRecord;
use sluice_store::{Tx, audit, collection, deployment, update_change};
use sluice_wsus::messages::server_sync::{GetDeployments, GetDeploymentsResponse, ServerSyncDeploymentResult};

use super::error::UpstreamError;
use super::session::{Asking, Session};
use crate::caller::Caller;
use crate::site::Site;
use crate::sync::error::SyncError;
use plan::{Known, Plan};

/// The operation.
const OPERATION: &str = "GetDeployments";
/// Most bytes of the answer.
const MAX_ANSWER: u64 = 256 << 20;
/// Who declined an update that is declined upstream.
const BY: &str = "upstream";

/// Asks for the decisions of the upstream: since an anchor, of updates up to another one.
pub(super) async fn ask(
    session: &Session,
    asking: &Asking<'_>,
    anchor: Option<&str>,
    updates_anchor: &str,
) -> Result<ServerSyncDeploymentResult, UpstreamError> {
    let request = |cookie| GetDeployments {
        cookie: Some(cookie),
        deployment_anchor: anchor.unwrap_or_default().to_owned(),
        sync_anchor: updates_anchor.to_owned(),
    };
    let body = session.ask_known(asking, OPERATION, MAX_ANSWER, request).await?;
    let response: GetDeploymentsResponse = session.read(OPERATION, &body)?;
    Ok(response.result)
}

/// What came of taking decisions over.
pub(super) struct Taken {
    pub(super) changed: bool,
    /// Nothing was left out.
    pub(super) complete: bool,
    /// What deserves attention.
    pub(super) warnings: Vec<String>,
}

/// Takes the decisions over. `whole`: they are all there are, not what changed.
///
/// # Errors
/// When the source is not any more what it was when the run began: the site left, or moved.
pub(super) async fn take_over(
    site: &Arc<Site>,
    record: &SourceRecord,
    result: ServerSyncDeploymentResult,
    whole: bool,
) -> Result<Taken, SyncError> {
    let accepted = result.accepted_eulas.clone();
    // Nobody changes what this is compared with.
    let turn = site.directory_turn().await;
    let source = record.id;
    if !is_as_it_was(site, record) {
        return Err(SyncError::Config("the source was changed or deleted meanwhile".into()));
    }
    let directory = site.directory.load_full();
    let catalog = site.catalog();
    let licences = site.inheritance.of(source, InheritedKind::Licence);
    let (before, site_of_licences) = (licences.clone(), Arc::clone(site));
    // After it is known which of them came from there: those of this site's administrators stay when they go there.
    let mirror = async move |turn| {
        let changed = site_of_licences.mirror_licences_now(turn, &Caller::system(), accepted, before).await;
        changed.map(drop).map_err(SyncError::Import)
    };
    let known = Known {
        directory: &directory,
        catalog: &catalog,
        collections: site.inheritance.of(source, InheritedKind::Collection),
        deployments: site.inheritance.of(source, InheritedKind::Deployment),
        declines: site.inheritance.of(source, InheritedKind::Decline),
        own_licences: catalog.accepted_licences().filter(|id| !licences.contains(id)).collect(),
        licences,
        now: site.now(),
        source,
        // The site above says it, unless its program is older than this one.
        restart: if site.sites.place().source() == Some(source) {
            RestartBehaviour::Suppressed
        } else {
            RestartBehaviour::Allowed
        },
    };
    let plan = Plan::new(&known, result, whole);
    let (warnings, complete) = (plan.warnings.clone(), plan.left_out == 0);
    if plan.is_empty() {
        mirror(turn).await?;
        return Ok(Taken { changed: false, complete, warnings });
    }
    let (declined, undeclined) = (plan.decline.clone(), plan.undecline.clone());
    let entry = site.audit_entry(&Caller::system(), "source.replicate", &record.name, &plan.summary());
    let (now, site_of_work) = (site.now(), Arc::clone(site));
    let work = async move {
        let site = site_of_work;
        let changed: Vec<UpdateId> = declined.iter().chain(&undeclined).copied().collect();
        let touched = changed.clone();
        let counter = site.store.write(move |tx| {
            Box::pin(async move {
                apply(tx, plan, now).await?;
                audit::append(tx, entry).await?;
                if touched.is_empty() { Ok(0) } else { update_change::touch(tx, &touched).await }
            })
        });
        let counter = counter.await?;
        site.inheritance.read(&mut site.store.reader().await?).await?;
        site.reload_directory(&turn).await?;
        if !changed.is_empty() {
            let change = CatalogChange {
                declined: declined.iter().map(|u| (*u, true)).chain(undeclined.iter().map(|u| (*u, false))).collect(),
                changes: changed.iter().map(|update| (*update, counter)).collect(),
                changes_to: counter,
                ..CatalogChange::default()
            };
            site.keeper.catalog(change).await?;
        }
        Ok(turn)
    };
    let turn = site.to_the_end(work).await.map_err(SyncError::Import)?;
    mirror(turn).await?;
    Ok(Taken { changed: true, complete, warnings })
}

/// Whether a source is what it was when a run of it began: what came is decided there only as long as it is.
fn is_as_it_was(site: &Site, record: &SourceRecord) -> bool {
    let now = site.sources.get(record.id);
    now.is_some_and(|now| now.config == record.config && now.enabled == record.enabled)
}

async fn apply(tx: &mut Tx, plan: Plan, now: jiff::Timestamp) -> Result<(), sluice_store::StoreError> {
    for id in &plan.remove_deployments {
        deployment::remove(tx, *id).await?;
    }
    for (id, name) in &plan.rename {
        collection::rename(tx, *id, name).await?;
    }
    for record in &plan.insert {
        collection::insert(tx, record).await?;
    }
    for (id, parent) in &plan.move_to {
        collection::set_parent(tx, *id, *parent).await?;
    }
    for id in &plan.remove_collections {
        collection::remove(tx, *id).await?;
    }
    for one in &plan.deploy {
        deployment::insert(tx, one).await?;
    }
    let record = |update: &UpdateId| DeclinedRecord {
        update: *update,
        at: now,
        by: BY.to_owned(),
        reason: "declined upstream".to_owned(),
    };
    let records: Vec<_> = plan.decline.iter().map(record).collect();
    if !records.is_empty() {
        declined::put(tx, &records).await?;
    }
    declined::remove(tx, &plan.undecline).await?;
    for (kind, items) in &plan.forget {
        inherited::remove(tx, *kind, items).await?;
    }
    if plan.keep.is_empty() { Ok(()) } else { inherited::put(tx, &plan.keep).await }
}
