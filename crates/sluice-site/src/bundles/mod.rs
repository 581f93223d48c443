//! Transfer bundles: a site's catalog, content and decisions as one signed file, for sites without
//! a connection.
//!
//! ```text
//! export: plan (what, since when) ── write (a blocking thread) ──> stream
//! import: stream ── spool and verify everything ──> documents, content, decisions, each idempotent
//! ```
//!
//! Nothing is touched before the whole bundle is verified. An import that was killed is begun again
//! by importing the same bundle: what is there already is passed over. Catalogs of Linux sources are
//! not in a bundle: a site has them from a mirror, with the distribution's own signatures. Deployments
//! and groups name Linux updates all the same, since those have the same identities at every site.

mod export;
mod history;
mod identity;
mod import;
mod trust;

use tokio::sync::Mutex;

pub use export::{ExportRequest, ExportStream, MAX_EXPIRES};
pub use history::{BundleExport, BundleImport};
pub use identity::BundleKey;
pub use import::{BundleOutcome, BundleReport, CHOSEN_BY_DEFAULT};
pub use sluice_bundle::{ContentChoice, Counts as BundleCounts, Header as BundleHeader, Part, PublicKey};
pub use trust::TrustedSigner;

use crate::error::SiteResult;
use crate::host::Host;
use identity::Identity;
use sluice_model::SiteId;
use sluice_store::Store;

/// What the site needs for bundles.
pub(crate) struct Bundles {
    identity: Identity,
    /// One export at a time: each reads the whole catalog.
    exporting: std::sync::Arc<Mutex<()>>,
    /// One import at a time: the last one decides what the next may be.
    importing: Mutex<()>,
}

impl Bundles {
    /// The site's key, made at its first start, and its identity.
    pub(crate) async fn load(store: &Store, host: &Host, site: SiteId) -> SiteResult<Self> {
        let identity = Identity::load(store, host, site).await?;
        Ok(Self { identity, exporting: std::sync::Arc::default(), importing: Mutex::default() })
    }
}
