//! What has to change here so that the decisions of the upstream hold: worked out from both, without input or output.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::Catalog;
use sluice_model::{
    CollectionId, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name,
    RestartBehaviour, SourceId, UpdateId, UserNotification,
};
use sluice_store::collection::{CollectionKind, CollectionRecord};
use sluice_store::inherited::{InheritedKind, InheritedRecord};
use sluice_wsus::messages::server_sync::{
    ServerSyncAction, ServerSyncDeployment, ServerSyncDeploymentResult, ServerSyncTargetGroup,
};
use uuid::Uuid;

use crate::collections::ALL_DEVICES;
use crate::directory::{Directory, MAX_DEPTH};
use crate::sources::free_name;

/// Most groups and deployments that are taken over, of each: as many as a site may have.
const MAX_ENTRIES: usize = 10_000;
/// Longest part of a name that comes from a title.
const MAX_TITLE: usize = 150;

/// What is here already.
pub(super) struct Known<'k> {
    pub(super) directory: &'k Directory,
    pub(super) catalog: &'k Catalog,
    /// What came from this upstream before.
    pub(super) collections: Vec<Uuid>,
    pub(super) deployments: Vec<Uuid>,
    pub(super) declines: Vec<Uuid>,
    pub(super) licences: Vec<Uuid>,
    /// Licence terms that were accepted here or came from elsewhere.
    pub(super) own_licences: HashSet<Uuid>,
    pub(super) now: Timestamp,
    pub(super) source: SourceId,
    /// Whether devices may restart for what says nothing of it.
    pub(super) restart: RestartBehaviour,
}

/// What has to change.
#[derive(Default)]
pub(super) struct Plan {
    /// Each after the one it is a part of.
    pub(super) insert: Vec<CollectionRecord>,
    pub(super) rename: Vec<(CollectionId, Name)>,
    pub(super) move_to: Vec<(CollectionId, Option<CollectionId>)>,
    /// Each before the one it is a part of.
    pub(super) remove_collections: Vec<CollectionId>,
    pub(super) remove_deployments: Vec<DeploymentId>,
    pub(super) deploy: Vec<Deployment>,
    pub(super) decline: Vec<UpdateId>,
    pub(super) undecline: Vec<UpdateId>,
    /// Where things came from.
    pub(super) keep: Vec<InheritedRecord>,
    pub(super) forget: Vec<(InheritedKind, Vec<Uuid>)>,
    pub(super) warnings: Vec<String>,
    /// Deployments for which there is no room.
    pub(super) left_out: usize,
}

impl Plan {
    pub(super) fn new(known: &Known<'_>, result: ServerSyncDeploymentResult, whole: bool) -> Self {
        let mut plan = Self::default();
        let groups = plan.groups(known, &result.groups);
        plan.deployments(known, &result, &groups, whole);
        plan.removed_groups(known, &groups);
        plan.declines(known, &result.hidden_updates);
        plan.licences(known, &result.accepted_eulas);
        plan
    }

    pub(super) fn is_empty(&self) -> bool {
        self.insert.is_empty()
            && self.rename.is_empty()
            && self.move_to.is_empty()
            && self.remove_collections.is_empty()
            && self.remove_deployments.is_empty()
            && self.deploy.is_empty()
            && self.decline.is_empty()
            && self.undecline.is_empty()
            && self.keep.is_empty()
            && self.forget.iter().all(|(_, items)| items.is_empty())
    }

    /// For the audit.
    pub(super) fn summary(&self) -> String {
        format!(
            "{} collections, {} deployments, {} updates declined, {} no longer declined",
            self.insert.len(),
            self.deploy.len(),
            self.decline.len(),
            self.undecline.len()
        )
    }

    fn note(&mut self, known: &Known<'_>, kind: InheritedKind, item: Uuid) {
        self.keep.push(InheritedRecord { kind, item, source: known.source });
    }

