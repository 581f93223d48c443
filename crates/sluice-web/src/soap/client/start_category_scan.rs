use sluice_model::UpdateId;
use sluice_site::windows::category_scan::RequestedCategory;
use sluice_wsus::messages::client::{CategoryRelationship, StartCategoryScan, StartCategoryScanResponse};

use super::super::ask::{Answered, Ask};

pub(super) fn answer(ask: &Ask<'_>, request: &StartCategoryScan) -> Answered {
    let category = |asked: &CategoryRelationship| RequestedCategory {
        group: asked.index_of_and_group,
        category: UpdateId(asked.category_id),
    };
    let requested: Vec<_> = request.requested_categories.iter().map(category).collect();
    let scan = ask.site.windows_category_scan(&requested)?;
    ask.write(&StartCategoryScanResponse {
        preferred_category_ids: scan.preferred.into_iter().map(|id| id.0).collect(),
        requested_category_ids_in_error: scan.unknown.into_iter().map(|id| id.0).collect(),
    })
}
