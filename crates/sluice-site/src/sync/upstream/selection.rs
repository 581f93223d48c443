//! What is selected to be asked for.

use sluice_model::CategoryId;

use crate::site::Site;

/// The products and classifications that upstream servers are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectionFilter {
    pub(crate) products: Vec<CategoryId>,
    pub(crate) classifications: Vec<CategoryId>,
}

/// What is selected now.
pub(super) fn selected(site: &Site) -> SelectionFilter {
    site.upstreams.selection.load().as_ref().clone()
}
