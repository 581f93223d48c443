//! The reporting service, as far as agents call it: one file per operation.

mod event;
mod get_required_inventory_type;
pub(super) mod ping;
mod report_event_batch;
mod report_event_batch2;
mod report_inventory;

use sluice_wsus::messages::reporting::ReportingRequest;

use super::Service;
use super::ask::{Answered, Ask};

pub(super) async fn answer(ask: &Ask<'_>, request: ReportingRequest) -> Answered {
    match request {
        ReportingRequest::ReportEventBatch(request) => report_event_batch::answer(ask, *request).await,
        ReportingRequest::ReportEventBatch2(request) => report_event_batch2::answer(ask, &request),
        ReportingRequest::GetRequiredInventoryType(request) => get_required_inventory_type::answer(ask, *request),
        ReportingRequest::ReportInventory(request) => report_inventory::answer(ask, *request),
        ReportingRequest::Ping(_) => ping::answer(ask, Service::Reporting),
    }
}
