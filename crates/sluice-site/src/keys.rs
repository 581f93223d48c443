//! The key that signs policies. It is made once and kept in the store.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_store::{Store, meta};
use sluice_wire::{Policy, SignedPolicy};

use crate::error::{SiteError, SiteResult};
use crate::host::Host;

/// Where the seed is kept.
const META: &str = "policy-key-seed";

/// Signs policies (Ed25519, RFC 8032).
pub(crate) struct PolicyKey {
    pair: Ed25519KeyPair,
}

impl PolicyKey {
    /// The site's key; made at its first start.
    pub(crate) async fn load(store: &Store, host: &Host) -> SiteResult<Self> {
        let fresh = host.secret();
        let seed = store.write(move |tx| Box::pin(async move { meta::set_if_none(tx, META, &fresh).await })).await?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        let pair = pair.map_err(|e| SiteError::internal("reading the policy key", e.to_string()))?;
        Ok(Self { pair })
    }

    /// What devices verify with.
    pub(crate) fn public(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        key
    }

    pub(crate) fn sign(&self, policy: &Policy) -> SiteResult<SignedPolicy> {
        let payload = serde_json::to_string(policy).map_err(|e| SiteError::internal("writing a policy", e))?;
        let signature = BASE64_STANDARD.encode(self.pair.sign(&SignedPolicy::signed_bytes(&payload)));
        Ok(SignedPolicy { payload, signature })
    }
}
