//! Who the device is: made at enrolment, secret.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use sluice_wire::DeviceCredential;
use uuid::Uuid;

use super::{StateDirectory, StateError};

const FILE: &str = "identity.json";

/// Who the device is and which site it belongs to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The device.
    pub(crate) device: Uuid,
    /// Its name at the site; the machine's own name when not given.
    pub(crate) name: Option<String>,
    /// The site's client listener, without a trailing slash.
    pub(crate) server: String,
    /// The site's name for people.
    pub(crate) site: String,
    /// The site's certificate authority, PEM.
    pub(crate) authority: String,
    /// Ed25519 public key, base64, that signs policies.
    pub(crate) policy_key: String,
    /// [`DeviceCredential::encode`].
    credential: String,
}

impl Identity {
    /// Of what enrolment gave. `None` when the credential is not one.
    pub(crate) fn new(
        name: Option<String>,
        server: String,
        authority: String,
        answer: sluice_wire::EnrollResponse,
    ) -> Option<Self> {
        let identity = Self {
            device: answer.device_id,
            name,
            server,
            site: answer.site,
            authority,
            policy_key: answer.policy_key,
            credential: answer.credential,
        };
        (identity.credential().is_some_and(|c| c.device == identity.device) && identity.policy_key().is_some())
            .then_some(identity)
    }

    /// What it shows the site.
    pub(crate) fn credential(&self) -> Option<DeviceCredential> {
        DeviceCredential::decode(&self.credential)
    }

    /// What verifies policies.
    pub(crate) fn policy_key(&self) -> Option<[u8; 32]> {
        BASE64_STANDARD.decode(&self.policy_key).ok()?.try_into().ok()
    }

    /// Reads it; `None` when the device is not enrolled.
    pub(crate) fn load(state: &StateDirectory) -> Result<Option<Self>, StateError> {
        state.read_secret(FILE)
    }

    /// Keeps it.
    pub(crate) fn save(&self, state: &StateDirectory) -> Result<(), StateError> {
        state.write(FILE, self)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({} at {}, secret hidden)", self.device, self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_and_never_shown() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        let credential = DeviceCredential { device: Uuid::from_u128(4), secret: [8; 32] };
        let answer = sluice_wire::EnrollResponse {
            device_id: Uuid::from_u128(4),
            credential: credential.encode(),
            policy_key: BASE64_STANDARD.encode([5; 32]),
            site: "Home".into(),
        };
        let identity = Identity::new(None, "https://site:8531".into(), "PEM".into(), answer.clone()).unwrap();
        assert_eq!(Identity::load(&state).unwrap(), None);
        identity.save(&state).unwrap();
        assert_eq!(Identity::load(&state).unwrap(), Some(identity.clone()));
        assert!(!format!("{identity:?}").contains(&credential.encode()[40..]));
        let other = sluice_wire::EnrollResponse { device_id: Uuid::from_u128(5), ..answer };
        assert_eq!(Identity::new(None, String::new(), String::new(), other), None, "a credential of another device");
    }
}
