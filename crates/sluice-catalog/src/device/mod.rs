//! What devices have, in a compact form that does not depend on the catalog.
//!
//! A new catalog therefore costs no device a second look at its inventory's text: only the numbers
//! of [`InstalledTable`] are walked.

mod facts;
mod installed;

pub use facts::{DeviceFacts, Subscription};
pub(crate) use installed::Lineage;
pub use installed::{InstalledNumber, InstalledRef, InstalledTable};
