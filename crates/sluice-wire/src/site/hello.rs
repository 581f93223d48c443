//! What a site tells the one above, regularly and when it changed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `POST hello`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HelloRequest {
    /// The site itself, then those below it; at most [`crate::site::MAX_NODES`].
    pub sites: Vec<NodeReport>,
    /// Its clock, seconds since 1970.
    pub time: i64,
}

/// A site as it reports itself, or as the site above it knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Identity.
    pub id: Uuid,
    /// The site above it; absent of the one that reports.
    #[serde(default)]
    pub parent: Option<Uuid>,
    /// Its name for people.
    pub name: String,
    /// Its type.
    pub site_type: String,
    /// `autonomous` or `replica`.
    pub mode: String,
    /// Version of its program.
    pub version: String,
    /// Version of the catalog it serves.
    pub catalog_version: u64,
    /// The catalog version of the site above that it holds.
    #[serde(default)]
    pub holds: Option<u64>,
    /// End of its last successful synchronization, seconds since 1970.
    #[serde(default)]
    pub last_sync: Option<i64>,
    /// Why its last synchronization failed.
    #[serde(default)]
    pub last_error: Option<String>,
    /// Its own devices.
    pub devices: u64,
    /// Those that need nothing.
    pub compliant: u64,
    /// Those that need something.
    pub non_compliant: u64,
    /// Those of which nothing is known.
    pub unknown: u64,
    /// For how many seconds the site above it has not heard of it; absent of the one that reports.
    #[serde(default)]
    pub unheard: Option<u64>,
}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HelloResponse {
    /// The clock of the site above, seconds since 1970.
    pub time: i64,
}

/// `POST leave`: the site is below this one no more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeaveRequest {}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeaveResponse {}
