//! What a person on the device asked to install now (`sluice agent install`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{StateDirectory, StateError};

const FILE: &str = "requests.json";

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Everything offered at this moment; the agent turns it into updates when it next decides.
    pub all: bool,
    /// These updates.
    pub updates: BTreeSet<Uuid>,
}

impl Requests {
    /// Whether `update` was asked for.
    #[must_use]
    pub fn contains(&self, update: Uuid) -> bool {
        self.all || self.updates.contains(&update)
    }

    pub(crate) fn load(state: &StateDirectory) -> Result<Self, StateError> {
        state.read_or_default(FILE)
    }

    pub(crate) fn save(&self, state: &StateDirectory) -> Result<(), StateError> {
        if *self == Self::default() { state.remove(FILE) } else { state.write(FILE, self) }
    }
}
