//! Deployments and how far they have come.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::planner::{DeviceDeploymentState, deployment_status};
use sluice_catalog::{Catalog, Fleet};
use sluice_model::{
    CollectionId, Deployment, DeploymentError, DeploymentId, DeploymentPhase, DeploymentPriority, DeploymentSpec,
    DeploymentTarget, DeviceId, Intent, RestartBehaviour, RevisionId, Update, UpdateGroupId, UpdateId,
    UserNotification,
};
use sluice_store::deployment;

use crate::caller::{Caller, Permission};
use crate::devices::{Enforcement, enforcement_view};
use crate::directory::{Directory, room_for_one};
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::page::{Page, PageRequest};
use crate::site::Site;
use crate::updates::{UpdateRow, percent};

/// A deployment with its counts of devices.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentSummary {
    /// Identity.
    pub id: DeploymentId,
    /// Name.
    pub name: String,
    /// The devices.
    pub collection: CollectionId,
    /// Their collection's name.
    pub collection_name: String,
    /// The update group it follows.
    pub group: Option<UpdateGroupId>,
    /// Number of updates.
    pub updates: u64,
    /// Number of devices.
    pub devices: u64,
    /// What is asked of the devices.
    pub intent: Intent,
    /// Where it stands.
    pub phase: DeploymentPhase,
    /// From when on.
    pub available_at: Timestamp,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// May devices restart?
    pub restart: RestartBehaviour,
    /// What users see.
    pub notification: UserNotification,
    /// What comes first of what is due at the same time.
    pub priority: DeploymentPriority,
    /// In force unless cancelled.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Devices that need none of its updates (any more).
    pub compliant: u64,
    /// Devices that still need some.
    pub in_progress: u64,
    /// Devices where one failed.
    pub failed: u64,
    /// Devices that never reported.
    pub unknown: u64,
    /// Share of compliant devices; `None` without devices.
    pub percent_compliant: Option<u8>,
    /// Its updates that no device installs, because their licence terms are not accepted.
    pub awaiting_licence: u64,
}

/// Where a device stands in a deployment (configmgr-sum §4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// It needs none of the updates.
    Compliant,
    /// It still needs some.
    InProgress,
    /// One failed.
    Failed,
    /// It never reported.
    Unknown,
}

impl DeviceStatus {
    /// The spelling in the API.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::InProgress => "in-progress",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A device of a deployment.
#[derive(Clone, Debug)]
pub struct DeploymentDevice {
    /// The device.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub status: DeviceStatus,
    /// Updates it still needs.
    pub pending: u64,
    /// What it reported.
    pub enforcement: Vec<Enforcement>,
}

impl Site {
    /// All deployments, newest first.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_deployments(&self, caller: &Caller) -> SiteResult<Vec<DeploymentSummary>> {
        caller.require(Permission::Read)?;
        let (directory, fleet) = (self.directory.load(), self.fleet());
        Ok(directory.deployments.iter().map(|d| self.summary(&directory, &fleet, d)).collect())
    }

