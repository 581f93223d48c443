//! One deployment, watched.

use sluice_model::{DeploymentId, DeploymentPhase};
use sluice_site::PageRequest;
use sluice_site::deployments::{DeploymentDevice, DeploymentSummary};

use super::list_foot::{equivalent, pager};
use crate::console::address::Address;
use crate::console::component::{Donut, Notice, Share, Tone, When, grouped};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::Refusal;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::text::{Text, Words};
use crate::console::view::deployment::{Actions, Deployment, DeviceLine};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;
use crate::console::{rows, say};

/// `GET /deployments/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    let (t, now, query) = (visit.t, visit.now, &visit.query);
    let id = DeploymentId(id);
    let summary = visit.site.deployment(&visit.caller, id).await?;
    let part = |name: &str| PageRequest { cursor: query.text(name).map(str::to_owned), limit: None };
    let devices = visit.site.deployment_devices(&visit.caller, id, &part("devices")).await?;
    let updates = visit.site.deployment_updates(&visit.caller, id, &part("updates")).await?;
    let path = format!("/deployments/{id}");
    let here = query.address(&path, &["devices", "updates"]);
    let paged = |name: &str, next, shown, total| pager(&t.common, &here, name, query.text(name), next, shown, total);
    page(&Deployment {
        shell: visit.shell(&summary.name, Here::Deployments)?,
        t: &t.deployments,
        id: id.to_string(),
        phase: say::phase(&t.states, summary.phase),
        waiting: (summary.awaiting_licence > 0).then(|| {
            let t = &t.deployments;
            Notice::new(Tone::Warn, t.awaiting_licence.count(summary.awaiting_licence)).fix(t.awaiting_licence_fix)
        }),
        intent: say::intent(&t.states, summary.intent).to_string(),
        progress: progress(t, &summary),
        word: word(t, &summary),
        devices_pager: paged("devices", devices.next, devices.items.len(), devices.total),
        devices: devices.items.into_iter().map(|device| device_line(&visit, device)).collect(),
        updates_pager: paged("updates", updates.next, updates.items.len(), updates.total),
        updates: updates.items.into_iter().map(|row| rows::update(t, row, now)).collect(),
        collection: Link::new(format!("/collections/{}", summary.collection), &summary.collection_name),
        group: group(&visit, &summary).await?,
        available: When::new(&t.common, summary.available_at, now),
        deadline: summary.deadline.map(|at| When::new(&t.common, at, now)),
        restart: say::restart(&t.states, summary.restart).to_string(),
        notification: say::notification(&t.states, summary.notification).to_string(),
        priority: say::priority(&t.states, summary.priority).to_string(),
        created: When::new(&t.common, summary.created_at, now),
        created_by: t.deployments.by.with(&summary.created_by),
        actions: actions(&summary),
        same: equivalent(&t.common, &format!("sluice deployment show {id}"), &path, &Address::new(&path)),
        name: summary.name,
    })
}

/// `POST /deployments/{id}/enable`.
pub async fn enable(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.set_deployment_enabled(&visit.caller, DeploymentId(id), true).await?;
    done(format!("/deployments/{id}"), Done::Enabled)
}

/// `POST /deployments/{id}/disable`.
pub async fn disable(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.set_deployment_enabled(&visit.caller, DeploymentId(id), false).await?;
    done(format!("/deployments/{id}"), Done::Disabled)
}

/// `POST /deployments/{id}/cancel`.
pub async fn cancel(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.cancel_deployment(&visit.caller, DeploymentId(id)).await?;
    done(format!("/deployments/{id}"), Done::Cancelled)
}

/// `POST /deployments/{id}/delete`.
pub async fn delete(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.delete_deployment(&visit.caller, DeploymentId(id)).await?;
    done("/deployments", Done::Deleted)
}

async fn group(visit: &Visit, summary: &DeploymentSummary) -> Result<Option<Link>, Refusal> {
    let Some(id) = summary.group else { return Ok(None) };
    let group = visit.site.group(&visit.caller, id).await?;
    Ok(Some(Link::new(format!("/groups/{id}"), group.name)))
}

fn progress(t: &Text, summary: &DeploymentSummary) -> Option<Donut> {
    let share =
        |tone, label: Words, number| Share { tone, label: label.to_string(), number, href: "#devices".to_owned() };
    let shares = vec![
        share(Tone::Good, t.states.compliant, summary.compliant),
        share(Tone::Busy, t.states.in_progress, summary.in_progress),
        share(Tone::Bad, t.states.failed, summary.failed),
        share(Tone::Quiet, t.states.unknown, summary.unknown),
    ];
    let label = t.overview.compliance_chart.with2(grouped(summary.compliant), grouped(summary.devices));
    (summary.devices > 0).then(|| Donut::new(label, t.overview.compliant_share, shares))
}

fn word(t: &Text, summary: &DeploymentSummary) -> String {
    let finished = summary.devices > 0 && summary.compliant == summary.devices;
    if finished { t.deployments.finished } else { t.deployments.waiting }.to_string()
}

fn actions(summary: &DeploymentSummary) -> Actions {
    let cancelled = summary.phase == DeploymentPhase::Cancelled;
    Actions {
        enable: !cancelled && !summary.enabled,
        disable: !cancelled && summary.enabled,
        cancel: !cancelled,
        delete: cancelled,
    }
}

fn device_line(visit: &Visit, device: DeploymentDevice) -> DeviceLine {
    let t = visit.t;
    DeviceLine {
        device: Link::new(format!("/devices/{}", device.device), device.name),
        status: say::device_status(&t.states, device.status),
        pending: grouped(device.pending),
        enforcement: device.enforcement.into_iter().map(|record| rows::enforcement(t, record, visit.now)).collect(),
    }
}
