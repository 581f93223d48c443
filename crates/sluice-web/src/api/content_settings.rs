//! `GET` and `PATCH /settings/content`.

use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sluice_site::content::settings::{ContentSettings as Settings, ContentSettingsChange};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::words::{FetchPolicy, UpdateFiles};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Settings of content: the files of updates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ContentSettings {
    /// Which files are fetched without being asked for.
    pub policy: FetchPolicy,
    /// Which files of an update.
    pub update_files: UpdateFiles,
    /// Files fetched at a time.
    pub parallel: u32,
    /// Most bytes per second, of all together; null: no limit.
    pub bandwidth: Option<u64>,
    /// Seconds that files stay which nothing refers to any more.
    pub grace_seconds: i64,
    /// Most bytes of files that no deployment names, and that are fetched because somebody unknown asked
    /// for them.
    pub undeployed_bytes: u64,
}

/// A change; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentSettingsPatch {
    /// Which files are fetched without being asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<FetchPolicy>,
    /// Which files of an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_files: Option<UpdateFiles>,
    /// Files fetched at a time: 1 to 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// Most bytes per second, of all together: 16,384 or more; 0: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// Seconds that files stay which nothing refers to any more: at most a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<i64>,
    /// Most bytes of files that no deployment names, and that are fetched because somebody unknown asked
    /// for them; 0: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undeployed_bytes: Option<u64>,
}

impl From<Settings> for ContentSettings {
    fn from(settings: Settings) -> Self {
        Self {
            policy: settings.policy.into(),
            update_files: settings.update_files.into(),
            parallel: settings.parallel,
            bandwidth: settings.bandwidth,
            grace_seconds: settings.grace.as_secs(),
            undeployed_bytes: settings.undeployed_bytes,
        }
    }
}

/// Settings of content.
#[utoipa::path(get, path = "/settings/content", tag = "site", responses((status = 200, body = ContentSettings)))]
pub(super) async fn content(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<ContentSettings>> {
    Ok(Json(state.site.content_settings(&caller)?.into()))
}

/// Change settings of content; they are in force at once.
#[utoipa::path(patch, path = "/settings/content", tag = "site", request_body = ContentSettingsPatch, responses((status = 200, body = ContentSettings)))]
pub(super) async fn change_content(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(patch): ApiJson<ContentSettingsPatch>,
) -> WebResult<Json<ContentSettings>> {
    let change = ContentSettingsChange {
        policy: patch.policy.map(Into::into),
        update_files: patch.update_files.map(Into::into),
        parallel: patch.parallel,
        bandwidth: patch.bandwidth,
        grace: patch.grace_seconds.map(SignedDuration::from_secs),
        undeployed_bytes: patch.undeployed_bytes,
    };
    Ok(Json(state.site.change_content_settings(&caller, change).await?.into()))
}
