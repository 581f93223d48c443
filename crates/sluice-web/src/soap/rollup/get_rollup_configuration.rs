use sluice_site::downstream::rollup::{MAX_COMPUTERS, MAX_NUMBERS, MAX_STATUSES, MAX_SUMMARIES};
use sluice_wsus::messages::rollup::{GetRollupConfigurationResponse, RollupConfiguration};

use super::super::ask::{Answered, Ask};

pub(super) fn answer(ask: &Ask<'_>) -> Answered {
    let known = ask.site.downstream_rollup(ask.peer)?;
    let number = |limit: usize| i32::try_from(limit).unwrap_or(i32::MAX);
    let configuration = RollupConfiguration {
        do_detailed_rollup: true,
        rollup_reset_guid: known.reset,
        server_id: known.server,
        rollup_downstream_servers_max_batch_size: number(MAX_SUMMARIES),
        rollup_computers_max_batch_size: number(MAX_COMPUTERS),
        get_out_of_sync_computers_max_batch_size: number(MAX_NUMBERS),
        rollup_computer_status_max_batch_size: number(MAX_STATUSES),
    };
    ask.write(&GetRollupConfigurationResponse { configuration })
}
