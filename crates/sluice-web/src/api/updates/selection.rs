//! `GET /categories` and `POST /categories/selection`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::CategoryId;
use sluice_site::selection::SelectionEdit;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{SelectableKind, SelectionChoice, SelectionState};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A category, and whether its updates are offered and asked for.
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
    /// Its updates are offered: neither it nor the nearest node above it with a choice is
    /// deselected.
    pub selected: bool,
    /// Where it stands. Upstream sources are asked for what is selected only; what is undecided is
    /// offered as far as it was imported.
    pub state: SelectionState,
    /// What was chosen for itself; null: it follows the node above.
    pub choice: Option<SelectionChoice>,
    /// A synchronization brought it and nobody has looked at it yet.
    pub new: bool,
    /// Upstream sources know it; others are of package sources.
    pub upstream: bool,
    /// Updates of it in the catalog.
    pub updates: u64,
}

/// A change of the selection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionRequest {
    /// Categories to select, with all below them but what is excluded there; those that are stay so.
    #[serde(default)]
    pub select: Vec<Uuid>,
    /// Categories to deselect, with all below them; those that are stay so.
    #[serde(default)]
    pub deselect: Vec<Uuid>,
    /// Categories that were looked at: they are not new any more. What is selected or deselected need
    /// not be named again.
    #[serde(default)]
    pub acknowledge: Vec<Uuid>,
    /// No category is new any more.
    #[serde(default)]
    pub acknowledge_all: bool,
    /// Only say what it would do.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a change of the selection does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SelectionChange {
    /// Categories selected that were not.
    pub selected: u64,
    /// Categories deselected that were not.
    pub deselected: u64,
    /// Categories that are not new any more.
    pub acknowledged: u64,
    /// Updates that devices are offered now and were not.
    pub offered: u64,
    /// Updates that devices are no longer offered or compared with.
    pub withdrawn: u64,
    /// The product families of these updates, most first, at most fifty.
    pub families: Vec<SelectionFamily>,
    /// Deployments in force that contain updates that are withdrawn, by name.
    pub deployments: Vec<String>,
    /// Upstream sources that are asked for something else now, by name; they are synchronized at
    /// once.
    pub sources: Vec<String>,
    /// Products and classifications that upstream sources are asked for now and were not.
    pub asked: u64,
    /// Those that they are no longer asked for.
    pub not_asked: u64,
}

/// What a change of the selection does to a product family.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SelectionFamily {
    /// The family; of products without one, what stands at the top.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// Updates of it that are offered now and were not.
    pub offered: u64,
    /// Updates of it that are no longer offered.
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
            state: category.state.into(),
            choice: category.choice.map(Into::into),
            new: category.new,
            upstream: category.upstream,
            updates: category.updates,
        }
    }
}

impl From<sluice_site::selection::SelectionChange> for SelectionChange {
    fn from(done: sluice_site::selection::SelectionChange) -> Self {
        let family = |one: sluice_site::selection::FamilyChange| SelectionFamily {
            id: one.family.0,
            title: one.title,
            offered: one.offered,
            withdrawn: one.withdrawn,
        };
        Self {
            selected: done.selected,
            deselected: done.deselected,
            acknowledged: done.acknowledged,
            offered: done.offered,
            withdrawn: done.withdrawn,
            families: done.families.into_iter().map(family).collect(),
            deployments: done.deployments,
            sources: done.sources,
            asked: done.asked,
            not_asked: done.not_asked,
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

/// Select and deselect products and classifications. Upstream sources are asked for what is selected;
/// devices are offered no updates of what is deselected, and are not compared with them.
#[utoipa::path(post, path = "/categories/selection", tag = "updates", request_body = SelectionRequest, responses((status = 200, body = SelectionChange)))]
pub(in crate::api) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SelectionRequest>,
) -> WebResult<Json<SelectionChange>> {
    let ids = |ids: Vec<Uuid>| ids.into_iter().map(CategoryId).collect();
    let edit = SelectionEdit {
        select: ids(request.select),
        deselect: ids(request.deselect),
        acknowledge: ids(request.acknowledge),
        acknowledge_all: request.acknowledge_all,
        only_say: request.dry_run,
    };
    Ok(Json(state.site.change_selection(&caller, edit).await?.into()))
}
