//! `/collections`: collections of devices.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluice_model::{CollectionId, DeviceId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::devices::list::Device;
use super::page::{Listing, Paging};
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson, ApiQuery};
use crate::problem::WebResult;

/// A collection of devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Collection {
    /// Identity.
    pub id: Uuid,
    /// Unique name.
    pub name: String,
    /// Made by Sluice; cannot be changed.
    pub built_in: bool,
    /// Number of devices, counting those of the collections below.
    pub members: u64,
    /// The collection it is a part of; its devices are devices of that one, too.
    pub parent: Option<Uuid>,
}

/// A collection to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionRequest {
    /// Unique name.
    pub name: String,
    /// Its devices.
    #[serde(default)]
    pub devices: Vec<Uuid>,
    /// The collection it is a part of.
    #[serde(default)]
    pub parent: Option<Uuid>,
}

/// A new name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// Unique name.
    pub name: String,
}

/// A place in the tree of collections.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The collection it is a part of; null: of none.
    pub parent: Option<Uuid>,
}

/// A change of members.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Identities to add; those already in stay.
    #[serde(default)]
    pub add: Vec<Uuid>,
    /// Identities to remove; those not in are ignored.
    #[serde(default)]
    pub remove: Vec<Uuid>,
}

impl From<sluice_site::collections::Collection> for Collection {
    fn from(collection: sluice_site::collections::Collection) -> Self {
        Self {
            id: collection.id.0,
            name: collection.name,
            built_in: collection.built_in,
            members: collection.members,
            parent: collection.parent.map(|id| id.0),
        }
    }
}

fn devices_of(ids: Vec<Uuid>) -> Vec<DeviceId> {
    ids.into_iter().map(DeviceId).collect()
}

/// Collections.
#[utoipa::path(get, path = "/collections", tag = "collections", responses((status = 200, body = Listing<Collection>)))]
pub(super) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Collection>>> {
    Ok(Json(Listing::whole(state.site.list_collections(&caller).await?)))
}

/// Make a collection.
#[utoipa::path(post, path = "/collections", tag = "collections", request_body = CollectionRequest, responses((status = 201, body = Collection)))]
pub(super) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<CollectionRequest>,
) -> WebResult<(StatusCode, Json<Collection>)> {
    let parent = request.parent.map(CollectionId);
    let made = state.site.create_collection(&caller, &request.name, devices_of(request.devices), parent).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// A collection.
#[utoipa::path(get, path = "/collections/{id}", tag = "collections", params(("id" = Uuid, Path, description = "The collection")), responses((status = 200, body = Collection)))]
pub(super) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Collection>> {
    Ok(Json(state.site.collection(&caller, CollectionId(id)).await?.into()))
}

/// Rename a collection.
#[utoipa::path(patch, path = "/collections/{id}", tag = "collections", params(("id" = Uuid, Path, description = "The collection")), request_body = Rename, responses((status = 200, body = Collection)))]
pub(super) async fn rename(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<Rename>,
) -> WebResult<Json<Collection>> {
    Ok(Json(state.site.rename_collection(&caller, CollectionId(id), &request.name).await?.into()))
}

/// Make a collection a part of another one, or of none.
#[utoipa::path(put, path = "/collections/{id}/parent", tag = "collections", params(("id" = Uuid, Path, description = "The collection")), request_body = Parent, responses((status = 200, body = Collection)))]
pub(super) async fn move_to(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<Parent>,
) -> WebResult<Json<Collection>> {
    let parent = request.parent.map(CollectionId);
    Ok(Json(state.site.set_collection_parent(&caller, CollectionId(id), parent).await?.into()))
}

/// Delete a collection that no deployment targets and no other is a part of; its devices stay.
#[utoipa::path(delete, path = "/collections/{id}", tag = "collections", params(("id" = Uuid, Path, description = "The collection")), responses((status = 204)))]
pub(super) async fn delete(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.delete_collection(&caller, CollectionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The devices of a collection.
#[utoipa::path(get, path = "/collections/{id}/devices", tag = "collections", params(("id" = Uuid, Path, description = "The collection"), Paging), responses((status = 200, body = Listing<Device>)))]
pub(super) async fn devices(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<Device>>> {
    Ok(Json(Listing::of(state.site.collection_members(&caller, CollectionId(id), &paging.into()).await?)))
}

/// Add devices to a collection and remove others.
#[utoipa::path(post, path = "/collections/{id}/devices", tag = "collections", params(("id" = Uuid, Path, description = "The collection")), request_body = Membership, responses((status = 200, body = Collection)))]
pub(super) async fn change(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<Membership>,
) -> WebResult<Json<Collection>> {
    let (add, remove) = (devices_of(request.add), devices_of(request.remove));
    Ok(Json(state.site.change_collection(&caller, CollectionId(id), add, remove).await?.into()))
}
