use sluice_site::downstream::{MAX_UPDATES, ServerFault};
use sluice_wsus::messages::server_sync::{GetUpdateDecryptionData, GetUpdateDecryptionDataResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// There are no encrypted files here.
pub(super) fn answer(ask: &Ask<'_>, request: GetUpdateDecryptionData) -> Answered {
    ask.site.downstream_check(&data(request.cookie))?;
    if request.update_ids.len() > MAX_UPDATES {
        return Err(ServerFault::InvalidParameters("updateIds").into());
    }
    ask.write(&GetUpdateDecryptionDataResponse::default())
}
