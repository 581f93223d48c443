//! Which devices are members of a collection because their policy names it.

use std::collections::HashMap;

use sluice_model::DeviceId;
use sluice_store::collection::{CollectionKind, CollectionRecord};

use super::Windows;
use super::settings::Targeting;
use super::targeting::key;

/// Devices by the group that their policies name.
#[derive(Debug, Default)]
pub(crate) struct Claims(HashMap<String, Vec<DeviceId>>);

impl Claims {
    /// The devices whose policies name a collection. Only those that administrators made can be named.
    pub(crate) fn of(&self, collection: &CollectionRecord) -> impl Iterator<Item = DeviceId> {
        let named = (collection.kind == CollectionKind::Static).then(|| self.0.get(&key(collection.name.as_str())));
        named.flatten().into_iter().flatten().copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Windows {
    /// What policies name, as far as it counts.
    pub(crate) fn claims(&self) -> Claims {
        let mut claims: HashMap<String, Vec<DeviceId>> = HashMap::new();
        if self.settings.load().targeting == Targeting::Client {
            for client in self.known.all() {
                for group in client.target_groups().iter() {
                    claims.entry(key(group)).or_default().push(client.device);
                }
            }
        }
        Claims(claims)
    }
}
