//! How far the enforcement of an update has come on a device.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{DeploymentId, EnforcementState, ErrorCode, UpdateId};

/// What a device last said about enforcing an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnforcementRecord {
    /// The update.
    pub update: UpdateId,
    /// How far it has come.
    pub state: EnforcementState,
    /// Why it failed, when it did.
    pub code: Option<ErrorCode>,
    /// What the package manager said; may be empty.
    pub detail: Arc<str>,
    /// When the device said so.
    pub at: Timestamp,
    /// The deployment that was enforced.
    pub deployment: Option<DeploymentId>,
}

/// Puts records into a list sorted by update. What is said later replaces what was said before,
/// whatever the times: a device's clock may have been put back.
pub(super) fn merge(known: &[EnforcementRecord], new: Vec<EnforcementRecord>) -> Arc<[EnforcementRecord]> {
    let mut merged = known.to_vec();
    for record in new {
        match merged.binary_search_by_key(&record.update, |known| known.update) {
            Err(at) => merged.insert(at, record),
            Ok(at) => {
                if let Some(known) = merged.get_mut(at) {
                    *known = record;
                }
            }
        }
    }
    merged.into()
}
