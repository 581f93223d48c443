use sluice_model::RevisionRef;
use sluice_site::downstream::{ReplicaAction, ReplicaDeployment, ReplicaGroup};
use sluice_wsus::messages::server_sync::{
    GetDeployments, GetDeploymentsResponse, ServerSyncAction, ServerSyncDeployment, ServerSyncDeploymentResult,
    ServerSyncTargetGroup,
};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

pub(super) async fn answer(ask: &Ask<'_>, request: GetDeployments) -> Answered {
    let GetDeployments { cookie, deployment_anchor, sync_anchor } = request;
    let decisions = ask.site.downstream_decisions(&data(cookie), &deployment_anchor, &sync_anchor).await?;
    let result = ServerSyncDeploymentResult {
        anchor: decisions.anchor,
        groups: decisions.groups.into_iter().map(group).collect(),
        deployments: decisions.deployments.into_iter().map(deployment).collect(),
        dead_deployments: decisions.dead,
        hidden_updates: decisions.hidden.into_iter().map(|update| update.0).collect(),
        accepted_eulas: decisions.licences,
    };
    ask.write(&GetDeploymentsResponse { result })
}

fn group(group: ReplicaGroup) -> ServerSyncTargetGroup {
    ServerSyncTargetGroup {
        target_group_id: group.id,
        parent_group_id: group.parent,
        name: group.name,
        is_builtin: group.built_in,
    }
}

fn deployment(deployment: ReplicaDeployment) -> ServerSyncDeployment {
    let revision = RevisionRef { update: deployment.update, number: deployment.revision };
    ServerSyncDeployment {
        update: super::identity(revision),
        action: match deployment.action {
            ReplicaAction::Install => ServerSyncAction::Install,
            ReplicaAction::Uninstall => ServerSyncAction::Uninstall,
            ReplicaAction::Block => ServerSyncAction::Block,
        },
        admin_name: deployment.by,
        deadline: deployment.deadline,
        is_assigned: deployment.assigned,
        go_live_time: Some(deployment.available_at),
        deployment_guid: deployment.guid,
        target_group_id: deployment.group,
        download_priority: deployment.priority,
        restart: deployment.restart,
        notification: deployment.notification,
    }
}