    /// One deployment.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn deployment(&self, caller: &Caller, id: DeploymentId) -> SiteResult<DeploymentSummary> {
        caller.require(Permission::Read)?;
        let directory = self.directory.load();
        Ok(self.summary(&directory, &self.fleet(), find(&directory, id)?))
    }

    /// The updates of a deployment, by title.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn deployment_updates(
        &self,
        caller: &Caller,
        id: DeploymentId,
        page: &PageRequest,
    ) -> SiteResult<Page<UpdateRow>> {
        caller.require(Permission::Read)?;
        let directory = self.directory.load();
        let deployment = find(&directory, id)?;
        self.rows_of(directory.updates(deployment), page)
    }

    /// The devices of a deployment, by number, with what they reported about its updates.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn deployment_devices(
        &self,
        caller: &Caller,
        id: DeploymentId,
        page: &PageRequest,
    ) -> SiteResult<Page<DeploymentDevice>> {
        caller.require(Permission::Read)?;
        let limit = page.limit()?;
        let (directory, fleet) = (self.directory.load(), self.fleet());
        let deployment = find(&directory, id)?;
        let resolved = directory.resolve(deployment, &fleet);
        let after =
            page.cursor.as_deref().map(|c| c.parse::<u32>().map_err(|_| PageRequest::bad_cursor())).transpose()?;
        let status = deployment_status(&fleet, &resolved);
        let total = status.devices.len();
        let mut rest = status.devices.iter().filter(|d| after.is_none_or(|after| d.device.0 > after)).peekable();
        let mut items = Vec::new();
        let mut last = None;
        while let Some(progress) = rest.next_if(|_| items.len() < limit) {
            last = Some(progress.device.0.to_string());
            let Some(row) = fleet.device(progress.device) else { continue };
            let records = row.enforcement.iter().filter(|r| resolved.deploys(r.update));
            items.push(DeploymentDevice {
                device: row.id,
                name: row.name.to_string(),
                status: status_of(progress.state),
                pending: progress.open,
                enforcement: records.map(|record| enforcement_view(&fleet, row, record)).collect(),
            });
        }
        let next = rest.peek().and(last);
        Ok(Page { items, next, total: Some(total as u64) })
    }

    /// Creates a deployment. Nothing is ever installed without one.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` when it makes no sense, `NotFound` for an unknown update, group or
    /// collection, `Conflict` when the name is taken or an update cannot be deployed.
    pub async fn create_deployment(
        self: &Arc<Self>,
        caller: &Caller,
        spec: DeploymentSpec,
    ) -> SiteResult<DeploymentSummary> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        room_for_one("deployments", self.directory.load().deployments.len())?;
        self.check_target(&spec)?;
        let id = DeploymentId(self.host.new_id());
        let deployment = Deployment::new(id, spec, self.now(), caller.name.clone())
            .map_err(|e| SiteError::invalid(field_of(e), e.to_string(), "Correct it and send it again."))?;
        let detail = match deployment.spec.deadline {
            Some(deadline) => format!("{} by {deadline:.0}", intent_word(deployment.spec.intent)),
            None => intent_word(deployment.spec.intent).to_owned(),
        };
        let entry = self.audit_entry(caller, "deployment.create", deployment.spec.name.as_str(), &detail);
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move { deployment::insert(tx, &deployment).await })
        })
        .await?;
        self.deployment_changed(caller, id).await
    }

    /// Enables or disables a deployment.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` when it is cancelled.
    pub async fn set_deployment_enabled(
        self: &Arc<Self>,
        caller: &Caller,
        id: DeploymentId,
        enabled: bool,
    ) -> SiteResult<DeploymentSummary> {
        let action = if enabled { "deployment.enable" } else { "deployment.disable" };
        self.change_deployment(caller, id, action, |deployment, _| deployment.enabled = enabled).await
    }

    /// Cancels a deployment for good. What is installed stays; nothing more is.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` when it is cancelled already.
    pub async fn cancel_deployment(
        self: &Arc<Self>,
        caller: &Caller,
        id: DeploymentId,
    ) -> SiteResult<DeploymentSummary> {
        self.change_deployment(caller, id, "deployment.cancel", |deployment, now| deployment.cancelled_at = Some(now))
            .await
    }

    /// Deletes a cancelled deployment.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` when it is not cancelled.
    pub async fn delete_deployment(self: &Arc<Self>, caller: &Caller, id: DeploymentId) -> SiteResult<()> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let deployment = Arc::clone(find(&self.directory.load(), id)?);
        if deployment.cancelled_at.is_none() {
            return Err(SiteError::conflict("the deployment is not cancelled", "Cancel it first."));
        }
        let entry = self.audit_entry(caller, "deployment.delete", deployment.spec.name.as_str(), "");
        self.change_directory(turn, entry, move |tx| Box::pin(async move { deployment::remove(tx, id).await })).await?;
        self.emit(SiteEvent::Deployment(id));
        Ok(())
    }

    async fn change_deployment(
        self: &Arc<Self>,
        caller: &Caller,
        id: DeploymentId,
        action: &str,
        change: impl FnOnce(&mut Deployment, Timestamp),
    ) -> SiteResult<DeploymentSummary> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let mut deployment = Deployment::clone(find(&self.directory.load(), id)?);
        if deployment.cancelled_at.is_some() {
            return Err(SiteError::conflict("the deployment is cancelled", "Create a new one."));
        }
        change(&mut deployment, self.now());
        let entry = self.audit_entry(caller, action, deployment.spec.name.as_str(), "");
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move { deployment::update(tx, &deployment).await })
        })
        .await?;
        self.deployment_changed(caller, id).await
    }

    async fn deployment_changed(&self, caller: &Caller, id: DeploymentId) -> SiteResult<DeploymentSummary> {
        self.emit(SiteEvent::Deployment(id));
        self.deployment(caller, id).await
    }

    /// Everything the deployment names exists and can be deployed.
    fn check_target(&self, spec: &DeploymentSpec) -> SiteResult<()> {
        let directory = self.directory.load();
        if directory.collection(spec.collection).is_none() {
            return Err(SiteError::not_found("collection", spec.collection));
        }
        let updates = match &spec.target {
            DeploymentTarget::Updates(updates) => updates,
            DeploymentTarget::Group(id) => {
                let group = directory.group(*id).ok_or_else(|| SiteError::not_found("group", id))?;
                if group.updates.len() > Deployment::MAX_UPDATES {
                    let message = DeploymentError::TooManyUpdates.to_string();
                    return Err(SiteError::invalid("group", message, "Split the group."));
                }
                return Ok(());
            }
        };
        self.known_updates(updates)?;
        let catalog = self.catalog();
        for (revision, update) in updates.iter().filter_map(|id| catalog.update(*id)) {
            cannot_deploy(&catalog, revision, update, spec.intent)?;
        }
        Ok(())
    }

    pub(crate) fn summary(
        &self,
        directory: &Directory,
        fleet: &Fleet,
        deployment: &Arc<Deployment>,
    ) -> DeploymentSummary {
        let resolved = directory.resolve(deployment, fleet);
        let counts = deployment_status(fleet, &resolved).counts;
        let spec = &deployment.spec;
        let collection = directory.collection(spec.collection);
        let (compliant, failed) = ((counts.compliant + counts.not_required) as u64, counts.failed as u64);
        let devices = resolved.devices.len();
        DeploymentSummary {
            id: deployment.id,
            name: spec.name.to_string(),
            collection: spec.collection,
            collection_name: collection.map(|c| c.record.name.to_string()).unwrap_or_default(),
            group: match spec.target {
                DeploymentTarget::Group(group) => Some(group),
                DeploymentTarget::Updates(_) => None,
            },
            updates: resolved.updates().len() as u64,
            devices,
            intent: spec.intent,
            phase: deployment.phase(self.now()),
            available_at: spec.available_at,
            deadline: spec.deadline,
            restart: spec.restart,
            notification: spec.notification,
            priority: spec.priority,
            enabled: deployment.enabled,
            created_at: deployment.created_at,
            created_by: deployment.created_by.clone(),
            compliant,
            in_progress: counts.in_progress as u64,
            failed,
            unknown: counts.unknown as u64,
            percent_compliant: percent(compliant, devices),
            awaiting_licence: awaiting_licence(fleet.catalog(), spec.intent, resolved.updates()),
        }
    }
}

