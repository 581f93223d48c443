//! `GET` and `PATCH /site/place`, `POST /site/leave`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::sites::settings;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::words::{LinkState, SetWhere, SiteMode, SiteSetting, SiteType};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// This site's place in the hierarchy.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SitePlace {
    /// Its identity.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its type.
    pub site_type: SiteType,
    /// Whether it takes over the decisions of the site above.
    pub mode: SiteMode,
    /// The site above; null at the top.
    pub parent: Option<SiteAbove>,
    /// Where each setting is made.
    pub settings: Vec<SettingPlace>,
}

/// The site above.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteAbove {
    /// Its identity.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its type.
    pub site_type: SiteType,
    /// Where it serves.
    pub url: String,
    /// The site at the top; null as long as it was not told.
    pub top: Option<String>,
    /// The source by which metadata comes from there.
    pub source: Uuid,
    /// When this site joined.
    pub joined_at: Timestamp,
    /// How the link does.
    pub state: LinkState,
    /// When the site above last answered, since this one started.
    pub last_contact: Option<Timestamp>,
    /// Why it does not answer; null when it does.
    pub error: Option<String>,
    /// How many seconds its clock is ahead.
    pub clock_ahead_seconds: Option<i64>,
    /// This update point synchronizes in its place, because it is silent.
    pub stands_in: bool,
}

/// Where a setting is made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingPlace {
    /// The setting.
    pub setting: SiteSetting,
    /// Where.
    pub is_set: SetWhere,
    /// Why there.
    pub reason: String,
}

/// A change of what a site at the top is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePlacePatch {
    /// `central` or `stand-alone-primary`; the others are given by joining.
    pub site_type: SiteType,
}

impl From<settings::SitePlace> for SitePlace {
    fn from(place: settings::SitePlace) -> Self {
        let line = |line: settings::SettingPlace| SettingPlace {
            setting: line.setting.into(),
            is_set: line.is_set.into(),
            reason: line.reason.to_owned(),
        };
        Self {
            id: place.id.0,
            name: place.name,
            site_type: place.site_type.into(),
            mode: place.mode.into(),
            parent: place.parent.map(Into::into),
            settings: place.settings.into_iter().map(line).collect(),
        }
    }
}

impl From<settings::ParentInfo> for SiteAbove {
    fn from(parent: settings::ParentInfo) -> Self {
        Self {
            id: parent.id.0,
            name: parent.name.to_string(),
            site_type: parent.site_type.into(),
            url: parent.url,
            top: parent.top.map(|top| top.to_string()),
            source: parent.source.0,
            joined_at: parent.joined_at,
            state: parent.state.into(),
            last_contact: parent.last_contact,
            error: parent.error,
            clock_ahead_seconds: parent.clock_ahead.map(|ahead| ahead.as_secs()),
            stands_in: parent.stands_in,
        }
    }
}

/// This site's place in the hierarchy, and where each setting is made.
#[utoipa::path(get, path = "/site/place", tag = "sites", responses((status = 200, body = SitePlace)))]
pub(in crate::api) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<SitePlace>> {
    Ok(Json(state.site.site_place(&caller)?.into()))
}

/// Make a site at the top central, or a stand-alone primary site.
#[utoipa::path(patch, path = "/site/place", tag = "sites", request_body = SitePlacePatch, responses((status = 200, body = SitePlace)))]
pub(in crate::api) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(patch): ApiJson<SitePlacePatch>,
) -> WebResult<Json<SitePlace>> {
    state.site.set_site_type(&caller, patch.site_type.into()).await?;
    Ok(Json(state.site.site_place(&caller)?.into()))
}

/// Leave the site above; what came from there becomes this site's own.
#[utoipa::path(post, path = "/site/leave", tag = "sites", responses((status = 200, body = SitePlace)))]
pub(in crate::api) async fn leave(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<SitePlace>> {
    state.site.leave_site(&caller).await?;
    Ok(Json(state.site.site_place(&caller)?.into()))
}
