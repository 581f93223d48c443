//! Update groups: their updates become those of the bundle.

use std::collections::HashSet;

use sluice_model::{DeploymentTarget, Name, UpdateGroupId, UpdateId};
use sluice_store::bundle_signer::Brought;
use sluice_store::update_group;
use sluice_store::update_group::UpdateGroupRecord;
use uuid::Uuid;

use super::Changes;
use crate::directory::room_for_one;
use crate::sources::free_name;

impl Changes<'_> {
    /// Makes and changes groups.
    pub(super) fn groups(&mut self, wanted: Vec<(Uuid, String, Vec<Uuid>)>) {
        self.brought.groups.clear();
        let mut names: HashSet<String> = self.directory.groups.iter().map(|g| g.record.name.to_string()).collect();
        let mut count = self.directory.groups.len();
        for (id, title, updates) in wanted {
            let id = UpdateGroupId(id);
            let mut updates: Vec<UpdateId> = updates.into_iter().map(UpdateId).collect();
            updates.sort_unstable();
            updates.dedup();
            let known = self.directory.group(id);
            if known.is_some_and(|known| known.record.name.as_str() == title) {
                // Its name is its own.
            } else if known.is_none()
                && let Err(full) = room_for_one("groups", count)
            {
                self.problem(format!("update group {title}"), &full.message);
                continue;
            }
            self.brought.groups.push(id);
            let name = |names: &HashSet<String>| Name::new(&free_name(&title, |name| names.contains(name)));
            let Some(known) = known else {
                let Ok(name) = name(&names) else { continue };
                names.insert(name.to_string());
                count += 1;
                let record = UpdateGroupRecord { id, name, created_at: self.now };
                self.write(move |tx| {
                    Box::pin(async move {
                        update_group::insert(tx, &record).await?;
                        update_group::add_members(tx, id, &updates).await
                    })
                });
                continue;
            };
            // A free name it got here is kept while nothing else is wanted.
            let renamed = known.record.name.as_str() != title && !names.contains(&title);
            if renamed && let Ok(name) = name(&names) {
                names.insert(name.to_string());
                self.write(move |tx| Box::pin(async move { update_group::rename(tx, id, &name).await }));
            }
            let added: Vec<_> = updates.iter().filter(|id| !known.updates.contains(id)).copied().collect();
            let removed: Vec<_> =
                known.updates.iter().filter(|id| updates.binary_search(id).is_err()).copied().collect();
            if !added.is_empty() || !removed.is_empty() {
                self.write(move |tx| {
                    Box::pin(async move {
                        update_group::remove_members(tx, id, &removed).await?;
                        update_group::add_members(tx, id, &added).await
                    })
                });
            }
        }
    }

    /// Deletes groups that the bundles of this signer do not have any more, unless a deployment
    /// follows them.
    pub(super) fn take_away_groups(&mut self, before: &Brought) {
        for id in &before.groups {
            let id = *id;
            let followed = self.directory.deployments.iter().any(|d| d.spec.target == DeploymentTarget::Group(id));
            if self.brought.groups.contains(&id) || self.directory.group(id).is_none() {
                continue;
            }
            if followed {
                // The next bundle tries again.
                self.brought.groups.push(id);
            } else {
                self.write(move |tx| Box::pin(update_group::remove(tx, id)));
            }
        }
    }
}
