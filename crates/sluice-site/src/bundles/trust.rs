//! Whose bundles may be imported.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_bundle::PublicKey;
use sluice_store::bundle_signer::SignerRecord;
use sluice_store::{audit, bundle_signer};

use crate::caller::{Caller, Permission};
use crate::collections::valid_name;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most trusted keys: each is tried for each bundle.
const MAX_SIGNERS: usize = 1_000;

/// A key whose bundles may be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedSigner {
    /// The key.
    pub public_key: PublicKey,
    /// What people compare.
    pub fingerprint: String,
    /// What people call it.
    pub name: String,
    /// Since when it is trusted.
    pub added_at: Timestamp,
    /// Who trusts it.
    pub added_by: String,
}

impl Site {
    /// The keys whose bundles may be imported, by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn trusted_signers(&self, caller: &Caller) -> SiteResult<Vec<TrustedSigner>> {
        caller.require(Permission::Read)?;
        let records = bundle_signer::list(&mut self.store.reader().await?).await?;
        Ok(records.into_iter().map(view).collect())
    }

    /// Trusts a key: bundles that are signed with it may be imported.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a name or key that is none, `Conflict` when it is trusted already.
    pub async fn trust_signer(
        self: &Arc<Self>,
        caller: &Caller,
        name: &str,
        public_key: &str,
    ) -> SiteResult<TrustedSigner> {
        caller.require(Permission::ManageSite)?;
        let name = valid_name(name)?;
        let key: PublicKey = public_key.parse().map_err(|error: sluice_bundle::NotAKey| {
            SiteError::invalid("public_key", error.to_string(), "`sluice bundle key` at the other site prints it.")
        })?;
        if key == self.bundles.identity.key.public() {
            return Err(SiteError::conflict("this is this site's own key", "Give the key of another site."));
        }
        if bundle_signer::list(&mut self.store.reader().await?).await?.len() >= MAX_SIGNERS {
            let message = format!("the site trusts {MAX_SIGNERS} keys already");
            return Err(SiteError::conflict(message, "Remove some that are over."));
        }
        let record = SignerRecord { key: key.0, name, added_at: self.now(), added_by: caller.name.clone() };
        let entry = self.audit_entry(caller, "bundle.trust", record.name.as_str(), &key.to_string());
        let new = record.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                bundle_signer::insert(tx, &new).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        Ok(view(record))
    }

    /// Trusts a key no more. What its bundles brought stays.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn distrust_signer(self: &Arc<Self>, caller: &Caller, public_key: &str) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let unknown = || SiteError::not_found("trusted key", public_key.chars().take(64).collect::<String>());
        let key: PublicKey = public_key.parse().map_err(|_| unknown())?;
        let entry = self.audit_entry(caller, "bundle.distrust", &key.to_string(), "");
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                bundle_signer::remove(tx, key.0).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        Ok(write.await?)
    }
}

fn view(record: SignerRecord) -> TrustedSigner {
    let public_key = PublicKey(record.key);
    TrustedSigner {
        fingerprint: public_key.fingerprint(),
        public_key,
        name: record.name.to_string(),
        added_at: record.added_at,
        added_by: record.added_by,
    }
}
