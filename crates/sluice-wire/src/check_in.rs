//! The regular contact of a device with its site.

use serde::{Deserialize, Serialize};

use crate::policy::SignedPolicy;

/// `POST check-in`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckInRequest {
    /// The agent's version.
    pub agent_version: String,
    /// The device's present name.
    pub hostname: String,
    /// Hash of the inventory the agent would send; absent before its first scan.
    pub inventory_hash: Option<String>,
    /// [`crate::Policy::content_hash`] of the policy the agent holds. Absent without one, and in the
    /// second half of its life, so that the site issues it anew before it expires.
    pub policy_hash: Option<String>,
    /// What the agent is doing.
    pub status: AgentStatus,
}

/// What the agent is doing, for people.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AgentStatus {
    /// State of its state machine.
    pub state: String,
    /// More about it; may be empty.
    pub detail: String,
    /// Whether it can install: it runs as root with a supported package manager.
    pub can_install: bool,
}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckInResponse {
    /// The policy, when it is not the one the agent holds.
    pub policy: Option<SignedPolicy>,
    /// What the site needs of the inventory.
    pub inventory: InventoryWish,
    /// Seconds until the next check-in.
    pub next_check_in: u64,
    /// The site's time, seconds since 1970, for diagnosing wrong clocks.
    pub server_time: i64,
}

/// What the site needs of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "send", rename_all = "kebab-case")]
pub enum InventoryWish {
    /// It holds the same one.
    Nothing,
    /// It holds another one: send the difference to that.
    Difference {
        /// Hash of the inventory it holds.
        base: String,
    },
    /// It holds none.
    Whole,
}
