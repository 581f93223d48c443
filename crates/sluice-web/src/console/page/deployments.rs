//! The list of deployments.

use sluice_site::deployments::DeploymentSummary;

use super::list_foot::{equivalent, list_foot};
use crate::console::address::Address;
use crate::console::component::{Bar, Chip, Empty, Tone, When, grouped};
use crate::console::export::{Cell, Format, Table};
use crate::console::reply::{Reply, page};
use crate::console::say;
use crate::console::text::Text;
use crate::console::view::deployments::{DeploymentLine, Deployments};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /deployments`.
pub async fn show(visit: Visit) -> Reply {
    let t = visit.t;
    let all = visit.site.list_deployments(&visit.caller).await?;
    if let Some(format) = visit.query.word::<Format>("format")? {
        return Ok(table(all).file(format));
    }
    let here = Address::new("/deployments");
    let same = equivalent(&t.common, "sluice deployment list", "/deployments", &here);
    let total = u64::try_from(all.len()).ok();
    let foot = list_foot(&t.common, &here, None, None, all.len(), total, same);
    page(&Deployments {
        shell: visit.shell(t.deployments.title, Here::Deployments)?,
        t: &t.deployments,
        lines: all.into_iter().map(|one| line(&visit, one)).collect(),
        empty: empty(t),
        foot,
    })
}

fn line(visit: &Visit, one: DeploymentSummary) -> DeploymentLine {
    let t = visit.t;
    let label = match one.percent_compliant {
        Some(percent) => t.common.percent_compliant.with(percent),
        None => t.common.unassessed.to_string(),
    };
    DeploymentLine {
        deployment: Link::new(format!("/deployments/{}", one.id), one.name),
        what: t.deployments.to.with2(t.deployments.updates_count.count(one.updates), one.collection_name),
        phase: say::phase(&t.states, one.phase),
        intent: say::intent(&t.states, one.intent).to_string(),
        progress: Bar::compliance(one.percent_compliant, label),
        failed: (one.failed > 0).then(|| Chip::new(Tone::Bad, format!("{} {}", grouped(one.failed), t.states.failed))),
        deadline: one.deadline.map(|at| When::new(&t.common, at, visit.now)),
    }
}

fn empty(t: &Text) -> Empty {
    Empty::new(t.deployments.empty, t.deployments.empty_text)
        .action("/updates?state=required&sort=required&descending=true", t.deployments.choose_updates)
}

fn table(all: Vec<DeploymentSummary>) -> Table {
    let row = |one: DeploymentSummary| {
        vec![
            Cell::Text(one.id.to_string()),
            Cell::Text(one.name),
            Cell::Text(one.collection_name),
            Cell::Text(one.phase.slug().into()),
            Cell::Text(crate::api::words::Intent::from(one.intent).slug().into()),
            Cell::Time(Some(one.available_at)),
            Cell::Time(one.deadline),
            Cell::Number(one.updates),
            Cell::Number(one.devices),
            Cell::Number(one.compliant),
            Cell::Number(one.in_progress),
            Cell::Number(one.failed),
            Cell::Number(one.unknown),
            Cell::Percent(one.percent_compliant),
            Cell::Time(Some(one.created_at)),
            Cell::Text(one.created_by),
        ]
    };
    Table {
        name: "deployments",
        columns: &[
            "id",
            "name",
            "collection",
            "phase",
            "intent",
            "available_at",
            "deadline",
            "updates",
            "devices",
            "compliant",
            "in_progress",
            "failed",
            "unknown",
            "percent_compliant",
            "created_at",
            "created_by",
        ],
        rows: all.into_iter().map(row).collect(),
    }
}
