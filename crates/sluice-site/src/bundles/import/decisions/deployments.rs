//! Deployments: those of the bundle are in force here as they are there.

use std::collections::HashSet;
use std::sync::Arc;

use sluice_bundle::{DeploymentHead, Intent, Notification, Priority};
use sluice_model::{
    CollectionId, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, Name,
    RestartBehaviour, UpdateGroupId, UpdateId, UserNotification,
};
use sluice_store::deployment;
use uuid::Uuid;

use super::Changes;
use crate::directory::room_for_one;
use crate::sources::free_name;

impl Changes<'_> {
    /// Makes and changes deployments, and cancels those that the bundles of this signer do not have
    /// any more.
    pub(super) fn deployments(&mut self, wanted: Vec<(DeploymentHead, Vec<Uuid>)>, from: &str) {
        let before = std::mem::take(&mut self.brought.deployments);
        let known_names = self.directory.deployments.iter().map(|d| d.spec.name.to_string());
        let mut names: HashSet<String> = known_names.collect();
        let mut count = self.directory.deployments.len();
        for (head, updates) in wanted {
            let title = format!("deployment {}", head.name);
            let known = self.directory.deployment(DeploymentId(head.id)).cloned();
            if known.is_none()
                && let Err(full) = room_for_one("deployments", count)
            {
                self.problem(title, &full.message);
                continue;
            }
            let new = match self.deployment(head, updates, known.as_deref(), &names, from) {
                Ok(new) => new,
                Err(reason) => {
                    self.problem(title, &reason);
                    continue;
                }
            };
            self.brought.deployments.push(new.id);
            names.insert(new.spec.name.to_string());
            match known {
                None => {
                    count += 1;
                    self.write(move |tx| Box::pin(async move { deployment::insert(tx, &new).await }));
                }
                Some(known) if *known == new => {}
                Some(_) => self.write(move |tx| Box::pin(async move { deployment::update(tx, &new).await })),
            }
        }
        for id in before.into_iter().filter(|id| !self.brought.deployments.contains(id)).collect::<Vec<_>>() {
            let live = self.directory.deployment(id).filter(|d| d.cancelled_at.is_none()).map(Arc::clone);
            if let Some(live) = live {
                let over = Deployment { cancelled_at: Some(self.now), ..Deployment::clone(&live) };
                self.write(move |tx| Box::pin(async move { deployment::update(tx, &over).await }));
            }
        }
    }

    /// A deployment as it shall be here.
    fn deployment(
        &self,
        head: DeploymentHead,
        updates: Vec<Uuid>,
        known: Option<&Deployment>,
        names: &HashSet<String>,
        from: &str,
    ) -> Result<Deployment, String> {
        let collection = self.collections.get(&head.collection).copied();
        let same = || self.directory.collection(CollectionId(head.collection)).map(|same| same.record.id);
        let collection = collection.or_else(same).or_else(|| known.map(|known| known.spec.collection));
        let collection = collection.ok_or("its collection is not in the bundle, or was not imported")?;
        let target = match head.group.map(UpdateGroupId) {
            None => DeploymentTarget::Updates(updates.into_iter().map(UpdateId).collect()),
            Some(group) if self.directory.group(group).is_some() || self.brought.groups.contains(&group) => {
                DeploymentTarget::Group(group)
            }
            Some(_) => return Err("its update group is not in the bundle, or was not imported".to_owned()),
        };
        let own = known.map(|known| known.spec.name.as_str());
        let name = if own == Some(head.name.as_str()) {
            head.name.clone()
        } else {
            free_name(&head.name, |name| names.contains(name) && own != Some(name))
        };
        let spec = DeploymentSpec {
            name: Name::new(&name).map_err(|error| error.to_string())?,
            target,
            collection,
            intent: match head.intent {
                Intent::Required => sluice_model::Intent::Required,
                Intent::Available => sluice_model::Intent::Available,
                Intent::Uninstall => sluice_model::Intent::Uninstall,
                Intent::Block => sluice_model::Intent::Block,
            },
            available_at: head.available_at,
            deadline: head.deadline,
            priority: match head.priority {
                Priority::Low => DeploymentPriority::Low,
                Priority::Normal => DeploymentPriority::Normal,
                Priority::High => DeploymentPriority::High,
            },
            restart: if head.restart { RestartBehaviour::Allowed } else { RestartBehaviour::Suppressed },
            notification: match head.notification {
                Notification::ShowAll => UserNotification::ShowAll,
                Notification::RestartOnly => UserNotification::RestartOnly,
                Notification::HideAll => UserNotification::HideAll,
            },
        };
        let by = known.map_or_else(|| format!("{} at {from}", head.created_by), |known| known.created_by.clone());
        let new = Deployment::new(DeploymentId(head.id), spec, head.created_at, by).map_err(|e| e.to_string())?;
        if let Some(known) = known
            && (known.spec.target != new.spec.target || known.spec.intent != new.spec.intent)
        {
            return Err("it is here with other updates or another intent, which never change".to_owned());
        }
        let collection = known.map_or(new.spec.collection, |known| known.spec.collection);
        let spec = DeploymentSpec { collection, ..new.spec };
        // What was cancelled here stays so.
        let cancelled_at = known.and_then(|known| known.cancelled_at).or(head.cancelled_at);
        Ok(Deployment { spec, enabled: head.enabled, cancelled_at, ..new })
    }
}
