use sluice_wsus::messages::server_sync::{GetRelatedRevisionsForUpdates, GetRelatedRevisionsForUpdatesResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// In the contract, used by nobody; a server must ignore it (\[MS-WSUSSS\] 3.1.4.9).
pub(super) fn answer(ask: &Ask<'_>, request: GetRelatedRevisionsForUpdates) -> Answered {
    ask.site.downstream_check(&data(request.cookie))?;
    ask.write(&GetRelatedRevisionsForUpdatesResponse::default())
}
