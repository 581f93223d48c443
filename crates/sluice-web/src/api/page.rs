//! Pages of long lists.

use serde::{Deserialize, Serialize};
use sluice_site::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};

/// A part of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Listing<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Pass this as `cursor` for the next page; null on the last.
    pub next: Option<String>,
    /// Number of items in the whole list, when known.
    pub total: Option<u64>,
}

impl<T> Listing<T> {
    /// A page of a use case in the API's types.
    pub fn of<S: Into<T>>(page: Page<S>) -> Self {
        Self { items: page.items.into_iter().map(Into::into).collect(), next: page.next, total: page.total }
    }

    /// A list that is always whole.
    pub fn whole<S: Into<T>>(items: Vec<S>) -> Self {
        let total = u64::try_from(items.len()).ok();
        Self { items: items.into_iter().map(Into::into).collect(), next: None, total }
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next` of the page before; absent for the first page.
    pub cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    pub limit: Option<usize>,
}

impl From<Paging> for PageRequest {
    fn from(paging: Paging) -> Self {
        Self { cursor: paging.cursor, limit: paging.limit }
    }
}