/// How many of some updates wait for their licence terms to be accepted.
fn awaiting_licence(catalog: &Catalog, intent: Intent, updates: &[UpdateId]) -> u64 {
    if !intent.installs() {
        return 0;
    }
    let current = updates.iter().filter_map(|update| catalog.current(*update));
    current.filter(|revision| catalog.awaits_licence(*revision)).count() as u64
}

/// Why an update cannot be deployed with an intent.
fn cannot_deploy(catalog: &Catalog, revision: RevisionId, update: &Update, intent: Intent) -> SiteResult<()> {
    let title = &update.title;
    if catalog.is_declined(update.id) {
        return Err(SiteError::conflict(
            format!("{title} is declined: it is offered to no device"),
            "Undecline it first, or leave it out.",
        ));
    }
    match intent {
        Intent::Required | Intent::Available if catalog.is_expired(revision) => Err(SiteError::conflict(
            format!("{title} is expired: no source offers it any more"),
            "Deploy the update that supersedes it.",
        )),
        Intent::Uninstall if !update.content.windows().is_some_and(|content| content.uninstallable) => {
            Err(SiteError::conflict(
                format!("{title} cannot be uninstalled"),
                "Leave it out; only Windows updates whose publisher says so can be uninstalled.",
            ))
        }
        Intent::Required | Intent::Available | Intent::Uninstall | Intent::Block => Ok(()),
    }
}

fn find(directory: &Directory, id: DeploymentId) -> SiteResult<&Arc<Deployment>> {
    directory.deployment(id).ok_or_else(|| SiteError::not_found("deployment", id))
}

fn status_of(state: DeviceDeploymentState) -> DeviceStatus {
    use DeviceDeploymentState as S;
    match state {
        S::NotRequired | S::Compliant => DeviceStatus::Compliant,
        S::PendingRestart | S::InProgress | S::Waiting | S::Held => DeviceStatus::InProgress,
        S::Failed => DeviceStatus::Failed,
        S::Unknown => DeviceStatus::Unknown,
    }
}

/// An intent in the audit.
fn intent_word(intent: Intent) -> &'static str {
    match intent {
        Intent::Required => "required",
        Intent::Available => "available",
        Intent::Uninstall => "uninstalled",
        Intent::Block => "blocked",
    }
}

/// The parameter a refusal is about.
fn field_of(error: DeploymentError) -> &'static str {
    match error {
        DeploymentError::NoUpdates | DeploymentError::TooManyUpdates => "updates",
        DeploymentError::NoDeadline
        | DeploymentError::DeadlineOfAvailable
        | DeploymentError::DeadlineBeforeAvailable => "deadline",
        DeploymentError::HiddenAvailable => "notification",
    }
}
