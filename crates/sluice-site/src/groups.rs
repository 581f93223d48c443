//! Update groups.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{Deployment, DeploymentTarget, UpdateGroupId, UpdateId};
use sluice_store::update_group;
use sluice_store::update_group::UpdateGroupRecord;

use crate::caller::{Caller, Permission};
use crate::collections::valid_name;
use crate::directory::{GroupEntry, room_for_one};
use crate::error::{SiteError, SiteResult};
use crate::page::{Page, PageRequest};
use crate::site::Site;
use crate::updates::UpdateRow;

/// An update group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateGroup {
    /// Identity.
    pub id: UpdateGroupId,
    /// Unique name.
    pub name: String,
    /// Number of updates.
    pub updates: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Site {
    /// All groups, by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_groups(&self, caller: &Caller) -> SiteResult<Vec<UpdateGroup>> {
        caller.require(Permission::Read)?;
        Ok(self.directory.load().groups.iter().map(view).collect())
    }

    /// One group.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn group(&self, caller: &Caller, id: UpdateGroupId) -> SiteResult<UpdateGroup> {
        caller.require(Permission::Read)?;
        Ok(view(self.directory.load().group(id).ok_or_else(|| SiteError::not_found("group", id))?))
    }

    /// The updates of a group, by title.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn group_updates(
        &self,
        caller: &Caller,
        id: UpdateGroupId,
        page: &PageRequest,
    ) -> SiteResult<Page<UpdateRow>> {
        caller.require(Permission::Read)?;
        let directory = self.directory.load();
        let group = directory.group(id).ok_or_else(|| SiteError::not_found("group", id))?;
        self.rows_of(&group.updates, page)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `NotFound` for an unknown update, `Conflict` when the name is taken.
    pub async fn create_group(
        self: &Arc<Self>,
        caller: &Caller,
        name: &str,
        updates: Vec<UpdateId>,
    ) -> SiteResult<UpdateGroup> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        room_for_one("groups", self.directory.load().groups.len())?;
        let name = valid_name(name)?;
        self.known_updates(&updates)?;
        let id = UpdateGroupId(self.host.new_id());
        let entry = self.audit_entry(caller, "group.create", name.as_str(), &format!("{} updates", updates.len()));
        let record = UpdateGroupRecord { id, name, created_at: self.now() };
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move {
                update_group::insert(tx, &record).await?;
                update_group::add_members(tx, id, &updates).await
            })
        })
        .await?;
        self.group(caller, id).await
    }

    /// Adds and removes updates. Deployments of the group follow (DEP-14).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` when a deployment would get too many updates.
    pub async fn change_group(
        self: &Arc<Self>,
        caller: &Caller,
        id: UpdateGroupId,
        add: Vec<UpdateId>,
        remove: Vec<UpdateId>,
    ) -> SiteResult<UpdateGroup> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let group = self.group(caller, id).await?;
        self.known_updates(&add)?;
        let target = DeploymentTarget::Group(id);
        let deployed = self.directory.load().deployments.iter().any(|d| d.spec.target == target);
        if deployed && usize::try_from(group.updates).unwrap_or(usize::MAX) + add.len() > Deployment::MAX_UPDATES {
            return Err(SiteError::conflict(
                format!("the group is deployed, and a deployment has at most {} updates", Deployment::MAX_UPDATES),
                "Remove updates from the group, or put the new ones into another group.",
            ));
        }
        let detail = format!("{} added, {} removed", add.len(), remove.len());
        let entry = self.audit_entry(caller, "group.change", &group.name, &detail);
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move {
                update_group::remove_members(tx, id, &remove).await?;
                update_group::add_members(tx, id, &add).await
            })
        })
        .await?;
        self.group(caller, id).await
    }

    /// Renames a group.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `Conflict`.
    pub async fn rename_group(
        self: &Arc<Self>,
        caller: &Caller,
        id: UpdateGroupId,
        name: &str,
    ) -> SiteResult<UpdateGroup> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let old = self.group(caller, id).await?;
        let name = valid_name(name)?;
        let entry = self.audit_entry(caller, "group.rename", &old.name, name.as_str());
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move { update_group::rename(tx, id, &name).await })
        })
        .await?;
        self.group(caller, id).await
    }

    /// Deletes a group.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` while a deployment follows it.
    pub async fn delete_group(self: &Arc<Self>, caller: &Caller, id: UpdateGroupId) -> SiteResult<()> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let group = self.group(caller, id).await?;
        let target = DeploymentTarget::Group(id);
        if let Some(user) = self.directory.load().deployments.iter().find(|d| d.spec.target == target) {
            return Err(SiteError::conflict(
                format!("the deployment {} follows this group", user.spec.name),
                "Cancel and delete the deployment first.",
            ));
        }
        let entry = self.audit_entry(caller, "group.delete", &group.name, "");
        self.change_directory(turn, entry, move |tx| Box::pin(async move { update_group::remove(tx, id).await })).await
    }
}

fn view(entry: &GroupEntry) -> UpdateGroup {
    UpdateGroup {
        id: entry.record.id,
        name: entry.record.name.to_string(),
        updates: entry.updates.len() as u64,
        created_at: entry.record.created_at,
    }
}
