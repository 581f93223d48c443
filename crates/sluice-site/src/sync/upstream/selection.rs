//! What is selected to be asked for.

use crate::selection::SelectionFilter;
use crate::site::Site;

/// The products and classifications that are selected now.
pub(super) fn selected(site: &Site) -> SelectionFilter {
    #[cfg(test)]
    if let Some(selected) = site.upstreams.selected.load().as_deref() {
        return selected.clone();
    }
    site.selection_filter()
}
