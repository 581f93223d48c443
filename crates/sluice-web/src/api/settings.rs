//! `GET` and `PATCH /settings/windows`.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sluice_site::windows::settings::{WindowsSettings as Settings, WindowsSettingsChange};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::words::Targeting;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Settings for Windows devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WindowsSettings {
    /// Who decides which groups a device is in.
    pub targeting: Targeting,
    /// Metadata may travel over plain HTTP, where anybody on the way can change it.
    pub metadata_over_http: bool,
    /// Seconds a device may go on with one authorization.
    pub cookie_seconds: i64,
    /// When they were last changed.
    pub changed_at: Timestamp,
}

/// A change; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowsSettingsPatch {
    /// Who decides which groups a device is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targeting: Option<Targeting>,
    /// Let metadata travel over plain HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_over_http: Option<bool>,
    /// Seconds a device may go on with one authorization: 3,600 to 604,800.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie_seconds: Option<i64>,
}

impl From<Settings> for WindowsSettings {
    fn from(settings: Settings) -> Self {
        Self {
            targeting: settings.targeting.into(),
            metadata_over_http: settings.metadata_over_http,
            cookie_seconds: settings.cookie_life.as_secs(),
            changed_at: settings.changed_at,
        }
    }
}

/// Settings for Windows devices.
#[utoipa::path(get, path = "/settings/windows", tag = "site", responses((status = 200, body = WindowsSettings)))]
pub(super) async fn windows(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<WindowsSettings>> {
    Ok(Json(state.site.windows_settings(&caller)?.into()))
}

/// Change settings for Windows devices, which read them again at their next request.
#[utoipa::path(patch, path = "/settings/windows", tag = "site", request_body = WindowsSettingsPatch, responses((status = 200, body = WindowsSettings)))]
pub(super) async fn change_windows(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(patch): ApiJson<WindowsSettingsPatch>,
) -> WebResult<Json<WindowsSettings>> {
    let change = WindowsSettingsChange {
        targeting: patch.targeting.map(Into::into),
        metadata_over_http: patch.metadata_over_http,
        cookie_life: patch.cookie_seconds.map(SignedDuration::from_secs),
    };
    Ok(Json(state.site.change_windows_settings(&caller, change).await?.into()))
}
