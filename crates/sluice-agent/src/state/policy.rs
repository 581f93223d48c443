//! The policy in force. It is kept as it was signed and verified anew each time it is read, so
//! that a damaged or altered file never leads to an installation.

use sluice_wire::{Policy, PolicyError, SignedPolicy};

use super::identity::Identity;
use super::{StateDirectory, StateError};

const FILE: &str = "policy.json";

/// The policy held.
#[derive(Debug)]
pub(crate) enum Held {
    /// None yet, or the file is damaged.
    None,
    /// In force.
    Valid(Policy),
    /// Held, but not in force any more.
    Refused(PolicyError),
}

impl Held {
    /// Reads and verifies the policy at `now`.
    pub(crate) fn load(state: &StateDirectory, identity: &Identity, now: i64) -> Result<Self, StateError> {
        let Some(signed) = state.read_or_default::<Option<SignedPolicy>>(FILE)? else { return Ok(Self::None) };
        let key = identity.policy_key().ok_or(PolicyError::Signature);
        Ok(match key.and_then(|key| signed.open(&key, identity.device, None, now)) {
            Ok(policy) => Self::Valid(policy),
            Err(error) => Self::Refused(error),
        })
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> Option<&Policy> {
        match self {
            Self::Valid(policy) => Some(policy),
            Self::None | Self::Refused(_) => None,
        }
    }

    /// What the site is told is held: its content's hash in the first half of its life. After that
    /// nothing, so that the site sends it anew before it expires.
    pub(crate) fn hash_to_report(&self, now: i64) -> Option<String> {
        let policy = self.policy()?;
        let half = policy.issued_at.midpoint(policy.expires_at);
        (now < half).then(|| policy.content_hash())
    }
}

/// Verifies a policy from the site and keeps it.
pub(crate) fn accept(
    state: &StateDirectory,
    identity: &Identity,
    signed: &SignedPolicy,
    now: i64,
) -> Result<Result<Policy, PolicyError>, StateError> {
    let held = issued_at(state)?;
    let opened = identity
        .policy_key()
        .ok_or(PolicyError::Signature)
        .and_then(|key| signed.open(&key, identity.device, held, now));
    if opened.is_ok() {
        state.write(FILE, &Some(signed))?;
    }
    Ok(opened)
}

/// Forgets it, at a new enrolment: another site has another key and clock.
pub(crate) fn forget(state: &StateDirectory) -> Result<(), StateError> {
    state.remove(FILE)
}

/// When the policy held was issued, also of one that has expired.
fn issued_at(state: &StateDirectory) -> Result<Option<i64>, StateError> {
    let signed = state.read_or_default::<Option<SignedPolicy>>(FILE)?;
    Ok(signed.and_then(|signed| serde_json::from_str::<Policy>(&signed.payload).ok()).map(|policy| policy.issued_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{identity, policy, sign};

    #[test]
    fn only_a_newer_valid_one_is_taken_and_a_changed_file_is_not_obeyed() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        let identity = identity();
        let at = |issued_at, expires_at| sign(&Policy { issued_at, expires_at, ..policy(vec![]) });
        assert!(matches!(Held::load(&state, &identity, 10).unwrap(), Held::None));
        accept(&state, &identity, &at(100, 200), 110).unwrap().unwrap();
        assert!(matches!(accept(&state, &identity, &at(99, 900), 110).unwrap(), Err(PolicyError::Older)));
        let held = Held::load(&state, &identity, 120).unwrap();
        assert!(held.policy().is_some() && held.hash_to_report(120).is_some());
        assert_eq!(held.hash_to_report(150), None, "asked for anew in its second half");
        assert!(matches!(Held::load(&state, &identity, 200).unwrap(), Held::Refused(PolicyError::Expired)));
        assert!(matches!(accept(&state, &identity, &at(99, 900), 300).unwrap(), Err(PolicyError::Older)));

        let text = std::fs::read_to_string(state.path(FILE)).unwrap().replace("200", "999");
        std::fs::write(state.path(FILE), text).unwrap();
        assert!(matches!(Held::load(&state, &identity, 120).unwrap(), Held::Refused(PolicyError::Signature)));
    }
}
