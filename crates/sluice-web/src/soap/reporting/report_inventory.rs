use sluice_wsus::messages::reporting::{ReportInventory, ReportInventoryResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// An inventory that nobody asked for is acknowledged, so that it is not sent again, and not kept:
/// what devices have is known from their registration and reports.
pub(super) fn answer(ask: &Ask<'_>, request: ReportInventory) -> Answered {
    ask.site.windows_check(&data(request.cookie))?;
    ask.write(&ReportInventoryResponse { accepted: true })
}
