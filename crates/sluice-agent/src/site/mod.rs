//! The site, as the device sees it.

mod client;
mod error;
mod trust;

pub(crate) use client::SiteClient;
pub use error::ContactError;
pub(crate) use trust::{PinnedAuthority, TrustError, authority_only, tls_with};

use sluice_wire::{CheckInRequest, CheckInResponse, InventoryResponse, InventoryUpload, ReportRequest, ReportResponse};

use crate::host::BoxFuture;

/// What an enrolled device says to its site.
pub(crate) trait Site: Send + Sync {
    /// `POST check-in`.
    fn check_in<'a>(&'a self, request: &'a CheckInRequest) -> BoxFuture<'a, Result<CheckInResponse, ContactError>>;

    /// `POST inventory`.
    fn inventory<'a>(&'a self, upload: &'a InventoryUpload) -> BoxFuture<'a, Result<InventoryResponse, ContactError>>;

    /// `POST report`.
    fn report<'a>(&'a self, report: &'a ReportRequest) -> BoxFuture<'a, Result<ReportResponse, ContactError>>;
}
