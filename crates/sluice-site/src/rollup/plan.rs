//! What there is to tell of devices: a comparison of the snapshot with what was told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_catalog::{DeviceRow, Fleet, ReportedStates};
use sluice_model::DeviceId;
use uuid::Uuid;

use super::computer;
use super::memory::Memory;
use super::states::{self, States};

/// A device of which nothing else changed is told of when its last contact is this much newer than the one told.
const CONTACT_STEP: SignedDuration = SignedDuration::from_mins(10);

/// A device to tell of.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) row: Arc<DeviceRow>,
    /// What it is called there.
    pub(super) id: String,
    /// Digest of its details.
    pub(super) details: i64,
    /// The groups of the upstream server that it is in.
    pub(super) groups: Vec<Uuid>,
    pub(super) tell_details: bool,
    /// Its states; `None` before it told.
    pub(super) states: Option<Arc<ReportedStates>>,
    pub(super) tell_states: bool,
    /// All of them, whatever was told before.
    pub(super) full: bool,
}

/// What a pass does.
pub(super) struct Plan {
    pub(super) pending: Vec<Pending>,
    /// All devices are told of.
    pub(super) complete: bool,
    /// The devices of the site.
    pub(super) here: HashSet<DeviceId>,
}

/// Compares. What turns out to be told already is noted in the memory.
pub(super) fn plan(
    memory: &mut Memory,
    fleet: &Fleet,
    groups: &(dyn Fn(DeviceId) -> Vec<Uuid> + Send + Sync),
    complete: bool,
    now: Timestamp,
) -> Plan {
    let others = superseded(fleet);
    let mut states = States::default();
    let mut plan = Plan { pending: Vec::new(), complete, here: HashSet::new() };
    for row in fleet.devices() {
        if complete {
            plan.here.insert(row.id);
        }
        let held_back = memory.refused.get(&row.id).is_some_and(|refused| refused.until > now);
        if held_back || others.contains(&row.id) {
            continue;
        }
        plan.pending.extend(pending(memory, fleet, row, &mut states, groups, complete));
    }
    plan
}

fn pending(
    memory: &mut Memory,
    fleet: &Fleet,
    row: &Arc<DeviceRow>,
    states: &mut States,
    groups: &(dyn Fn(DeviceId) -> Vec<Uuid> + Send + Sync),
    complete: bool,
) -> Option<Pending> {
    let contact = computer::contact(row);
    let told = memory.told.get_mut(&row.id);
    let is_known = told.as_ref().is_some_and(|told| told.removed_at.is_none());
    let Some(told) = told else { return Some(anew(fleet, row, states, groups)) };
    if !is_known {
        // Deleted there: it comes back when it is heard of again.
        return (contact > told.removed_at).then(|| anew(fleet, row, states, groups));
    }
    let same = told.row.as_ref().is_some_and(|known| Arc::ptr_eq(known, row));
    let later = contact.zip(told.contact).is_some_and(|(now, then)| now.duration_since(then) >= CONTACT_STEP);
    if same && !later && !complete {
        return None;
    }
    let mut pending = anew(fleet, row, states, groups);
    pending.full = false;
    pending.tell_details = pending.details != told.details;
    pending.tell_states = pending.states.as_ref().is_some_and(|states| match &told.base {
        Some(base) => told.number == 0 || !Arc::ptr_eq(base, states) && base != states,
        None => told.number == 0 || told.states != states::digest(states),
    });
    if pending.tell_details || pending.tell_states || later || complete {
        return Some(pending);
    }
    told.row = Some(Arc::clone(row));
    told.base = pending.states;
    None
}

/// Everything of a device.
fn anew(
    fleet: &Fleet,
    row: &Arc<DeviceRow>,
    states: &mut States,
    groups: &(dyn Fn(DeviceId) -> Vec<Uuid> + Send + Sync),
) -> Pending {
    let groups = if row.origin().is_some() { Vec::new() } else { groups(row.id) };
    let states = states.of(row, fleet.catalog());
    Pending {
        id: computer::id(row),
        details: computer::digest(row, &computer::details(row, groups.clone())),
        groups,
        tell_details: true,
        tell_states: states.is_some(),
        states,
        full: true,
        row: Arc::clone(row),
    }
}

/// Devices that several servers report under one name: all but the one heard last. Upstream they are one.
fn superseded(fleet: &Fleet) -> HashSet<DeviceId> {
    let mut newest: HashMap<String, (Option<Timestamp>, DeviceId)> = HashMap::new();
    let mut others = HashSet::new();
    if !fleet.devices().any(|row| row.origin().is_some()) {
        return others;
    }
    for row in fleet.devices() {
        let this = (computer::contact(row), row.id);
        let known = newest.entry(computer::id(row).to_ascii_lowercase()).or_insert(this);
        if *known != this {
            let loser = std::cmp::min(*known, this);
            *known = std::cmp::max(*known, this);
            others.insert(loser.1);
        }
    }
    others
}
