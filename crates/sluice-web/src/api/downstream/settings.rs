//! `GET` and `PATCH /settings/downstream`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::downstream::settings::{DownstreamSettings as Settings, DownstreamSettingsChange};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::words::{ConfigOrder, DownstreamAccess};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Settings for servers that synchronize from this site.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownstreamSettings {
    /// Which servers may.
    pub servers: DownstreamAccess,
    /// Order of the elements of the configuration, for strict clients.
    pub config_order: ConfigOrder,
    /// Documents are never packed into cabinets.
    pub plain_documents: bool,
}

/// A change; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownstreamSettingsPatch {
    /// Which servers may synchronize from this site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub servers: Option<DownstreamAccess>,
    /// Order of the elements of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_order: Option<ConfigOrder>,
    /// Never pack documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_documents: Option<bool>,
}

impl From<Settings> for DownstreamSettings {
    fn from(settings: Settings) -> Self {
        Self {
            servers: settings.access.into(),
            config_order: settings.config_order.into(),
            plain_documents: settings.plain_documents,
        }
    }
}

/// Settings for servers that synchronize from this site.
#[utoipa::path(get, path = "/settings/downstream", tag = "site", responses((status = 200, body = DownstreamSettings)))]
pub(in crate::api) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<DownstreamSettings>> {
    Ok(Json(state.site.downstream_settings(&caller)?.into()))
}

/// Change settings for servers that synchronize from this site; they count from their next request on.
#[utoipa::path(patch, path = "/settings/downstream", tag = "site", request_body = DownstreamSettingsPatch, responses((status = 200, body = DownstreamSettings)))]
pub(in crate::api) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(patch): ApiJson<DownstreamSettingsPatch>,
) -> WebResult<Json<DownstreamSettings>> {
    let change = DownstreamSettingsChange {
        access: patch.servers.map(Into::into),
        config_order: patch.config_order.map(Into::into),
        plain_documents: patch.plain_documents,
    };
    Ok(Json(state.site.change_downstream_settings(&caller, change).await?.into()))
}
