//! `GET /categories`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::CategoryKind;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// A node of the tree company > product family > product.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Category {
    /// Identity.
    pub id: Uuid,
    /// Its level.
    pub kind: CategoryKind,
    /// The node above; null for a company.
    pub parent: Option<Uuid>,
    /// What people read.
    pub title: String,
}

impl From<sluice_model::Category> for Category {
    fn from(category: sluice_model::Category) -> Self {
        Self {
            id: category.id.0,
            kind: category.kind.into(),
            parent: category.parent.map(|id| id.0),
            title: category.title,
        }
    }
}

/// Companies, product families and products.
#[utoipa::path(get, path = "/categories", tag = "updates", responses((status = 200, body = Listing<Category>)))]
pub(in crate::api) async fn categories(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Category>>> {
    Ok(Json(Listing::whole(state.site.categories(&caller)?)))
}
