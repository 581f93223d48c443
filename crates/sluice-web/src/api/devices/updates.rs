//! `GET /devices/{id}/updates`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sluice_model::DeviceId;
use sluice_site::PageRequest;
use utoipa::IntoParams;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::updates::list::Update;
use crate::api::words::ComplianceState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiQuery};
use crate::problem::WebResult;

/// Which updates of a device are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct DeviceUpdateParams {
    /// In this state; `required` when absent.
    #[param(inline)]
    state: Option<ComplianceState>,
    /// `next` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    limit: Option<usize>,
}

/// The updates a device needs, or has.
#[utoipa::path(get, path = "/devices/{id}/updates", tag = "devices", params(("id" = Uuid, Path, description = "The device"), DeviceUpdateParams), responses((status = 200, body = Listing<Update>)))]
pub(in crate::api) async fn updates(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(params): ApiQuery<DeviceUpdateParams>,
) -> WebResult<Json<Listing<Update>>> {
    let wanted = params.state.unwrap_or(ComplianceState::Required).into();
    let page = PageRequest { cursor: params.cursor, limit: params.limit };
    Ok(Json(Listing::of(state.site.device_updates(&caller, DeviceId(id), wanted, &page)?)))
}