    /// The collections of the groups, and what makes them so.
    fn groups(&mut self, known: &Known<'_>, groups: &[ServerSyncTargetGroup]) -> HashMap<Uuid, CollectionId> {
        let mut collections = HashMap::from([(ServerSyncTargetGroup::ALL_COMPUTERS, ALL_DEVICES)]);
        let built_in = [
            ServerSyncTargetGroup::ALL_COMPUTERS,
            ServerSyncTargetGroup::UNASSIGNED_COMPUTERS,
            ServerSyncTargetGroup::DOWNSTREAM_SERVERS,
        ];
        let wanted: Vec<_> = groups
            .iter()
            .filter(|group| !built_in.contains(&group.target_group_id) && !group.target_group_id.is_nil())
            .take(MAX_ENTRIES)
            .collect();
        let by_id: HashMap<Uuid, &ServerSyncTargetGroup> = wanted.iter().map(|g| (g.target_group_id, *g)).collect();
        let mut names: HashSet<String> =
            known.directory.collections.iter().map(|entry| entry.record.name.to_string()).collect();
        let mut wanted = wanted;
        wanted.sort_by_key(|group| depth(&by_id, group));
        for group in wanted {
            let id = CollectionId(group.target_group_id);
            if collections.insert(group.target_group_id, id).is_some() {
                continue;
            }
            let parent = by_id.get(&group.parent_group_id).filter(|_| depth(&by_id, group) > 0);
            let parent = parent.map(|parent| CollectionId(parent.target_group_id));
            let name = Name::new(&clean(&group.name)).or_else(|_| Name::new(&id.to_string()));
            let Ok(name) = name else { continue };
            if let Some(entry) = known.directory.collection(id) {
                if entry.record.name != name && !names.contains(name.as_str()) {
                    names.remove(entry.record.name.as_str());
                    names.insert(name.to_string());
                    self.rename.push((id, name));
                }
                if entry.record.parent != parent {
                    self.move_to.push((id, parent));
                }
                if !known.collections.contains(&id.0) {
                    self.note(known, InheritedKind::Collection, id.0);
                }
                continue;
            }
            let Ok(name) = Name::new(&free_name(name.as_str(), |name| names.contains(name))) else { continue };
            names.insert(name.to_string());
            let kind = CollectionKind::Static;
            self.insert.push(CollectionRecord { id, name, kind, created_at: known.now, parent });
            self.note(known, InheritedKind::Collection, id.0);
        }
        collections
    }

    fn deployments(
        &mut self,
        known: &Known<'_>,
        result: &ServerSyncDeploymentResult,
        groups: &HashMap<Uuid, CollectionId>,
        whole: bool,
    ) {
        let ours: HashSet<Uuid> = known.deployments.iter().copied().collect();
        // In an order, so that the same are left out each time.
        let told: BTreeMap<Uuid, &ServerSyncDeployment> =
            result.deployments.iter().map(|deployment| (deployment.deployment_guid, deployment)).collect();
        let mut gone: HashSet<Uuid> = result.dead_deployments.iter().copied().filter(|id| ours.contains(id)).collect();
        if whole {
            gone.extend(ours.iter().filter(|id| !told.contains_key(id)));
        }
        // A group that is missing goes together with its deployments.
        let in_group = |id: &Uuid| {
            let deployment = known.directory.deployment(DeploymentId(*id));
            deployment.is_none_or(|d| groups.values().any(|collection| *collection == d.spec.collection))
        };
        gone.extend(ours.iter().filter(|id| !in_group(id)));
        let mut names: HashSet<String> =
            known.directory.deployments.iter().map(|deployment| deployment.spec.name.to_string()).collect();
        let going = gone.iter().filter(|id| known.directory.deployment(DeploymentId(**id)).is_some()).count();
        let mut count = known.directory.deployments.len() - going;
        for (id, one) in &told {
            if gone.contains(id) && result.dead_deployments.contains(id) {
                continue;
            }
            let existing = known.directory.deployment(DeploymentId(*id));
            if existing.is_some() && !ours.contains(id) {
                continue;
            }
            if let Some(existing) = existing {
                names.remove(existing.spec.name.as_str());
                if gone.insert(*id) {
                    count -= 1;
                }
            }
            let Some(collection) = groups.get(&one.target_group_id) else { continue };
            // One that is only replaced has room.
            if existing.is_none() && count >= MAX_ENTRIES {
                self.left_out += 1;
                continue;
            }
            let Some(deployment) = deployment(known, one, *collection, &names) else { continue };
            count += 1;
            names.insert(deployment.spec.name.to_string());
            let same =
                |old: &&Arc<Deployment>| ***old == Deployment { created_at: old.created_at, ..deployment.clone() };
            if existing.as_ref().is_some_and(same) {
                gone.remove(id);
                continue;
            }
            self.deploy.push(deployment);
            if !ours.contains(id) {
                self.note(known, InheritedKind::Deployment, *id);
            }
        }
        if self.left_out > 0 {
            self.warnings.push(format!(
                "{} deployments of the upstream were left out: this site has {MAX_ENTRIES}, and cannot have more. Delete \
                 some that are over, there or here; the rest comes then.",
                self.left_out
            ));
        }
        self.deploy.sort_by_key(|deployment| deployment.id);
        let again: HashSet<Uuid> = self.deploy.iter().map(|deployment| deployment.id.0).collect();
        let mut removed: Vec<_> = gone.into_iter().collect();
        removed.sort_unstable();
        let exists = |id: &&Uuid| known.directory.deployment(DeploymentId(**id)).is_some();
        self.remove_deployments = removed.iter().filter(exists).map(|id| DeploymentId(*id)).collect();
        removed.retain(|id| !again.contains(id));
        self.forget.push((InheritedKind::Deployment, removed));
    }

