//! What the catalog of Windows updates holds, and what it costs an agent to learn it.

use sluice_model::{RevisionId, UpdateKind};

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// The catalog of Windows updates, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogStatus {
    /// Its version.
    pub version: u64,
    /// Updates that people see.
    pub listed: u64,
    /// Software, members of bundles included.
    pub software: u64,
    /// Drivers.
    pub drivers: u64,
    /// Categories: companies, families, products, classifications.
    pub categories: u64,
    /// Rules that only detect something.
    pub detectoids: u64,
    /// What agents may see, of the selected products and classifications.
    pub in_scope: u64,
    /// Revisions that no agent is shown, because they lie deeper than any real catalog or in a
    /// circle of prerequisites.
    pub left_out: u32,
    /// Levels of prerequisites.
    pub levels: u32,
    /// Updates on a page of SyncUpdates at least, when there are as many.
    pub page_size: u64,
    /// Round trips of the longest scan possible; agents give up at 200.
    pub worst_case_rounds: u32,
}

impl Site {
    /// The catalog of Windows updates, in figures, as agents are served now.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn catalog_status(&self, caller: &Caller) -> SiteResult<CatalogStatus> {
        caller.require(Permission::Read)?;
        let view = self.windows.views.load();
        let (catalog, base) = (view.catalog(), view.base());
        let budget = base.budget();
        let mut status = CatalogStatus {
            version: catalog.version(),
            listed: catalog.current_windows().intersection_len(catalog.current_revisions()),
            in_scope: base.revisions().len(),
            left_out: budget.left_out,
            levels: budget.levels,
            page_size: budget.page_size as u64,
            worst_case_rounds: budget.worst_case,
            ..CatalogStatus::default()
        };
        for update in catalog.current_windows().iter().filter_map(|id| catalog.revision(RevisionId(id))) {
            *match update.kind {
                UpdateKind::Software => &mut status.software,
                UpdateKind::Driver => &mut status.drivers,
                UpdateKind::Category => &mut status.categories,
                UpdateKind::Detectoid => &mut status.detectoids,
            } += 1;
        }
        Ok(status)
    }
}
