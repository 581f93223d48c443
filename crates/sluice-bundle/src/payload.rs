//! What payloads of lists look like.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A declined update, in the payload of [`crate::Head::Declined`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclinedUpdate {
    /// The update.
    pub update: Uuid,
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

/// Licence terms that were accepted, in the payload of [`crate::Head::Licences`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedLicence {
    /// The terms (`EulaID`).
    pub licence: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Identities as a payload: 16 bytes each.
#[must_use]
pub fn ids_to_bytes(ids: impl IntoIterator<Item = Uuid>) -> Vec<u8> {
    ids.into_iter().flat_map(Uuid::into_bytes).collect()
}

/// The identities of a payload; `None` when it is none of identities.
#[must_use]
pub fn ids_from_bytes(bytes: &[u8]) -> Option<Vec<Uuid>> {
    let (ids, rest) = bytes.as_chunks::<16>();
    rest.is_empty().then(|| ids.iter().map(|id| Uuid::from_bytes(*id)).collect())
}
