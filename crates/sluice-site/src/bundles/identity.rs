//! Who the site is for others: its identity and the key that signs its bundles.

use sluice_bundle::{PublicKey, SigningKey};
use sluice_model::SiteId;
use sluice_store::{Store, meta};
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::host::Host;
use crate::site::Site;

/// Where the seed of the key is kept.
const KEY: &str = "bundle-key-seed";

/// The site's identity and key.
pub(super) struct Identity {
    pub(super) site: Uuid,
    pub(super) key: SigningKey,
}

impl Identity {
    pub(super) async fn load(store: &Store, host: &Host, site: SiteId) -> SiteResult<Self> {
        let seed = host.secret();
        let stored = store.write(move |tx| Box::pin(async move { meta::set_if_none(tx, KEY, &seed).await }));
        let seed = stored.await?;
        let seed =
            <[u8; 32]>::try_from(seed).map_err(|_| SiteError::internal("reading the bundle key", "its length"))?;
        let key = SigningKey::from_seed(&seed);
        let key = key.ok_or_else(|| SiteError::internal("reading the bundle key", "it is no key"))?;
        Ok(Self { site: site.0, key })
    }
}

/// What others must know to trust this site's bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleKey {
    /// The site's identity.
    pub site: Uuid,
    /// The site's name.
    pub name: String,
    /// The key, 64 hexadecimal digits.
    pub public_key: PublicKey,
    /// What people compare.
    pub fingerprint: String,
}

impl Site {
    /// The key that this site signs its bundles with, and its identity.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn bundle_key(&self, caller: &Caller) -> SiteResult<BundleKey> {
        caller.require(Permission::Read)?;
        let identity = &self.bundles.identity;
        let public_key = identity.key.public();
        Ok(BundleKey {
            site: identity.site,
            name: self.config.name.clone(),
            fingerprint: public_key.fingerprint(),
            public_key,
        })
    }
}
