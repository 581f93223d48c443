//! The categories of an update.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::words::CategoryKind;

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
