//! Deployments as text.

use sluice_web::api::deployments::detail::DeploymentDevice;
use sluice_web::api::deployments::list::Deployment;
use sluice_web::api::words::DeviceStatus;

use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View};

/// A table of deployments.
pub(super) fn list(deployments: &[Deployment], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::text("COLLECTION"),
        Column::word("INTENT"),
        Column::word("PHASE"),
        Column::word("DEADLINE"),
        Column::number("UPDATES"),
        Column::number("DEVICES"),
        Column::number("COMPLIANT"),
        Column::number("FAILED"),
    ];
    let mut table = Table::new(columns, "There are no deployments.");
    for deployment in deployments {
        table.row([
            (&deployment.name).into(),
            (&deployment.collection_name).into(),
            deployment.intent.slug().into(),
            deployment.phase.slug().into(),
            view.time_or_dash(deployment.deadline).into(),
            deployment.updates.to_string().into(),
            deployment.devices.to_string().into(),
            percent(deployment).into(),
            Cell::count(deployment.failed, Style::Bad),
        ]);
    }
    table.render(view)
}

fn percent(deployment: &Deployment) -> String {
    deployment.percent_compliant.map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"))
}

/// Everything about a deployment.
pub(super) fn one(deployment: &Deployment, view: &View) -> String {
    let updates = match deployment.group {
        Some(group) => format!("{}, of update group {group}", deployment.updates),
        None => deployment.updates.to_string(),
    };
    facts(
        view,
        &[
            ("Name", deployment.name.clone()),
            ("Identity", deployment.id.to_string()),
            ("Phase", deployment.phase.to_string()),
            ("Intent", deployment.intent.to_string()),
            ("Updates", updates),
            ("Collection", format!("{} ({} devices)", deployment.collection_name, deployment.devices)),
            ("Available", view.time(deployment.available_at)),
            ("Deadline", view.time_or_dash(deployment.deadline)),
            ("Restart", deployment.restart.to_string()),
            ("Notification", deployment.notification.to_string()),
            ("Priority", deployment.priority.to_string()),
            ("Made", format!("{} by {}", view.time(deployment.created_at), deployment.created_by)),
            ("Progress", progress(deployment)),
            ("Licences", waiting(deployment)),
        ],
    )
}

/// What keeps devices from installing some of it.
fn waiting(deployment: &Deployment) -> String {
    match deployment.awaiting_licence {
        0 => "none to accept".to_owned(),
        n => format!("to accept for {n} updates, which no device installs before"),
    }
}

/// How far it has come, on one line.
pub(super) fn progress(deployment: &Deployment) -> String {
    format!(
        "{} of {} devices compliant, {} in progress, {} failed, {} unknown",
        deployment.compliant, deployment.devices, deployment.in_progress, deployment.failed, deployment.unknown
    )
}

/// The devices of a deployment.
pub(super) fn devices(devices: &[DeploymentDevice], view: &View) -> String {
    let columns =
        [Column::text("DEVICE"), Column::word("STATUS"), Column::number("PENDING"), Column::text("LAST REPORT")];
    let mut table = Table::new(columns, "The deployment has no devices.");
    for device in devices {
        let style = match device.status {
            DeviceStatus::Compliant => Style::Good,
            DeviceStatus::Failed => Style::Bad,
            DeviceStatus::InProgress | DeviceStatus::Unknown => Style::Warn,
        };
        let last = device.enforcement.iter().max_by_key(|item| item.at);
        let last = last.map(|item| match &item.error {
            Some(error) => format!("{}: {}, {}", item.title, item.state, error.meaning),
            None => format!("{}: {}", item.title, item.state),
        });
        table.row([
            (&device.name).into(),
            Cell::styled(device.status.slug(), style),
            device.pending.to_string().into(),
            last.unwrap_or_else(|| "-".to_owned()).into(),
        ]);
    }
    table.render(view)
}
