//! Server synchronization (\[MS-WSUSSS\] 3.1.4, 6.1): how a downstream server gets metadata, approvals and files from its
//! upstream server.

mod config_data;
mod delta;
mod download_files;
mod get_auth_config;
mod get_config_data;
mod get_cookie;
mod get_deployments;
mod get_driver_id_list;
mod get_driver_set_data;
mod get_related_revisions_for_updates;
mod get_revision_id_list;
mod get_update_data;
mod get_update_decryption_data;
mod target_group;
mod update_data;
mod url_data;

pub use crate::messages::reporting::{Ping, PingResponse};
pub use crate::messages::shared::AuthPlugInInfo;
pub use config_data::{ElementOrder, ServerSyncConfigData, ServerSyncLanguageData};
pub use delta::{HardwareIdAndDelta, IdAndDelta, LanguageAndDelta};
pub use download_files::{DownloadFiles, DownloadFilesResponse};
pub use get_auth_config::{GetAuthConfig, GetAuthConfigResponse};
pub use get_config_data::{GetConfigData, GetConfigDataResponse};
pub use get_cookie::{GetCookie, GetCookieResponse};
pub use get_deployments::{
    GetDeployments, GetDeploymentsResponse, ServerSyncAction, ServerSyncDeployment, ServerSyncDeploymentResult,
};
pub use get_driver_id_list::{GetDriverIdList, GetDriverIdListResponse, ServerSyncDriverFilter};
pub use get_driver_set_data::{GetDriverSetData, GetDriverSetDataResponse, ServerSyncDriverSetData};
pub use get_related_revisions_for_updates::{GetRelatedRevisionsForUpdates, GetRelatedRevisionsForUpdatesResponse};
pub use get_revision_id_list::{GetRevisionIdList, GetRevisionIdListResponse, ServerSyncFilter};
pub use get_update_data::{GetUpdateData, GetUpdateDataResponse};
pub use get_update_decryption_data::{
    GetUpdateDecryptionData, GetUpdateDecryptionDataResponse, ServerSyncFileDecryption, ServerSyncUpdateFileDecryption,
};
pub use target_group::ServerSyncTargetGroup;
pub use update_data::{ServerSyncUpdateData, UpdateBlob};
pub use url_data::ServerSyncUrlData;

use crate::soap::{Service, Style};

/// `/ServerSyncWebService/ServerSyncWebService.asmx`.
pub const SERVICE: Service = Service { namespace: "http://www.microsoft.com/SoftwareDistribution", style: Style::Asmx };

requests! {
    /// A request to server synchronization.
    ServerSyncRequest:
    GetAuthConfig, GetCookie, GetConfigData, GetRevisionIdList, GetUpdateData, GetUpdateDecryptionData, GetDeployments,
    DownloadFiles, GetDriverIdList, GetDriverSetData, GetRelatedRevisionsForUpdates, Ping,
}
