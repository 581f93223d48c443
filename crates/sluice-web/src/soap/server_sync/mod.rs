//! Server synchronization: one file per operation.

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

use sluice_model::RevisionRef;
use sluice_wsus::messages::server_sync::ServerSyncRequest;
use sluice_wsus::messages::shared::UpdateIdentity;

use super::Service;
use super::ask::{Answered, Ask};
use super::reporting::ping;

/// The name of the only way to get authorization.
pub(super) const PLUG_IN: &str = "DssTargeting";

pub(super) async fn answer(ask: &Ask<'_>, request: ServerSyncRequest) -> Answered {
    match request {
        ServerSyncRequest::GetAuthConfig(_) => get_auth_config::answer(ask),
        ServerSyncRequest::GetCookie(request) => get_cookie::answer(ask, *request),
        ServerSyncRequest::GetConfigData(request) => get_config_data::answer(ask, *request),
        ServerSyncRequest::GetRevisionIdList(request) => get_revision_id_list::answer(ask, *request).await,
        ServerSyncRequest::GetUpdateData(request) => get_update_data::answer(ask, *request).await,
        ServerSyncRequest::GetUpdateDecryptionData(request) => get_update_decryption_data::answer(ask, *request).await,
        ServerSyncRequest::GetDeployments(request) => get_deployments::answer(ask, *request).await,
        ServerSyncRequest::DownloadFiles(request) => download_files::answer(ask, *request).await,
        ServerSyncRequest::GetDriverIdList(request) => get_driver_id_list::answer(ask, *request),
        ServerSyncRequest::GetDriverSetData(request) => get_driver_set_data::answer(ask, *request),
        ServerSyncRequest::GetRelatedRevisionsForUpdates(request) => {
            get_related_revisions_for_updates::answer(ask, *request)
        }
        ServerSyncRequest::Ping(_) => ping::answer(ask, Service::ServerSync),
    }
}

/// A revision as it travels.
fn identity(revision: RevisionRef) -> UpdateIdentity {
    let revision_number = i32::try_from(revision.number).unwrap_or(i32::MAX);
    UpdateIdentity { update_id: revision.update.0, revision_number }
}

/// The opposite. A number that is none names no revision.
fn revision(identity: UpdateIdentity) -> RevisionRef {
    let number = u32::try_from(identity.revision_number).unwrap_or(u32::MAX);
    RevisionRef { update: sluice_model::UpdateId(identity.update_id), number }
}
