//! The client service (\[MS-WUSP\] 2.2.2.2): what there is for a client and what it shall do with it.

mod device;
mod get_config;
mod get_cookie;
mod get_extended_update_info;
mod get_extended_update_info2;
mod get_file_locations;
mod outline;
mod refresh_cache;
mod register_computer;
mod start_category_scan;
mod sync_printer_catalog;
mod sync_updates;

pub use crate::messages::shared::AuthPlugInInfo;
pub use device::{Device, ExtensionDriver, InstalledDriver};
pub use get_config::{ConfigurationProperty, GetConfig, GetConfigResponse};
pub use get_cookie::{GetCookie, GetCookieResponse};
pub use get_extended_update_info::{GetExtendedUpdateInfo, GetExtendedUpdateInfoResponse};
pub use get_extended_update_info2::{
    FileDecryption, GetExtendedUpdateInfo2, GetExtendedUpdateInfo2Response, UpdateEncryptionDetail,
};
pub use get_file_locations::{GetFileLocations, GetFileLocationsResponse};
pub use outline::Outline;
pub use refresh_cache::{RefreshCache, RefreshCacheResponse, RefreshCacheResult};
pub use register_computer::{ComputerInfo, RegisterComputer, RegisterComputerResponse};
pub use start_category_scan::{CategoryRelationship, StartCategoryScan, StartCategoryScanResponse};
pub use sync_printer_catalog::{SyncPrinterCatalog, SyncPrinterCatalogResponse};
pub use sync_updates::{ComputerSpec, ProductsParameters, SyncUpdateParameters, SyncUpdates, SyncUpdatesResponse};

use crate::soap::{Service, Style};

/// `/ClientWebService/client.asmx`.
pub const SERVICE: Service =
    Service { namespace: "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService", style: Style::Wcf };

requests! {
    /// A request to the client service.
    ClientRequest:
    GetConfig, GetCookie, RegisterComputer, StartCategoryScan, SyncUpdates, SyncPrinterCatalog, RefreshCache,
    GetExtendedUpdateInfo, GetExtendedUpdateInfo2, GetFileLocations,
}
