//! `GET /client-policy/windows`.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sluice_site::client_policy::{ClientPolicyFile, ClientPolicyRequest};
use utoipa::IntoParams;

use crate::admin::AdminState;
use crate::api::words::{AutomaticUpdates, DeliveryMode, PolicyFormat};
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// What the policy says and which form it has. What is absent is as most sites want it.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ClientPolicyParams {
    /// The form; `reg` when absent.
    #[param(inline)]
    format: Option<PolicyFormat>,
    /// Address devices scan against; the site's own when absent.
    #[param(example = "https://updates.example.org:8531")]
    server: Option<String>,
    /// Address devices report to; the same when absent.
    status_server: Option<String>,
    /// Address content may also be downloaded from.
    alternate_server: Option<String>,
    /// Target groups for client-side targeting, separated by semicolons.
    target_group: Option<String>,
    /// Hours between scans, 1 to 22; 22 when absent.
    detection_hours: Option<u8>,
    /// What devices do with what is offered; `download` when absent. Deadlines hold whatever is chosen.
    #[param(inline)]
    automatic: Option<AutomaticUpdates>,
    /// Day of installations with `automatic=schedule`: 0 every day (when absent), 1 Sunday to 7 Saturday.
    install_day: Option<u8>,
    /// Hour of installations with `automatic=schedule`, 0 to 23, local time; 3 when absent.
    install_hour: Option<u8>,
    /// Devices may ask Microsoft's services on the internet too.
    #[serde(default)]
    microsoft: bool,
    /// From where else devices may get content; `lan` when absent.
    #[param(inline)]
    delivery: Option<DeliveryMode>,
    /// Accept updates signed by the devices' trusted publishers.
    #[serde(default)]
    trust_publishers: bool,
    /// Pin the authority: devices refuse servers with certificates of any other.
    #[serde(default)]
    pin: bool,
}

impl From<ClientPolicyParams> for ClientPolicyRequest {
    fn from(params: ClientPolicyParams) -> Self {
        let usual = Self::default();
        Self {
            format: params.format.map_or(usual.format, Into::into),
            server: params.server,
            status_server: params.status_server,
            alternate_server: params.alternate_server,
            target_group: params.target_group,
            detection_hours: params.detection_hours.unwrap_or(usual.detection_hours),
            automatic: params.automatic.map_or(usual.automatic, Into::into),
            install_day: params.install_day.unwrap_or(usual.install_day),
            install_hour: params.install_hour.unwrap_or(usual.install_hour),
            microsoft: params.microsoft,
            delivery: params.delivery.map_or(usual.delivery, Into::into),
            trust_publishers: params.trust_publishers,
            pin: params.pin,
        }
    }
}

/// A file that points Windows devices at this site: a registration file, a PowerShell script, Group Policy, Intune.
#[utoipa::path(
    get, path = "/client-policy/windows", tag = "devices", params(ClientPolicyParams),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream")),
)]
pub(super) async fn windows(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<ClientPolicyParams>,
) -> WebResult<Response> {
    Ok(download(state.site.client_policy(&caller, &params.into())?))
}

/// The file, as something to be saved.
pub(crate) fn download(file: ClientPolicyFile) -> Response {
    let name = format!("attachment; filename=\"{}\"", file.file_name);
    ([(CONTENT_TYPE, file.media_type.to_owned()), (CONTENT_DISPOSITION, name)], file.bytes).into_response()
}
