//! `/groups`: update groups.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{UpdateGroupId, UpdateId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::collections::{Membership, Rename};
use super::page::{Listing, Paging};
use super::updates::list::Update;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson, ApiQuery};
use crate::problem::WebResult;

/// An update group: updates that are deployed together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Identity.
    pub id: Uuid,
    /// Unique name.
    pub name: String,
    /// Number of updates.
    pub updates: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An update group to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRequest {
    /// Unique name.
    pub name: String,
    /// Its updates.
    #[serde(default)]
    pub updates: Vec<Uuid>,
}

impl From<sluice_site::groups::UpdateGroup> for Group {
    fn from(group: sluice_site::groups::UpdateGroup) -> Self {
        Self { id: group.id.0, name: group.name, updates: group.updates, created_at: group.created_at }
    }
}

fn updates_of(ids: Vec<Uuid>) -> Vec<UpdateId> {
    ids.into_iter().map(UpdateId).collect()
}

/// Update groups.
#[utoipa::path(get, path = "/groups", tag = "groups", responses((status = 200, body = Listing<Group>)))]
pub(super) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Group>>> {
    Ok(Json(Listing::whole(state.site.list_groups(&caller).await?)))
}

/// Make an update group.
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = GroupRequest, responses((status = 201, body = Group)))]
pub(super) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<GroupRequest>,
) -> WebResult<(StatusCode, Json<Group>)> {
    let made = state.site.create_group(&caller, &request.name, updates_of(request.updates)).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// An update group.
#[utoipa::path(get, path = "/groups/{id}", tag = "groups", params(("id" = Uuid, Path, description = "The update group")), responses((status = 200, body = Group)))]
pub(super) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Group>> {
    Ok(Json(state.site.group(&caller, UpdateGroupId(id)).await?.into()))
}

/// Rename an update group.
#[utoipa::path(patch, path = "/groups/{id}", tag = "groups", params(("id" = Uuid, Path, description = "The update group")), request_body = Rename, responses((status = 200, body = Group)))]
pub(super) async fn rename(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<Rename>,
) -> WebResult<Json<Group>> {
    Ok(Json(state.site.rename_group(&caller, UpdateGroupId(id), &request.name).await?.into()))
}

/// Delete an update group that no deployment follows.
#[utoipa::path(delete, path = "/groups/{id}", tag = "groups", params(("id" = Uuid, Path, description = "The update group")), responses((status = 204)))]
pub(super) async fn delete(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.delete_group(&caller, UpdateGroupId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The updates of an update group.
#[utoipa::path(get, path = "/groups/{id}/updates", tag = "groups", params(("id" = Uuid, Path, description = "The update group"), Paging), responses((status = 200, body = Listing<Update>)))]
pub(super) async fn updates(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<Update>>> {
    Ok(Json(Listing::of(state.site.group_updates(&caller, UpdateGroupId(id), &paging.into()).await?)))
}

/// Add updates to an update group and remove others; deployments follow.
#[utoipa::path(post, path = "/groups/{id}/updates", tag = "groups", params(("id" = Uuid, Path, description = "The update group")), request_body = Membership, responses((status = 200, body = Group)))]
pub(super) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<Membership>,
) -> WebResult<Json<Group>> {
    let (add, remove) = (updates_of(request.add), updates_of(request.remove));
    Ok(Json(state.site.change_group(&caller, UpdateGroupId(id), add, remove).await?.into()))
}
