//! Deployments.

use std::collections::HashMap;

use sluice_model::{
    Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name, RestartBehaviour,
    UpdateGroupId, UpdateId, UserNotification,
};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    deployment(id) {
        INSERT = "INSERT INTO deployment (id, name, collection_id, group_id, intent, available_at, deadline, restart, \
            notification, enabled, created_at, created_by, cancelled_at, priority) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        UPDATE = "UPDATE deployment SET name = $2, available_at = $3, deadline = $4, restart = $5, notification = $6, \
            enabled = $7, cancelled_at = $8, priority = $9 WHERE id = $1";
        REMOVE = "DELETE FROM deployment WHERE id = $1";
        GET = "SELECT id, name, collection_id, group_id, intent, available_at, deadline, restart, notification, \
            enabled, created_at, created_by, cancelled_at, priority FROM deployment WHERE id = $1";
        LIST(all) = "SELECT id, name, collection_id, group_id, intent, available_at, deadline, restart, notification, \
            enabled, created_at, created_by, cancelled_at, priority FROM deployment ORDER BY created_at DESC, id";
    }
    deployment_update(deployment_id, update_id) {
        ADD_UPDATES[2] = "INSERT INTO deployment_update (deployment_id, update_id) VALUES {rows}";
        UPDATES = "SELECT deployment_id, update_id FROM deployment_update WHERE deployment_id = $1 ORDER BY update_id";
        ALL_UPDATES(all) = "SELECT deployment_id, update_id FROM deployment_update ORDER BY deployment_id, update_id";
    }
}

fn intent_text(intent: Intent) -> &'static str {
    match intent {
        Intent::Required => "required",
        Intent::Available => "available",
        Intent::Uninstall => "uninstall",
        Intent::Block => "block",
    }
}

fn restart_text(restart: RestartBehaviour) -> &'static str {
    match restart {
        RestartBehaviour::Allowed => "allowed",
        RestartBehaviour::Suppressed => "suppressed",
    }
}

fn notification_text(notification: UserNotification) -> &'static str {
    match notification {
        UserNotification::ShowAll => "show-all",
        UserNotification::RestartOnly => "restart-only",
        UserNotification::HideAll => "hide-all",
    }
}

fn priority_text(priority: DeploymentPriority) -> &'static str {
    match priority {
        DeploymentPriority::Low => "low",
        DeploymentPriority::Normal => "normal",
        DeploymentPriority::High => "high",
    }
}

/// The deployment of a row, with the updates of a fixed list.
fn from_row(row: Row<'_>, updates: Vec<UpdateId>) -> Result<Deployment, StoreError> {
    let intent = |text: String| {
        let all = [Intent::Required, Intent::Available, Intent::Uninstall, Intent::Block];
        all.into_iter().find(|i| intent_text(*i) == text)
    };
    let restart = |text: String| {
        [RestartBehaviour::Allowed, RestartBehaviour::Suppressed].into_iter().find(|r| restart_text(*r) == text)
    };
    let notification = |text: String| {
        [UserNotification::ShowAll, UserNotification::RestartOnly, UserNotification::HideAll]
            .into_iter()
            .find(|n| notification_text(*n) == text)
    };
    let priority = |text: String| {
        [DeploymentPriority::Low, DeploymentPriority::Normal, DeploymentPriority::High]
            .into_iter()
            .find(|p| priority_text(*p) == text)
    };
    let target = match row.get::<Option<UpdateGroupId>>("group_id")? {
        Some(group) => DeploymentTarget::Group(group),
        None => DeploymentTarget::Updates(updates),
    };
    Ok(Deployment {
        id: row.get("id")?,
        spec: DeploymentSpec {
            name: row.get("name")?,
            target,
            collection: row.get("collection_id")?,
            intent: row.get_as("intent", intent)?,
            available_at: row.get("available_at")?,
            deadline: row.get("deadline")?,
            restart: row.get_as("restart", restart)?,
            notification: row.get_as("notification", notification)?,
            priority: row.get_as("priority", priority)?,
        },
        enabled: row.get("enabled")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        cancelled_at: row.get("cancelled_at")?,
    })
}

fn taken(name: &Name) -> impl FnOnce(StoreError) -> StoreError + '_ {
    move |e| e.conflict_as(|| format!("there is already a deployment named {name}"))
}

/// Adds a deployment.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken, [`StoreError::Reference`] when collection or
/// group do not exist.
pub async fn insert(tx: &mut Tx, d: &Deployment) -> Result<(), StoreError> {
    let (group, updates) = match &d.spec.target {
        DeploymentTarget::Group(group) => (Some(*group), &[][..]),
        DeploymentTarget::Updates(updates) => (None, updates.as_slice()),
    };
    let s = &d.spec;
    let args = args![
        d.id,
        s.name.as_str(),
        s.collection,
        group,
        intent_text(s.intent),
        s.available_at,
        s.deadline,
        restart_text(s.restart),
        notification_text(s.notification),
        d.enabled,
        d.created_at,
        &d.created_by,
        d.cancelled_at,
        priority_text(s.priority)
    ];
    tx.execute(&INSERT, args).await.map_err(taken(&s.name))?;
    let bind = |update: &UpdateId, args: &mut Args| {
        args.push(d.id);
        args.push(*update);
    };
    tx.bulk(&ADD_UPDATES, updates, bind).await.map(drop)
}

/// Changes what may change: name, times, restart, notification, priority, enabled, cancelled. Target,
/// collection and intent are fixed.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Conflict`] when the name is taken.
pub async fn update(tx: &mut Tx, d: &Deployment) -> Result<(), StoreError> {
    let s = &d.spec;
    let args = args![
        d.id,
        s.name.as_str(),
        s.available_at,
        s.deadline,
        restart_text(s.restart),
        notification_text(s.notification),
        d.enabled,
        d.cancelled_at,
        priority_text(s.priority)
    ];
    tx.execute_on(&UPDATE, args, "deployment", d.id).await.map_err(taken(&s.name))
}

/// Removes a deployment.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: DeploymentId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "deployment", id).await
}

/// One deployment.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
    let updates = reader.all(&UPDATES, args![id], |row| row.get("update_id")).await?;
    reader.optional(&GET, args![id], |row| from_row(row, updates.clone())).await
}

/// All deployments, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<Deployment>, StoreError> {
    let mut out = Vec::new();
    load(reader, |deployment| {
        out.push(deployment?);
        Ok(())
    })
    .await?;
    Ok(out)
}

/// Calls a function with every deployment, newest first. It gets an error for one that cannot be
/// read, and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_deployment: impl FnMut(Result<Deployment, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let mut updates: HashMap<DeploymentId, Vec<UpdateId>> = HashMap::new();
    reader
        .each(&ALL_UPDATES, args![], |row| {
            updates.entry(row.get("deployment_id")?).or_default().push(row.get("update_id")?);
            Ok(())
        })
        .await?;
    let each = |row: Row<'_>| {
        let id = row.get::<DeploymentId>("id");
        on_deployment(id.and_then(|id| from_row(row, updates.remove(&id).unwrap_or_default())))
    };
    reader.each(&LIST, args![], each).await
}
