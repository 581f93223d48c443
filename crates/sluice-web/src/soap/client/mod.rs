//! The client service: one file per operation.

mod get_config;
mod get_cookie;
mod get_extended_update_info;
mod get_extended_update_info2;
mod get_file_locations;
mod refresh_cache;
mod register_computer;
mod start_category_scan;
mod sync_printer_catalog;
mod sync_updates;

use sluice_wsus::messages::client::ClientRequest;

use super::ask::{Answered, Ask};

/// The name of the only way to get authorization.
pub(super) const PLUG_IN: &str = "SimpleTargeting";

pub(super) async fn answer(ask: &Ask<'_>, request: ClientRequest) -> Answered {
    match request {
        ClientRequest::GetConfig(_) => get_config::answer(ask),
        ClientRequest::GetCookie(request) => get_cookie::answer(ask, *request),
        ClientRequest::RegisterComputer(request) => register_computer::answer(ask, *request).await,
        ClientRequest::StartCategoryScan(request) => start_category_scan::answer(ask, &request),
        ClientRequest::SyncUpdates(request) => sync_updates::answer(ask, *request).await,
        ClientRequest::SyncPrinterCatalog(request) => sync_printer_catalog::answer(ask, *request).await,
        ClientRequest::RefreshCache(request) => refresh_cache::answer(ask, *request),
        ClientRequest::GetExtendedUpdateInfo(request) => get_extended_update_info::answer(ask, *request).await,
        ClientRequest::GetExtendedUpdateInfo2(request) => get_extended_update_info2::answer(ask, *request),
        ClientRequest::GetFileLocations(request) => get_file_locations::answer(ask, *request),
    }
}
