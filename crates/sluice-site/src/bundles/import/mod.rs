//! The use cases: verifying a bundle, and importing one.

mod apply;
mod check;
mod decisions;
mod outcome;
mod reading;
mod spool;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use sluice_bundle::{Part, PublicKey};
use sluice_store::bundle_signer;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
pub use outcome::{BundleOutcome, BundleReport};

/// What is imported unless something else is asked for: all but settings, which each site has its
/// own of.
pub const CHOSEN_BY_DEFAULT: [Part; 8] = [
    Part::Documents,
    Part::Content,
    Part::Collections,
    Part::Groups,
    Part::Deployments,
    Part::Declined,
    Part::Licences,
    Part::Selection,
];

impl Site {
    /// Reads a bundle to its end and says what it is, and whether it could be imported now. Keeps
    /// nothing.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` when it is not what a trusted signer wrote, whole.
    pub async fn verify_bundle<S>(self: &Arc<Self>, caller: &Caller, body: S) -> SiteResult<BundleReport>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        caller.require(Permission::Synchronize)?;
        let trusted = self.trusted_keys().await?;
        let verified = spool::verify(body, trusted).await?;
        let refused = check::policy(self, &verified.header, verified.signer, &CHOSEN_BY_DEFAULT).await.err();
        let signer = self.signer_name(verified.signer).await?;
        Ok(BundleReport::of(&verified, signer, refused))
    }

    /// Imports a bundle: verifies all of it, then takes in what was chosen. Returns when everything is
    /// served. Killed on the way, it goes on when the same bundle is imported again.
    ///
    /// # Errors
    /// `Forbidden`; `Conflict` while another import runs, and when it is expired, was imported
    /// already, does not go on from the last one, or is for another site; `Invalid` when it is not
    /// what a trusted signer wrote, whole. Then nothing was changed.
    pub async fn import_bundle<S>(
        self: &Arc<Self>,
        caller: &Caller,
        chosen: Vec<Part>,
        body: S,
    ) -> SiteResult<BundleOutcome>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        caller.require(Permission::ManageSite)?;
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move {
            let one = site.bundles.importing.try_lock();
            let _one = one.map_err(|_| SiteError::conflict("another bundle is imported", "Wait until it is done."))?;
            let trusted = site.trusted_keys().await?;
            let (verified, file) = spool::take_in(&site, body, trusted, chosen.clone()).await?;
            apply::run(&site, &caller, chosen, verified, file).await
        })
        .await
    }

    async fn trusted_keys(&self) -> SiteResult<Vec<PublicKey>> {
        let records = bundle_signer::list(&mut self.store.reader().await?).await?;
        Ok(records.into_iter().map(|record| PublicKey(record.key)).collect())
    }

    async fn signer_name(&self, key: PublicKey) -> SiteResult<String> {
        let records = bundle_signer::list(&mut self.store.reader().await?).await?;
        let found = records.into_iter().find(|record| record.key == key.0);
        Ok(found.map_or_else(|| key.to_string(), |record| record.name.to_string()))
    }
}
