//! The overview: first what needs a person now.

use sluice_model::CollectionId;
use sluice_site::compliance::Overview as Figures;
use sluice_site::sync::{SyncOutcome, SyncRun};

use super::choices;
use crate::console::address::Address;
use crate::console::component::{Donut, Select, Share, Stacked, Tone, When, grouped};
use crate::console::reply::{Reply, page};
use crate::console::text::{Text, Words};
use crate::console::view::list::Link;
use crate::console::view::overview::{Attention, ClassificationLine, LastSync, Overview, Step, StepState, Tile};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;
use crate::console::{rows, say};

/// `GET /`.
pub async fn show(visit: Visit) -> Reply {
    let (t, now) = (visit.t, visit.now);
    let collection = visit.query.id("collection")?;
    let figures = visit.site.overview(&visit.caller, collection.map(CollectionId)).await?;
    let collections = choices::collections(&visit, visit.query.text("collection"), false).await?;
    // Lists that the figures lead to show the same devices.
    let within = |path: &str| match collection {
        Some(id) => Address::new(path).with("collection", id),
        None => Address::new(path),
    };
    page(&Overview {
        shell: visit.shell(t.overview.title, Here::Overview)?,
        t: &t.overview,
        setup: setup(t, &figures),
        attention: attention(&visit, &figures, &within),
        collection: Select::new("collection", t.overview.collection, collections),
        donut: donut(t, &figures, &within),
        tiles: tiles(t, &figures, &within),
        by_classification: by_classification(&figures, &within),
        last_sync: figures.last_sync.map(|run| last_sync(&visit, run)),
        sync_running: figures.sync_running,
        top: figures.top_required.into_iter().map(|row| rows::update(t, row, now)).collect(),
    })
}

/// The steps of setting up, until compliance shows.
fn setup(t: &Text, figures: &Figures) -> Option<Vec<Step>> {
    let t = &t.overview;
    let synchronized = figures.last_sync.as_ref().is_some_and(|run| run.outcome != SyncOutcome::Failed);
    let compliance = figures.compliant + figures.non_compliant > 0;
    if compliance && figures.sources > 0 && synchronized {
        return None;
    }
    let step = |title: Words, text: Words, done: bool| Step {
        title: title.to_string(),
        text: text.to_string(),
        state: if done { StepState::Done } else { StepState::Open },
        action: None,
        post: None,
    };
    let mut steps = vec![
        step(t.step_source, t.step_source_text, figures.sources > 0),
        step(t.step_sync, t.step_sync_text, synchronized),
        step(t.step_enroll, t.step_enroll_text, figures.devices > 0),
        step(t.step_compliance, t.step_compliance_text, compliance),
    ];
    let next = steps.iter().position(|step| step.state == StepState::Open);
    for (at, step) in steps.iter_mut().enumerate().filter(|(_, step)| step.state == StepState::Open) {
        match at {
            0 => step.action = Some(Link::new("/sync/sources/new", t.add_source)),
            1 if figures.sync_running => step.action = Some(Link::new("/sync", t.sync_running)),
            1 if figures.sources > 0 => step.post = Some(Link::new("/sync/run", t.sync_now)),
            2 => step.action = Some(Link::new("/devices/enroll", t.enroll)),
            _ => {}
        }
        if Some(at) == next {
            step.state = StepState::Next;
        }
    }
    Some(steps)
}

