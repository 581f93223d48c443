//! Transfer bundles: one signed file that carries a site's catalog, content and decisions to a site
//! without a connection. The format is described in `docs/bundle-format.md`.
//!
//! A bundle is written without seeking and read as a stream: a [`BundleWriter`] signs a header, then
//! writes records in frames, each with the hash of everything before it, then signs the last hash. A
//! [`BundleReader`] hands nothing out that is not hashed, and nothing at all when the signer is not
//! trusted; that the bundle is whole is known after its last record ([`verify`]). So who applies one
//! reads it twice.
//!
//! Bytes in, values out: nothing here knows what a store or a socket is.

mod error;
mod frame;
mod header;
mod key;
mod limits;
mod payload;
mod reader;
mod record;
mod trailer;
mod verify;
mod writer;

pub use error::BundleError;
pub use header::{ContentChoice, Header, Part};
pub use key::{NotAKey, PublicKey, SigningKey};
pub use limits::{
    MAX_DATA, MAX_DOCUMENT, MAX_FILE, MAX_HEADER, MAX_LIST, MAX_NAME, MAX_PACKED_DOCUMENT, MAX_RECORD_HEAD,
};
pub use payload::{AcceptedLicence, DeclinedUpdate, ids_from_bytes, ids_to_bytes};
pub use reader::BundleReader;
pub use record::{DeploymentHead, Head, Intent, Notification, Priority, Record, Targeting};
pub use trailer::Counts;
pub use verify::{Verified, verify, verify_rest};
pub use writer::{BundleWriter, Finished};

#[cfg(test)]
mod tests;
