//! How a site joins below another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `POST join`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JoinRequest {
    /// [`crate::site::SiteToken::encode`].
    pub token: String,
    /// Who wants to join.
    pub site: SiteIdentity,
    /// As which server it synchronizes: the GUID that \[MS-WSUSSS\] knows it by, told to nobody else.
    pub server: Uuid,
    /// The type it wants to have there; the usual one when absent.
    #[serde(default)]
    pub site_type: Option<String>,
    /// `autonomous` or `replica`.
    pub mode: String,
    /// Sites stand below it.
    pub has_sites_below: bool,
    /// Its clock, seconds since 1970.
    pub time: i64,
    /// Only say what stands against it; the token stays good.
    #[serde(default)]
    pub only_check: bool,
}

/// A site, to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteIdentity {
    /// Identity.
    pub id: Uuid,
    /// Its name for people.
    pub name: String,
    /// Version of its program.
    pub version: String,
}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JoinResponse {
    /// The site above.
    pub site: SiteIdentity,
    /// The type of that one.
    pub parent_type: String,
    /// The type the new one has, or would have; absent when it can have none.
    #[serde(default)]
    pub site_type: Option<String>,
    /// What stands against it, as words; empty: it joined, or may.
    pub problems: Vec<String>,
    /// [`crate::site::SiteCredential::encode`], given once; absent when it did not join.
    #[serde(default)]
    pub credential: Option<String>,
    /// The clock there, seconds since 1970.
    pub time: i64,
}
