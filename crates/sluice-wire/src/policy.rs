//! The policy of a device: what it shall do, signed by its site.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a device shall do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// For which device; another device refuses it.
    pub device: Uuid,
    /// Seconds since 1970. The agent never goes back to a policy issued earlier.
    pub issued_at: i64,
    /// Seconds since 1970. After this the agent installs nothing more until it gets a new policy.
    pub expires_at: i64,
    /// How the agent behaves.
    pub settings: PolicySettings,
    /// What is deployed to the device and applies to it.
    pub assignments: Vec<Assignment>,
}

/// How the agent behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySettings {
    /// Seconds between check-ins.
    pub check_in: u64,
    /// Most random seconds added to each interval, so that a fleet does not come at once.
    pub check_in_jitter: u64,
    /// Seconds the agent waits for another package operation to end.
    pub lock_wait: u64,
    /// Seconds between announcing a restart and doing it.
    pub restart_delay: u64,
}

/// One update a device shall or may install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The deployment it comes from.
    pub deployment: Uuid,
    /// Its name.
    pub deployment_name: String,
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// Installed at the deadline (true) or only on request (false).
    pub required: bool,
    /// Seconds since 1970: from when on it may be installed.
    pub available_at: i64,
    /// Seconds since 1970: when it is installed without being asked.
    pub deadline: Option<i64>,
    /// The device may restart itself for it.
    pub restart: bool,
    /// What users see: `show-all`, `restart-only`, `hide-all`.
    pub notification: String,
    /// Exactly these packages.
    pub packages: Vec<AssignedPackage>,
}

/// One package to install.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AssignedPackage {
    /// Name.
    pub name: String,
    /// Architecture as the archive writes it.
    pub architecture: String,
    /// The approved version; no other is installed.
    pub version: String,
    /// Size of the file, bytes.
    pub size: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// A policy as it travels: its exact bytes and their signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPolicy {
    /// JSON of a [`Policy`].
    pub payload: String,
    /// Ed25519 (RFC 8032) over [`SignedPolicy::signed_bytes`], base64.
    pub signature: String,
}

/// Why a policy is refused.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not signed by the site's key.
    #[error("the policy is not signed by this site's key")]
    Signature,
    /// Signed, but not understood.
    #[error("the policy cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// For another device.
    #[error("the policy is for another device")]
    OtherDevice,
    /// Older than the one held.
    #[error("the policy is older than the one this device holds")]
    Older,
    /// Its time is over.
    #[error("the policy has expired")]
    Expired,
}

/// Keeps a signature over a policy from being taken for one over anything else.
const CONTEXT: &[u8] = b"sluice policy v1\0";

impl SignedPolicy {
    /// The bytes a signature is over.
    #[must_use]
    pub fn signed_bytes(payload: &str) -> Vec<u8> {
        [CONTEXT, payload.as_bytes()].concat()
    }

    /// Verifies and reads the policy for `device` at `now` (seconds since 1970). `held_issued_at`
    /// is the [`Policy::issued_at`] of the policy held so far.
    ///
    /// # Errors
    /// Says which check failed; the policy held so far stays in force.
    pub fn open(
        &self,
        key: &[u8; 32],
        device: Uuid,
        held_issued_at: Option<i64>,
        now: i64,
    ) -> Result<Policy, PolicyError> {
        let signature = BASE64_STANDARD.decode(&self.signature).map_err(|_| PolicyError::Signature)?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&Self::signed_bytes(&self.payload), &signature)
            .map_err(|_| PolicyError::Signature)?;
        let policy: Policy = serde_json::from_str(&self.payload).map_err(PolicyError::Unreadable)?;
        if policy.device != device {
            return Err(PolicyError::OtherDevice);
        }
        if held_issued_at.is_some_and(|held| policy.issued_at < held) {
            return Err(PolicyError::Older);
        }
        if policy.expires_at <= now {
            return Err(PolicyError::Expired);
        }
        Ok(policy)
    }
}

impl Policy {
    /// Hash of what the policy says, leaving out when it was issued: the same hash means that
    /// nothing new has to be sent.
    ///
    /// # Panics
    /// Never: the type has only strings, numbers and lists, which always serialize.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let content = (&self.device, self.expires_at, &self.settings, &self.assignments);
        let bytes = serde_json::to_vec(&content).expect("strings, numbers and lists always serialize");
        hex::encode(crate::inventory::sha256(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn policy() -> Policy {
        Policy {
            device: Uuid::from_u128(1),
            issued_at: 100,
            expires_at: 200,
            settings: PolicySettings { check_in: 900, check_in_jitter: 60, lock_wait: 300, restart_delay: 60 },
            assignments: Vec::new(),
        }
    }

    #[test]
    fn only_the_sites_newest_policy_for_this_device_opens() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let key: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
        let payload = serde_json::to_string(&policy()).unwrap();
        let signature = BASE64_STANDARD.encode(pair.sign(&SignedPolicy::signed_bytes(&payload)));
        let signed = SignedPolicy { payload, signature };
        let device = Uuid::from_u128(1);
        assert_eq!(signed.open(&key, device, Some(100), 150).unwrap(), policy());
        assert!(matches!(signed.open(&key, Uuid::from_u128(2), None, 150), Err(PolicyError::OtherDevice)));
        assert!(matches!(signed.open(&key, device, Some(101), 150), Err(PolicyError::Older)));
        assert!(matches!(signed.open(&key, device, None, 200), Err(PolicyError::Expired)));
        assert!(matches!(signed.open(&[0; 32], device, None, 150), Err(PolicyError::Signature)));
        let payload = signed.payload.replace("900", "901");
        let tampered = SignedPolicy { payload, ..signed };
        assert!(matches!(tampered.open(&key, device, None, 150), Err(PolicyError::Signature)));
    }

    #[test]
    fn the_hash_is_of_the_content_only() {
        let later = Policy { issued_at: 150, ..policy() };
        assert_eq!(later.content_hash(), policy().content_hash());
        let longer = Policy { expires_at: 300, ..policy() };
        assert_ne!(longer.content_hash(), policy().content_hash());
        let mut other = policy();
        other.settings.check_in = 1;
        assert_ne!(other.content_hash(), policy().content_hash());
    }
}
