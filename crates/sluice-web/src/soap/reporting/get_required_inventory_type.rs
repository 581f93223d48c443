use sluice_wsus::messages::reporting::{GetRequiredInventoryType, GetRequiredInventoryTypeResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// None is required: GetConfig says so, too (`IsInventoryRequired` 0).
pub(super) fn answer(ask: &Ask<'_>, request: GetRequiredInventoryType) -> Answered {
    ask.site.windows_check(&data(request.cookie))?;
    ask.write(&GetRequiredInventoryTypeResponse { inventory_type: 0 })
}
