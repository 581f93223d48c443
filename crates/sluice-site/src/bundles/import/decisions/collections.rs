//! Collections: one of the same identity or name is that one.

use std::collections::HashMap;

use sluice_model::{CollectionId, Name};
use sluice_store::collection;
use sluice_store::collection::{CollectionKind, CollectionRecord};
use uuid::Uuid;

use super::Changes;
use crate::collections::ALL_DEVICES;
use crate::directory::{MAX_DEPTH, above, room_for_one};

impl Changes<'_> {
    /// Finds or makes collections. Devices are added here; who is in one is not in a bundle.
    pub(super) fn collections(&mut self, wanted: Vec<(Uuid, String, Option<Uuid>)>) {
        self.collections.insert(ALL_DEVICES.0, ALL_DEVICES);
        let mut parents = self.directory.parents();
        let mut count = self.directory.collections.len();
        let mut names: HashMap<String, CollectionId> =
            self.directory.collections.iter().map(|c| (c.record.name.to_string(), c.record.id)).collect();
        for (id, name, _) in &wanted {
            let (here, Ok(name)) = (CollectionId(*id), Name::new(name)) else { continue };
            if let Some(known) = self.directory.collection(here) {
                self.collections.insert(*id, here);
                if known.record.name != name && !names.contains_key(name.as_str()) {
                    names.insert(name.to_string(), here);
                    self.write(move |tx| Box::pin(async move { collection::rename(tx, here, &name).await }));
                }
            } else if let Some(same) = names.get(name.as_str()) {
                self.collections.insert(*id, *same);
            } else if let Err(full) = room_for_one("collections", count) {
                self.problem(format!("collection {name}"), &full.message);
            } else {
                count += 1;
                names.insert(name.to_string(), here);
                self.collections.insert(*id, here);
                let kind = CollectionKind::Static;
                let record = CollectionRecord { id: here, name, kind, created_at: self.now, parent: None };
                self.write(move |tx| Box::pin(async move { collection::insert(tx, &record).await }));
            }
        }
        for (id, name, parent) in wanted {
            let Some(here) = self.collections.get(&id).copied() else { continue };
            let parent = parent.and_then(|parent| self.collections.get(&parent).copied());
            let owned = self.directory.collection(here).is_none() || here.0 == id;
            if !owned || here == ALL_DEVICES || parents.get(&here).copied() == parent {
                continue;
            }
            let mut next = parents.clone();
            match parent {
                Some(parent) => drop(next.insert(here, parent)),
                None => drop(next.remove(&here)),
            }
            if parent == Some(ALL_DEVICES)
                || above(&next, here).any(|at| at == here)
                || above(&next, here).count() >= MAX_DEPTH
            {
                self.problem(
                    format!("collection {name}"),
                    "it cannot be a part of the collection it is a part of there",
                );
                continue;
            }
            parents = next;
            self.write(move |tx| Box::pin(collection::set_parent(tx, here, parent)));
        }
    }
}
