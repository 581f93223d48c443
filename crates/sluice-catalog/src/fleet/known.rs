//! The distinct facts of a fleet: equal devices share them and their outcome.

use std::sync::Arc;

use crate::cow::CowMap;
use crate::device::{DeviceFacts, InstalledTable, Subscription};
use crate::evaluate::{DeviceCompliance, Evaluator};

/// Distinct facts with their compliance, and distinct subscriptions.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownFacts {
    facts: CowMap<Arc<DeviceFacts>, Outcome>,
    /// With the number of distinct facts that have it.
    subscriptions: CowMap<Arc<Subscription>, u32>,
}

#[derive(Clone, Debug)]
struct Outcome {
    compliance: Arc<DeviceCompliance>,
    /// Devices with these facts.
    devices: u32,
}

impl KnownFacts {
    /// A subscription, shared with an equal one if there is one.
    pub(super) fn subscription(&self, subscription: Subscription) -> Arc<Subscription> {
        match self.subscriptions.get_key_value(&subscription) {
            Some((known, _)) => Arc::clone(known),
            None => Arc::new(subscription),
        }
    }

    /// Distinct facts, devices with facts, distinct subscriptions, uses of those.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, u32, usize, u32) {
        let devices = self.facts.iter().map(|(_, outcome)| outcome.devices).sum();
        let uses = self.subscriptions.iter().map(|(_, uses)| uses).sum();
        (self.facts.len(), devices, self.subscriptions.len(), uses)
    }

    /// Counts a device with these facts, evaluating them if they are new.
    pub(super) fn add(
        &mut self,
        facts: DeviceFacts,
        table: &InstalledTable,
        evaluator: &mut Evaluator,
    ) -> (Arc<DeviceFacts>, Arc<DeviceCompliance>) {
        if let Some((known, _)) = self.facts.get_key_value(&facts) {
            let known = Arc::clone(known);
            if let Some(outcome) = self.facts.get_mut(&known) {
                outcome.devices += 1;
                return (known, Arc::clone(&outcome.compliance));
            }
        }
        let compliance = Arc::new(evaluator.evaluate(table, &facts));
        match self.subscriptions.get_mut(&facts.subscription) {
            Some(uses) => *uses += 1,
            None => self.subscriptions.insert(Arc::clone(&facts.subscription), 1),
        }
        let facts = Arc::new(facts);
        self.facts.insert(Arc::clone(&facts), Outcome { compliance: Arc::clone(&compliance), devices: 1 });
        (facts, compliance)
    }

    /// One device less has these facts.
    pub(super) fn remove(&mut self, facts: &Arc<DeviceFacts>) {
        let Some(outcome) = self.facts.get_mut(facts) else { return };
        outcome.devices -= 1;
        if outcome.devices > 0 {
            return;
        }
        self.facts.remove(facts);
        if let Some(uses) = self.subscriptions.get_mut(&facts.subscription) {
            *uses -= 1;
            if *uses == 0 {
                self.subscriptions.remove(&facts.subscription);
            }
        }
    }

    /// Evaluates all facts anew. Gives those whose compliance has changed.
    pub(super) fn re_evaluate(
        &mut self,
        table: &InstalledTable,
        evaluator: &mut Evaluator,
    ) -> Vec<(Arc<DeviceFacts>, Arc<DeviceCompliance>)> {
        let mut changed = Vec::new();
        for (facts, outcome) in self.facts.iter() {
            let compliance = evaluator.evaluate(table, facts);
            if compliance != *outcome.compliance {
                changed.push((Arc::clone(facts), Arc::new(compliance)));
            }
        }
        for (facts, compliance) in &changed {
            if let Some(outcome) = self.facts.get_mut(facts) {
                outcome.compliance = Arc::clone(compliance);
            }
        }
        changed
    }
}
