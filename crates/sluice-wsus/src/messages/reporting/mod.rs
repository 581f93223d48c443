//! The reporting service (\[MS-WUSP\] 6.3, \[MS-WSUSSS\] 6.3), as far as agents call it: what happened on the devices.
//! The [rollup](super::rollup) between servers goes to the same address.

mod event;
pub mod event_id;
mod event_kind;
mod get_required_inventory_type;
mod misc_data;
mod ping;
mod report_event_batch;
mod report_event_batch2;
mod report_inventory;

pub use event::{BasicData, DetailedVersion, ExtendedData, PrivateData, ProcessorArchitecture, ReportingEvent};
pub use event_kind::{EventGroup, EventKind, EventSeverity};
pub use get_required_inventory_type::{GetRequiredInventoryType, GetRequiredInventoryTypeResponse};
pub use misc_data::MiscData;
pub use ping::{MonitoredServicesResponse, Ping, PingResponse};
pub use report_event_batch::{ReportEventBatch, ReportEventBatchResponse};
pub use report_event_batch2::{ReportEventBatch2, ReportEventBatch2Response};
pub use report_inventory::{ReportInventory, ReportInventoryResponse, ReportingInventory};

use crate::soap::{Service, Style};

/// `/ReportingWebService/ReportingWebService.asmx`.
pub const SERVICE: Service = Service { namespace: "http://www.microsoft.com/SoftwareDistribution", style: Style::Asmx };

requests! {
    /// A request to the reporting service.
    ReportingRequest:
    ReportEventBatch, ReportEventBatch2, GetRequiredInventoryType, ReportInventory, Ping,
}
