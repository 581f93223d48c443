use sluice_model::{ReportedState, ServerId, UpdateId};
use sluice_site::downstream::rollup::{StateReport, StatusReport};
use sluice_wsus::messages::rollup::{
    ComputerStatusRollupInfo, RollupComputerStatus, RollupComputerStatusResponse, SummarizationState,
};

use super::super::ask::{Answered, Ask};

pub(super) async fn answer(ask: &Ask<'_>, request: RollupComputerStatus) -> Answered {
    let computers = request.computers.into_iter().map(computer).collect();
    let server = ServerId(request.parent_server_id);
    let accepted = ask.site.downstream_report_status(ask.peer, request.client_time, server, computers).await?;
    ask.write(&RollupComputerStatusResponse { accepted })
}

fn computer(computer: ComputerStatusRollupInfo) -> StatusReport {
    StatusReport {
        id: computer.computer_id,
        detected_at: computer.effective_last_detection_time,
        number: computer.rollup_number,
        full: computer.is_full_rollup,
        states: computer
            .update_status
            .into_iter()
            .map(|status| StateReport {
                update: UpdateId(status.update_id),
                state: state(status.summarization_state),
                changed_at: status.last_change_time,
            })
            .collect(),
    }
}

/// Unknown and not applicable are both nothing to do (protocols.md §10, trap 14).
fn state(state: SummarizationState) -> Option<ReportedState> {
    match state {
        SummarizationState::Unknown | SummarizationState::NotApplicable => None,
        SummarizationState::NotInstalled => Some(ReportedState::Needed),
        SummarizationState::Downloaded => Some(ReportedState::Downloaded),
        SummarizationState::Installed => Some(ReportedState::Installed),
        SummarizationState::Failed => Some(ReportedState::Failed),
        SummarizationState::InstalledPendingReboot => Some(ReportedState::RestartPending),
    }
}
