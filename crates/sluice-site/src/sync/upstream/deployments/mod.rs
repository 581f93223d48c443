//! Being a replica: groups, deployments, declined updates and accepted licence terms of the upstream server become
//! those of this site, and are changed only there (protocols.md §6.1, GetDeployments).

mod plan;

use std::sync::Arc;

use sluice_catalog::CatalogChange;
use sluice_model::{RestartBehaviour, SourceId, UpdateId};
use sluice_store::declined::{self, DeclinedRecord};
use sluice_store::inherited::{self, InheritedKind};
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
pub(super) async fn take_over(
    site: &Arc<Site>,
    source: SourceId,
    source_name: &str,
    result: ServerSyncDeploymentResult,
    whole: bool,
) -> Result<Taken, SyncError> {
    let accepted = result.accepted_eulas.clone();
    // Nobody changes what this is compared with.
    let turn = site.directory_turn().await;
    let directory = site.directory.load_full();
    let catalog = site.catalog();
    let licences = site.inheritance.of(source, InheritedKind::Licence);
    let (before, site_of_licences) = (licences.clone(), Arc::clone(site));
    // After it is known which of them came from there: those of this site's administrators stay when they go there.
    let mirror = async move {
        let changed = site_of_licences.mirror_licences(&Caller::system(), accepted, before).await;
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
        drop(turn);
        mirror.await?;
        return Ok(Taken { changed: false, complete, warnings });
    }
    let (declined, undeclined) = (plan.decline.clone(), plan.undecline.clone());
    let entry = site.audit_entry(&Caller::system(), "source.replicate", source_name, &plan.summary());
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
        Ok(())
    };
    site.to_the_end(work).await.map_err(SyncError::Import)?;
    mirror.await?;
    Ok(Taken { changed: true, complete, warnings })
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
