//! A refusal.

use serde::{Deserialize, Serialize};

/// Problem details (RFC 9457), with what to do about it in a member of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What sort of problem, as a stable word after `urn:sluice:problem:`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What failed.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Why.
    #[serde(default)]
    pub detail: String,
    /// What to do.
    #[serde(default)]
    pub fix: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        if !self.fix.is_empty() {
            write!(f, " ({})", self.fix)?;
        }
        Ok(())
    }
}
