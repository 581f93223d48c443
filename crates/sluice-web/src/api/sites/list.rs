//! `GET /sites` and `DELETE /sites/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::SiteId;
use sluice_site::sites::tree::SiteLine;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{LinkState, SiteMode, SiteType};
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// A site of the hierarchy, as it was last reported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteOfTree {
    /// Identity.
    pub id: Uuid,
    /// The site above it; null of this one.
    pub parent: Option<Uuid>,
    /// Levels below this site; 0: this site.
    pub depth: u32,
    /// Its name.
    pub name: String,
    /// Its type.
    pub site_type: SiteType,
    /// Whether it takes over the decisions of the site above.
    pub mode: SiteMode,
    /// How its link does; null of this site.
    pub state: Option<LinkState>,
    /// How many seconds ago the site above it heard of it; null when it never did, and of this site.
    pub age_seconds: Option<u64>,
    /// When it joined; null of those further down.
    pub joined_at: Option<Timestamp>,
    /// Version of Sluice there.
    pub version: String,
    /// Version of the catalog it serves; each site counts its own.
    pub catalog_version: u64,
    /// It holds the catalog that the site above it serves; null when not known.
    pub up_to_date: Option<bool>,
    /// End of its last successful synchronization.
    pub last_sync: Option<Timestamp>,
    /// Why its last synchronization failed; null when it did not.
    pub last_error: Option<String>,
    /// Its own devices.
    pub devices: SiteDevices,
}

/// Devices of a site by compliance.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteDevices {
    /// All.
    pub total: u64,
    /// Those that need nothing.
    pub compliant: u64,
    /// Those that need something.
    pub non_compliant: u64,
    /// Those of which nothing is known.
    pub unknown: u64,
}

impl From<SiteLine> for SiteOfTree {
    fn from(line: SiteLine) -> Self {
        let node = line.node;
        Self {
            id: node.id.0,
            parent: node.parent.map(|parent| parent.0),
            depth: line.depth,
            name: node.name.to_string(),
            site_type: node.site_type.into(),
            mode: node.mode.into(),
            state: line.state.map(Into::into),
            age_seconds: line.age.map(|age| age.as_secs().unsigned_abs()),
            joined_at: line.joined_at,
            version: node.version,
            catalog_version: node.catalog_version,
            up_to_date: line.up_to_date,
            last_sync: node.last_sync,
            last_error: node.last_error,
            devices: SiteDevices {
                total: node.devices.devices,
                compliant: node.devices.compliant,
                non_compliant: node.devices.non_compliant,
                unknown: node.devices.unknown,
            },
        }
    }
}

/// This site and all below it, each after the one above it.
#[utoipa::path(get, path = "/sites", tag = "sites", responses((status = 200, body = Listing<SiteOfTree>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<SiteOfTree>>> {
    Ok(Json(Listing::whole(state.site.sites(&caller)?)))
}

/// Remove a site directly below this one, with the devices it reported.
#[utoipa::path(delete, path = "/sites/{id}", tag = "sites", params(("id" = Uuid, Path, description = "The site")), responses((status = 204)))]
pub(in crate::api) async fn remove(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.remove_site(&caller, SiteId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
