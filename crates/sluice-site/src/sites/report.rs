//! Telling the site above how this one and those below do: at once when it changed, and regularly as a sign of life.

use std::sync::Arc;
use std::time::Duration;

use sluice_model::{LinkState, SiteNode};
use sluice_wire::site::{HelloRequest, HelloResponse, MAX_NODES};
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval};

use super::ParentSite;
use super::join::moment;
use super::link::{LinkError, report_of};
use crate::error::{SiteError, SiteResult, chain};
use crate::events::SiteEvent;
use crate::site::Site;

/// The name among the site's background work.
const NAME: &str = "report to the site above";
/// The sign of life; ten that do not come make a silent site.
const EVERY: Duration = Duration::from_secs(30);
/// What happens within this time is told at once.
const SETTLE: Duration = Duration::from_secs(1);

/// Reports as long as there is a site above, till the site stops.
pub(super) async fn report(site: Arc<Site>) {
    let (mut places, mut events) = (site.sites.places(), site.events());
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told: Vec<SiteNode> = Vec::new();
    loop {
        let due = tokio::select! {
            () = site.stop.cancelled() => return,
            _ = ticks.tick() => true,
            changed = places.changed() => if changed.is_ok() { true } else { return },
            event = events.recv() => match event {
                Err(broadcast::error::RecvError::Closed) => return,
                Ok(event) if !concerns(&event) => continue,
                _ => false,
            },
        };
        if !due {
            tokio::select! {
                () = site.stop.cancelled() => return,
                () = tokio::time::sleep(SETTLE) => {}
            }
            events = events.resubscribe();
        }
        let Some(parent) = site.sites.place().parent.clone() else { continue };
        let result = nodes(&site);
        let Ok(nodes) = result else {
            site.reconcilers.note(NAME, site.now(), &result.map(drop));
            continue;
        };
        let timeless: Vec<SiteNode> = nodes.iter().map(timeless).collect();
        if !due && timeless == told {
            continue;
        }
        let result = tell(&site, &parent, &nodes).await;
        if let Err(error) = &result {
            site.sites.link.failed(error);
            tracing::debug!(site = %parent.name, error = chain(error), "the site above was not told");
        }
        told = if result.is_ok() { timeless } else { Vec::new() };
        site.reconcilers.note(NAME, site.now(), &result.map_err(SiteError::from));
    }
}

fn concerns(event: &SiteEvent) -> bool {
    match event {
        SiteEvent::Catalog { .. }
        | SiteEvent::Device(_)
        | SiteEvent::Devices
        | SiteEvent::Sync(_)
        | SiteEvent::Sites => true,
        SiteEvent::Deployment(_) | SiteEvent::Alerts | SiteEvent::Content => false,
    }
}

/// A site without what changes by itself.
fn timeless(node: &SiteNode) -> SiteNode {
    let silent = LinkState::of_age(node.unheard) == LinkState::Silent;
    SiteNode { unheard: node.unheard.filter(|_| silent).map(|_| jiff::SignedDuration::ZERO), ..node.clone() }
}

async fn tell(site: &Site, parent: &ParentSite, nodes: &[SiteNode]) -> Result<(), LinkError> {
    let request = HelloRequest { sites: nodes.iter().map(report_of).collect(), time: site.now().as_second() };
    let answer: HelloResponse = site.client_above(parent)?.post("hello", &request).await?;
    let now = site.now();
    site.sites.link.heard(now);
    site.sites.link.told_time(now, moment(answer.time));
    Ok(())
}

/// This site, and those below it that have not left, each after the one above it.
fn nodes(site: &Site) -> SiteResult<Vec<SiteNode>> {
    let (own, now) = (site.own_node()?, site.now());
    let id = own.id;
    let mut nodes = vec![own];
    for child in site.sites.children.all() {
        let record = child.record();
        if record.left_at.is_some() {
            continue;
        }
        let age = LinkState::age(record.last_contact, now);
        let further = record.below.into_iter().map(|node| {
            let unheard = age.and_then(|age| age.checked_add(node.unheard?));
            SiteNode { unheard, ..node }
        });
        nodes.push(SiteNode { parent: Some(id), unheard: age, ..record.node });
        nodes.extend(further);
    }
    nodes.truncate(MAX_NODES);
    Ok(nodes)
}
