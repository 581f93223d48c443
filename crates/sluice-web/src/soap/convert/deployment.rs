use sluice_site::windows::sync::{ClientAction, OfferedDeployment};
use sluice_wsus::messages::shared::{Deployment, DeploymentAction};

/// What to do with an update, exactly as WSUS says it (Q24, Q25): assigned also without a deadline,
/// the day of the change only, and three zeros for those who know them.
pub(crate) fn deployment(deployment: OfferedDeployment) -> Deployment {
    let flag = deployment.flags.then_some(0);
    Deployment {
        id: deployment.id,
        action: match deployment.action {
            ClientAction::Install => DeploymentAction::Install,
            ClientAction::OptionalInstall => DeploymentAction::OptionalInstall,
            ClientAction::Uninstall => DeploymentAction::Uninstall,
            ClientAction::PreDeploymentCheck => DeploymentAction::PreDeploymentCheck,
            ClientAction::Evaluate => DeploymentAction::Evaluate,
            ClientAction::Bundle => DeploymentAction::Bundle,
        },
        deadline: deployment.deadline,
        is_assigned: true,
        last_change_time: Some(deployment.changed_on),
        download_priority: None,
        hardware_ids: deployment.hardware_ids,
        auto_select: flag,
        auto_download: flag,
        supersedence_behavior: flag,
    }
}
