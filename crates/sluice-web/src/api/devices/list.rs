//! `GET /devices`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CollectionId, ServerId};
use sluice_site::PageRequest;
use sluice_site::devices::{DeviceFilter, DeviceOwner, DeviceRow};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::enforcement::EnforcementError;
use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{DeviceKind, DeviceSort, DeviceState};
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// A device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Identity.
    pub id: Uuid,
    /// Host name.
    pub name: String,
    /// What manages it.
    pub kind: DeviceKind,
    /// Operating system.
    pub os: String,
    /// Updates it needs.
    pub required: u64,
    /// Security updates it needs.
    pub required_security: u64,
    /// Updates it needs that the catalog of this site does not have: the server that it is of reports them. While there
    /// are any and `required` is 0, it is unknown whether the device is compliant.
    #[serde(default)]
    pub outside_catalog: u64,
    /// Updates it has.
    pub installed: u64,
    /// It needs a restart.
    pub needs_restart: bool,
    /// It has not been heard of for long.
    pub silent: bool,
    /// Updates whose installation failed.
    pub failures: u64,
    /// When it was last heard of.
    pub last_contact: Option<Timestamp>,
    /// When it last sent an inventory; of a Windows device, when it last reported its full status.
    pub last_inventory: Option<Timestamp>,
    /// It has sent an inventory or a full status; without one its compliance is unknown.
    pub reported: bool,
    /// When it last scanned; null for Linux devices.
    pub last_scan: Option<Timestamp>,
    /// Why its last scan failed; null when it did not.
    pub scan_error: Option<EnforcementError>,
    /// Its identity is in doubt: several computers use it, or it has a newer record.
    pub doubtful: bool,
    /// The server further down that it gets updates from; null for devices of this site. Deployments
    /// of this site reach such devices only through that server, when it is a replica.
    pub server: Option<DeviceServer>,
}

/// The server further down that reports a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceServer {
    /// Its GUID.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            kind: row.kind.into(),
            os: row.os,
            required: row.required,
            required_security: row.required_security,
            outside_catalog: row.outside_catalog,
            installed: row.installed,
            needs_restart: row.needs_restart,
            silent: row.silent,
            failures: row.failures,
            last_contact: row.last_contact,
            last_inventory: row.last_inventory,
            reported: row.reported,
            last_scan: row.last_scan,
            scan_error: row.scan_error.map(Into::into),
            doubtful: row.doubtful,
            server: row.server.map(|(id, name)| DeviceServer { id: id.0, name }),
        }
    }
}

/// Which devices are wanted, and in which order; all conditions hold.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct DeviceParams {
    /// Part of the name or operating system; of Windows devices also of client id, manufacturer and
    /// model.
    text: Option<String>,
    /// Managed so.
    #[param(inline)]
    kind: Option<DeviceKind>,
    /// In this state.
    #[param(inline)]
    state: Option<DeviceState>,
    /// Members of this collection.
    collection: Option<Uuid>,
    /// Devices of this server further down and of those below it, by its GUID; `here`: of this site.
    #[param(value_type = Option<String>)]
    server: Option<ServerParam>,
    /// What to sort by; `name` when absent.
    #[param(inline)]
    sort: Option<DeviceSort>,
    /// Largest or last first.
    #[serde(default)]
    descending: bool,
    /// `next` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    limit: Option<usize>,
}

/// Whose devices are wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct ServerParam(DeviceOwner);

impl TryFrom<String> for ServerParam {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "here" => Ok(Self(DeviceOwner::Here)),
            id => Uuid::try_parse(id)
                .map(|id| Self(DeviceOwner::Server(ServerId(id))))
                .map_err(|_| "the server is `here` or the GUID of a downstream server"),
        }
    }
}

/// Devices.
#[utoipa::path(get, path = "/devices", tag = "devices", params(DeviceParams), responses((status = 200, body = Listing<Device>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<DeviceParams>,
) -> WebResult<Json<Listing<Device>>> {
    let filter = DeviceFilter {
        text: params.text.filter(|text| !text.trim().is_empty()),
        kind: params.kind.map(Into::into),
        state: params.state.map(Into::into),
        collection: params.collection.map(CollectionId),
        owner: params.server.map(|server| server.0),
    };
    let sort = params.sort.map(Into::into).unwrap_or_default();
    let page = PageRequest { cursor: params.cursor, limit: params.limit };
    Ok(Json(Listing::of(state.site.list_devices(&caller, &filter, sort, params.descending, &page)?)))
}
