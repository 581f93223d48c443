//! Servers further down.

use std::collections::HashMap;

use sluice_model::ServerId;
use sluice_site::downstream::admin::{DownstreamServer, DownstreamState};
use sluice_site::downstream::settings::{DownstreamAccess, DownstreamSettingsChange};

use crate::console::component::{Chip, Choice, Equivalent, Radios, Tone, When, grouped};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::Refusal;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::view::downstream::{Downstream, ServerLine};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /sync/downstream`.
pub async fn show(visit: Visit) -> Reply {
    let t = visit.t;
    let servers = visit.site.downstream_servers(&visit.caller)?;
    let access = visit.site.downstream_settings(&visit.caller)?.access;
    let names: HashMap<_, _> = servers.iter().map(|server| (server.id, server.name.clone())).collect();
    page(&Downstream {
        shell: visit.shell(t.downstream.title, Here::Synchronization)?,
        t: &t.downstream,
        lines: servers.into_iter().map(|server| line(&visit, &names, server)).collect(),
        access: Radios::new("access", t.downstream.access, choices(&visit, access), None),
        same: Equivalent::new(&t.common, "sluice downstream list".into(), "GET /api/v1/downstream-servers".into()),
    })
}

/// `POST /sync/downstream`: who may synchronize.
pub async fn change(Posted { visit, form }: Posted) -> Reply {
    let access = DownstreamAccess::from_slug(form.one("access")).ok_or(Refusal::BadForm)?;
    let change = DownstreamSettingsChange { access: Some(access), ..DownstreamSettingsChange::default() };
    visit.site.change_downstream_settings(&visit.caller, change).await?;
    done("/sync/downstream", Done::Saved)
}

/// `POST /sync/downstream/{id}/approve`.
pub async fn approve(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.approve_downstream(&visit.caller, ServerId(id), None).await?;
    done("/sync/downstream", Done::Saved)
}

/// `POST /sync/downstream/{id}/remove`.
pub async fn remove(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.remove_downstream(&visit.caller, ServerId(id)).await?;
    done("/sync/downstream", Done::Deleted)
}

fn choices(visit: &Visit, access: DownstreamAccess) -> Vec<Choice> {
    let t = &visit.t.downstream;
    let choice = |one: DownstreamAccess, label| Choice::new(one.slug(), label, one == access);
    vec![
        choice(DownstreamAccess::Nobody, t.nobody),
        choice(DownstreamAccess::Approved, t.only_approved),
        choice(DownstreamAccess::Anybody, t.anybody).hint(t.anybody_hint),
    ]
}

fn line(visit: &Visit, names: &HashMap<ServerId, String>, server: DownstreamServer) -> ServerLine {
    let (t, now) = (visit.t, visit.now);
    let d = &t.downstream;
    let state = match server.state {
        DownstreamState::Pending => Chip::new(Tone::Warn, d.pending),
        DownstreamState::Approved => Chip::new(Tone::Good, d.approved),
        DownstreamState::Admitted => Chip::label(Tone::Quiet, d.admitted),
        DownstreamState::Below => Chip::label(Tone::Quiet, d.below),
    };
    let behind = match server.behind {
        Some(0) => Some(Chip::new(Tone::Good, d.up_to_date)),
        Some(behind) => Some(Chip::label(Tone::Warn, d.behind.count(behind))),
        None => None,
    };
    let replica = server.replica.then(|| Chip::label(Tone::Quiet, d.replica));
    let above = server.parent.map(|parent| {
        let name = names.get(&parent).cloned().unwrap_or_else(|| parent.to_string());
        d.below_text.with(name)
    });
    let when = |at| When::new(&t.common, at, now);
    ServerLine {
        id: server.id.to_string(),
        where_it_is: above.unwrap_or(server.address),
        chips: [Some(state), behind, replica].into_iter().flatten().collect(),
        contact: server.last_contact.map(when),
        sync: server.last_sync_at.map(when),
        devices: Link::new(format!("/devices?server={}", server.id), grouped(server.devices)),
        version: if server.version.is_empty() { d.unknown.to_string() } else { server.version },
        can_approve: matches!(server.state, DownstreamState::Pending | DownstreamState::Admitted),
        name: server.name,
    }
}
