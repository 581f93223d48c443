use sluice_model::ServerId;
use sluice_wsus::messages::rollup::{GetOutOfSyncComputers, GetOutOfSyncComputersResponse};

use super::super::ask::{Answered, Ask};

pub(super) fn answer(ask: &Ask<'_>, request: GetOutOfSyncComputers) -> Answered {
    let numbers = request.last_rollup_numbers.into_iter().map(|number| (number.computer_id, number.rollup_number));
    let server = ServerId(request.parent_server_id);
    let computer_ids = ask.site.downstream_out_of_step(ask.peer, server, numbers.collect())?;
    ask.write(&GetOutOfSyncComputersResponse { computer_ids })
}
