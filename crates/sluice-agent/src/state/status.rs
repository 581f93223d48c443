//! What the agent is doing, written at each change of state for `sluice agent status`.

use serde::{Deserialize, Serialize};

use super::{StateDirectory, StateError};

const FILE: &str = "status.json";

/// What the agent is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Activity {
    /// State of the machine.
    pub(crate) state: String,
    /// More about it.
    pub(crate) detail: String,
    /// Since when, seconds since 1970.
    pub(crate) since: i64,
    /// Last successful check-in.
    pub(crate) last_contact: Option<i64>,
    /// Why the last check-in or scan failed; absent after a good one.
    pub(crate) last_error: Option<String>,
    /// When the next check-in is due.
    pub(crate) next_check_in: Option<i64>,
}

impl Activity {
    pub(crate) fn load(state: &StateDirectory) -> Result<Self, StateError> {
        state.read_or_default(FILE)
    }

    pub(crate) fn save(&self, state: &StateDirectory) -> Result<(), StateError> {
        state.write_light(FILE, self)
    }
}
