//! `GET /categories` and `POST /categories/selection`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::CategoryId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::SelectableKind;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A category, and whether Windows devices are offered its updates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SelectableCategory {
    /// Identity.
    pub id: Uuid,
    /// Its level.
    pub kind: SelectableKind,
    /// The node above; null for a company and for a classification.
    pub parent: Option<Uuid>,
    /// What people read.
    pub title: String,
    /// Neither it nor a node above it is deselected.
    pub selected: bool,
    /// Windows updates of it in the catalog.
    pub updates: u64,
}

/// A change of the selection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionRequest {
    /// Categories to select; those that are stay so.
    #[serde(default)]
    pub select: Vec<Uuid>,
    /// Categories to deselect; those that are stay so.
    #[serde(default)]
    pub deselect: Vec<Uuid>,
    /// Only say what it would do.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a change of the selection does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct SelectionChange {
    /// Categories selected that were not.
    pub selected: u64,
    /// Categories deselected that were not.
    pub deselected: u64,
    /// Updates that Windows devices are offered now and were not.
    pub offered: u64,
    /// Updates that Windows devices are no longer offered.
    pub withdrawn: u64,
}

impl From<sluice_site::selection::Selectable> for SelectableCategory {
    fn from(category: sluice_site::selection::Selectable) -> Self {
        Self {
            id: category.id.0,
            kind: category.kind.into(),
            parent: category.parent.map(|id| id.0),
            title: category.title,
            selected: category.selected,
            updates: category.updates,
        }
    }
}

/// Companies, product families and products, then classifications, each with whether it is selected.
#[utoipa::path(get, path = "/categories", tag = "updates", responses((status = 200, body = Listing<SelectableCategory>)))]
pub(in crate::api) async fn categories(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<SelectableCategory>>> {
    Ok(Json(Listing::whole(state.site.selection(&caller)?)))
}

/// Select and deselect products and classifications: Windows devices are offered the updates of those
/// that are selected.
#[utoipa::path(post, path = "/categories/selection", tag = "updates", request_body = SelectionRequest, responses((status = 200, body = SelectionChange)))]
pub(in crate::api) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SelectionRequest>,
) -> WebResult<Json<SelectionChange>> {
    let ids = |ids: Vec<Uuid>| ids.into_iter().map(CategoryId).collect();
    let (select, deselect) = (ids(request.select), ids(request.deselect));
    let done = state.site.change_selection(&caller, select, deselect, request.dry_run).await?;
    Ok(Json(SelectionChange {
        selected: done.selected,
        deselected: done.deselected,
        offered: done.offered,
        withdrawn: done.withdrawn,
    }))
}
