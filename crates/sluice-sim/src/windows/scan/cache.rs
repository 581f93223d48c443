//! What an agent keeps between scans.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::client::ComputerInfo;
use sluice_wsus::messages::shared::Cookie;
use sluice_wsus::update::document::{Revision, UpdateType};
use sluice_wsus::update::rules::Truth;

use super::evaluate::{Evaluation, State};
use super::knowledge::{Core, Extended, Wish};
use super::rounds::is_offer;
use crate::windows::machine::{Stamp, VirtualMachine};

/// What an agent keeps between scans.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct AgentCache {
    /// By the server's number of the revision.
    pub revisions: BTreeMap<i32, Cached>,
    pub cookie: Option<Cookie>,
    pub configuration: Option<Configuration>,
    /// What it registered with; `None`: it has not. A server is told again when that changed ([MS-WUSP] 3.2.7).
    pub registered: Option<Box<ComputerInfo>>,
    /// Where files are, by SHA-1.
    pub locations: FxHashMap<[u8; 20], Arc<str>>,
    /// The machine for which `installed` of all revisions is right.
    evaluated: Option<Stamp>,
    /// The machine for which `state` of all revisions is right.
    settled: Option<Stamp>,
}

/// What GetConfig said.
#[derive(Clone, Debug)]
pub(in super::super) struct Configuration {
    pub last_change: Timestamp,
    pub registration_required: bool,
    /// Path of the authorization service.
    pub authorization: String,
    pub max_extended: usize,
}

/// A revision.
#[derive(Clone, Debug)]
pub(in super::super) struct Cached {
    pub core: Arc<Core>,
    pub wish: Arc<Wish>,
    pub is_leaf: bool,
    /// `IsInstalled` when it was last evaluated.
    pub installed: Truth,
    /// What it is to the machine, once it was settled.
    pub state: Option<State>,
    /// Once it was asked for.
    pub extended: Option<Arc<Extended>>,
}

impl Cached {
    pub(in super::super) fn is_driver(&self) -> bool {
        self.core.update_type == UpdateType::Driver
    }

    pub(in super::super) fn update(&self) -> UpdateId {
        self.core.revision.id
    }
}

impl AgentCache {
    /// Evaluates what is installed again, if the machine changed since.
    pub(in super::super) fn evaluate(&mut self, machine: &VirtualMachine) {
        if self.evaluated == Some(machine.stamp()) {
            return;
        }
        self.evaluated = Some(machine.stamp());
        for cached in self.revisions.values_mut() {
            if let Some(rules) = &cached.core.rules {
                cached.installed = rules.installed(cached.core.revision.id, machine);
            }
        }
    }

    /// Settles what everything that is offered is to the machine. Nothing is done when neither changed since.
    pub(super) fn settle(&mut self, machine: &VirtualMachine) {
        self.evaluate(machine);
        if self.settled == Some(machine.stamp()) {
            return;
        }
        let evaluation = Evaluation::new(self, machine);
        let offered = self.revisions.iter().filter(|(_, cached)| is_offer(cached.wish.action));
        let states: Vec<(i32, State)> = offered.map(|(id, cached)| (*id, evaluation.state(cached))).collect();
        self.revisions.values_mut().for_each(|cached| cached.state = None);
        for (id, state) in states {
            if let Some(cached) = self.revisions.get_mut(&id) {
                cached.state = Some(state);
            }
        }
        self.settled = Some(machine.stamp());
    }

    /// What is cached changed.
    pub(super) fn unsettle(&mut self) {
        self.settled = None;
    }

    /// Whether states are right for a machine.
    pub(super) fn is_settled(&self, machine: &VirtualMachine) -> bool {
        self.settled == Some(machine.stamp())
    }

    /// The three lists of SyncUpdates: installed non-leaf revisions, others, drivers.
    pub(in super::super) fn lists(&self) -> (Vec<i32>, Vec<i32>, Vec<i32>) {
        let (mut installed, mut others, mut drivers) = (Vec::new(), Vec::new(), Vec::new());
        for (id, cached) in &self.revisions {
            if cached.installed == Truth::True && !cached.is_leaf {
                installed.push(*id);
            } else if cached.is_driver() {
                drivers.push(*id);
            } else {
                others.push(*id);
            }
        }
        (installed, others, drivers)
    }

    /// The numbers of revisions.
    pub(in super::super) fn by_revision(&self) -> FxHashMap<Revision, i32> {
        self.revisions.iter().map(|(id, cached)| (cached.core.revision, *id)).collect()
    }

    /// The newest revision of an update.
    pub(in super::super) fn newest(&self, update: UpdateId) -> Option<(i32, &Cached)> {
        let of_update = self.revisions.iter().filter(|(_, cached)| cached.update() == update);
        of_update.max_by_key(|(_, cached)| cached.core.revision.number).map(|(id, cached)| (*id, cached))
    }
}