    /// Groups that are no longer upstream. One that something of this site depends on stays, as the site's own.
    fn removed_groups(&mut self, known: &Known<'_>, groups: &HashMap<Uuid, CollectionId>) {
        let gone: Vec<Uuid> = known.collections.iter().copied().filter(|id| !groups.contains_key(id)).collect();
        let mut removed: Vec<_> = gone
            .iter()
            .map(|id| CollectionId(*id))
            .filter(|id| known.directory.collection(*id).is_some())
            .filter(|id| {
                let live = known.directory.deployments.iter().filter(|d| d.spec.collection == *id);
                let parts = known.directory.collections.iter().filter(|entry| entry.record.parent == Some(*id));
                live.clone().all(|d| self.remove_deployments.contains(&d.id))
                    && parts.clone().all(|part| gone.contains(&part.record.id.0))
            })
            .collect();
        let parents = known.directory.parents();
        removed.sort_by_key(|id| std::cmp::Reverse(crate::directory::above(&parents, *id).count()));
        self.remove_collections = removed;
        self.forget.push((InheritedKind::Collection, gone));
    }

    fn declines(&mut self, known: &Known<'_>, hidden: &[Uuid]) {
        let hidden: HashSet<Uuid> = hidden.iter().copied().collect();
        let before: HashSet<Uuid> = known.declines.iter().copied().collect();
        let mut new: Vec<_> = hidden.iter().filter(|id| !before.contains(id)).copied().collect();
        new.sort_unstable();
        for id in new {
            if !known.catalog.is_declined(UpdateId(id)) {
                self.decline.push(UpdateId(id));
            }
            self.note(known, InheritedKind::Decline, id);
        }
        let mut gone: Vec<_> = before.into_iter().filter(|id| !hidden.contains(id)).collect();
        gone.sort_unstable();
        self.undecline = gone.iter().map(|id| UpdateId(*id)).collect();
        self.forget.push((InheritedKind::Decline, gone));
    }

    fn licences(&mut self, known: &Known<'_>, accepted: &[Uuid]) {
        let accepted: HashSet<Uuid> = accepted.iter().copied().collect();
        let before: HashSet<Uuid> = known.licences.iter().copied().collect();
        for id in accepted.difference(&before).filter(|id| !known.own_licences.contains(id)) {
            self.note(known, InheritedKind::Licence, *id);
        }
        self.forget.push((InheritedKind::Licence, before.difference(&accepted).copied().collect()));
    }
}

/// Levels above a group, 0 for what stands alone or in a circle.
fn depth(groups: &HashMap<Uuid, &ServerSyncTargetGroup>, group: &ServerSyncTargetGroup) -> usize {
    let mut above = 0;
    let mut at = group.parent_group_id;
    while let Some(parent) = groups.get(&at) {
        above += 1;
        if above >= MAX_DEPTH || parent.target_group_id == group.target_group_id {
            return 0;
        }
        at = parent.parent_group_id;
    }
    above
}

/// The deployment an approval stands for; `None` for one that installs and hides nothing.
fn deployment(
    known: &Known<'_>,
    approval: &ServerSyncDeployment,
    collection: CollectionId,
    names: &HashSet<String>,
) -> Option<Deployment> {
    let update = UpdateId(approval.update.update_id);
    let available_at = approval.go_live_time.unwrap_or(known.now);
    let (intent, deadline) = match (approval.action, approval.deadline) {
        (ServerSyncAction::Install, Some(deadline)) => (Intent::Required, Some(deadline.max(available_at))),
        (ServerSyncAction::Install, None) => (Intent::Available, None),
        (ServerSyncAction::Uninstall, deadline) => {
            (Intent::Uninstall, Some(deadline.unwrap_or(available_at).max(available_at)))
        }
        (ServerSyncAction::Block, _) => (Intent::Block, None),
        (ServerSyncAction::Scan | ServerSyncAction::Other(_), _) => return None,
    };
    let title = known.catalog.update(update).map_or_else(|| update.to_string(), |(_, update)| update.title.clone());
    let name = free_name(&clean(&title), |name| names.contains(name));
    // It cannot be hidden from those who are to start it.
    let shown = |told: &UserNotification| intent != Intent::Available || *told != UserNotification::HideAll;
    let spec = DeploymentSpec {
        name: Name::new(&name).ok()?,
        target: DeploymentTarget::Updates(vec![update]),
        collection,
        intent,
        available_at,
        deadline,
        priority: priority(approval.download_priority),
        restart: approval.restart.unwrap_or(known.restart),
        notification: approval.notification.filter(shown).unwrap_or(UserNotification::ShowAll),
    };
    let by = clean(&approval.admin_name);
    Deployment::new(DeploymentId(approval.deployment_guid), spec, known.now, by).ok()
}

/// The priority of a deployment (protocols.md §6.1: 1 low to 3 high); what is none is normal.
fn priority(number: u8) -> DeploymentPriority {
    match number {
        1 => DeploymentPriority::Low,
        3 => DeploymentPriority::High,
        _ => DeploymentPriority::Normal,
    }
}

/// A text from outside as a part of a name.
fn clean(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TITLE).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
