//! What a site learns from the one above as soon as it happens.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `POST news`: answered as soon as there is something that the site does not know, at the latest after
/// [`crate::site::MAX_HOLD`] seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewsRequest {
    /// [`NewsResponse::mark`] of the last answer that was acted on; absent: none.
    #[serde(default)]
    pub mark: Option<String>,
    /// [`NewsResponse::settings_digest`] of the settings that are in force.
    #[serde(default)]
    pub settings_digest: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewsResponse {
    /// Where the site above is; another one than before: it has something new to synchronize.
    pub mark: String,
    /// The catalog version there.
    pub catalog_version: u64,
    /// The name of the site above, which may change.
    pub name: String,
    /// SHA-256 of the settings, hexadecimal.
    pub settings_digest: String,
    /// The settings of the top, when they are not those that are in force.
    #[serde(default)]
    pub settings: Option<TopSettings>,
    /// What an additional software update point needs when the first of its site fails; absent of other sites.
    #[serde(default)]
    pub stand_in: Option<StandIn>,
}

/// Where the first software update point of a site synchronizes from, for the next in rank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// How many points come before it.
    pub rank: u32,
    /// Root of the server.
    pub url: String,
    /// HTTP proxy, perhaps with name and password.
    #[serde(default)]
    pub proxy: Option<String>,
    /// Certificate authorities believed beside those of the machine, PEM.
    #[serde(default)]
    pub authorities: Option<String>,
    /// SHA-256 of certificates that alone are believed, hexadecimal.
    pub pinned: Vec<String>,
    /// Decisions are taken over from there.
    pub replica: bool,
    /// Languages of metadata; all when empty.
    pub languages: Vec<String>,
    /// Requests at once.
    pub parallel: u8,
}

impl std::fmt::Debug for StandIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StandIn({} at {}, proxy hidden)", self.rank, self.url)
    }
}

/// What is decided at the top of the hierarchy for all sites below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopSettings {
    /// The site at the top.
    pub top: String,
    /// Classifications, and categories that servers know, for which something was chosen; by identity.
    pub selection: Vec<Selected>,
    /// Languages of metadata; all when empty.
    pub languages: Vec<String>,
    /// Express files are taken as well.
    pub express: bool,
}

/// A choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// The category or classification.
    pub id: Uuid,
    /// Selected or deselected.
    pub selected: bool,
}

impl TopSettings {
    /// SHA-256 over the canonical bytes, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        // Strings, numbers and lists always encode, in the order of the fields.
        hex::encode(crate::inventory::sha256(&serde_json::to_vec(self).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_digest() {
        let one =
            TopSettings { top: "top".into(), selection: Vec::new(), languages: vec!["en".into()], express: false };
        let selected = vec![Selected { id: Uuid::from_u128(1), selected: true }];
        let others = [
            TopSettings { top: "other".into(), ..one.clone() },
            TopSettings { selection: selected, ..one.clone() },
            TopSettings { languages: Vec::new(), ..one.clone() },
            TopSettings { express: true, ..one.clone() },
        ];
        assert!(others.iter().all(|other| other.digest() != one.digest()));
        assert_eq!(one.clone().digest(), one.digest());
    }
}