/// What needs a person, worst first.
fn attention(visit: &Visit, figures: &Figures, within: &impl Fn(&str) -> Address) -> Vec<Attention> {
    let t = &visit.t.overview;
    let devices = |state: &str| within("/devices").with("state", state);
    let security = within("/updates").with("classification", "security").with("state", "required");
    let counted = [
        (figures.failures, Tone::Bad, t.attention_failures, devices("failed"), t.see_failures),
        (figures.broken, Tone::Bad, t.attention_broken, devices("broken"), t.see_devices),
        (figures.security_missing_devices, Tone::Bad, t.attention_security, security, t.deploy_them),
        (figures.needs_restart, Tone::Warn, t.attention_restart, devices("needs-restart"), t.see_devices),
        (figures.silent, Tone::Warn, t.attention_silent, devices("silent"), t.see_devices),
        (
            figures.unknown - figures.outside_catalog,
            Tone::Warn,
            t.attention_unassessed,
            devices("never-reported"),
            t.see_devices,
        ),
        (figures.outside_catalog, Tone::Warn, t.attention_outside, devices("outside-catalog"), t.see_devices),
        (
            figures.new_categories,
            Tone::Warn,
            t.attention_new,
            Address::new("/selection").with("new", "true"),
            t.see_new,
        ),
    ];
    let mut items: Vec<_> = counted
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, tone, words, href, label)| Attention {
            tone,
            text: words.count(number),
            detail: String::new(),
            since: None,
            action: Some(Link::new(href, label)),
        })
        .collect();
    items.extend(figures.alerts.iter().map(|alert| Attention {
        tone: Tone::Bad,
        text: alert.subject.clone(),
        detail: alert.message.clone(),
        since: Some(When::new(&visit.t.common, alert.raised_at, visit.now)),
        action: alert.kind.starts_with("sync").then(|| Link::new("/sync", t.see_sync)),
    }));
    items.sort_by_key(|item| item.tone != Tone::Bad);
    items
}

fn donut(t: &Text, figures: &Figures, within: &impl Fn(&str) -> Address) -> Option<Donut> {
    let share = |tone, label: Words, number, state: &str| Share {
        tone,
        label: label.to_string(),
        number,
        href: within("/devices").with("state", state).to_string(),
    };
    let label = t.overview.compliance_chart.with2(grouped(figures.compliant), grouped(figures.devices));
    let shares = vec![
        share(Tone::Good, t.states.compliant, figures.compliant, "compliant"),
        share(Tone::Warn, t.states.non_compliant, figures.non_compliant, "non-compliant"),
        share(Tone::Quiet, t.states.unknown, figures.unknown - figures.outside_catalog, "never-reported"),
        share(Tone::Quiet, t.states.outside_catalog, figures.outside_catalog, "outside-catalog"),
    ];
    (figures.devices > 0).then(|| Donut::new(label, t.overview.compliant_share, shares))
}

fn tiles(t: &Text, figures: &Figures, within: &impl Fn(&str) -> Address) -> Vec<Tile> {
    let t = &t.overview;
    let tile = |label: Words, number: u64, tone, href: Address| Tile {
        label: label.to_string(),
        number,
        href: href.to_string(),
        tone,
    };
    let devices = |state: &str| within("/devices").with("state", state);
    let security = within("/updates").with("classification", "security").with("state", "required");
    vec![
        tile(t.tile_devices, figures.devices, Tone::Quiet, within("/devices")),
        tile(t.tile_security, figures.security_missing_devices, Tone::Bad, security),
        tile(t.tile_failures, figures.failures, Tone::Bad, devices("failed")),
        tile(t.tile_restart, figures.needs_restart, Tone::Warn, devices("needs-restart")),
        tile(t.tile_silent, figures.silent, Tone::Warn, devices("silent")),
        tile(t.tile_deployments, figures.deployments_active, Tone::Quiet, Address::new("/deployments")),
    ]
}

fn by_classification(figures: &Figures, within: &impl Fn(&str) -> Address) -> Vec<ClassificationLine> {
    let most = figures.required_by_classification.iter().map(|(_, _, pairs)| *pairs).max().unwrap_or(0);
    let line = |(classification, updates, pairs): &(sluice_model::Classification, u64, u64)| {
        let href = within("/updates").with("classification", classification.slug()).with("state", "required");
        ClassificationLine {
            classification: Link::new(href, classification.title()),
            updates: grouped(*updates),
            pairs: grouped(*pairs),
            bar: Stacked::of(classification.title(), Tone::Warn, *pairs, most),
        }
    };
    figures.required_by_classification.iter().filter(|(_, updates, _)| *updates > 0).map(line).collect()
}

fn last_sync(visit: &Visit, run: SyncRun) -> LastSync {
    let t = visit.t;
    LastSync {
        source: run.source_name,
        outcome: say::outcome(&t.states, run.outcome),
        ended: When::new(&t.common, run.ended, visit.now),
        result: t.overview.sync_result.with2(grouped(run.updates_new), grouped(run.updates_changed)),
        error: run.error,
    }
}
