//! The driver pass and the printer catalog.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use sluice_model::{DriverTarget, RevisionId, UpdateKind};

use super::fit::{ComputerIds, Fit};
use super::index::{Entry, is_printer, may_replace};
use super::request::{DriverOffer, DriverRequest, DriverRound, PrinterRequest, SystemDevice};
use crate::windows::bits::Bits;
use crate::windows::budget::DriverPage;
use crate::windows::deployment::ClientAction;
use crate::windows::round::once;
use crate::windows::scope::Scope;

/// What is needed, by place, with the ids it was chosen by.
type Needed = BTreeMap<u32, Vec<String>>;

impl Scope {
    /// Answers the driver pass: for each device the best driver, if it is better than the one the
    /// device has. A driver that is to be uninstalled goes to the devices from which it can be. The
    /// metadata of each has so many `bytes`, as the client gets it.
    #[must_use]
    pub fn driver_round(&self, request: &DriverRequest<'_>, bytes: impl Fn(RevisionId) -> u64) -> DriverRound {
        let met = self.base().met(request.installed_non_leaf);
        let computer_ids = ComputerIds::new(request.computer_ids);
        let mut needed = Needed::new();
        // What a client repeats must not be searched for again, nor named again.
        let (mut devices, mut chosen) = (FxHashSet::default(), FxHashSet::default());
        for device in request.devices.iter().filter(|device| devices.insert(*device)) {
            if let Some((place, id)) = self.best(device, &computer_ids, request.score_key, &met) {
                let ids = needed.entry(place).or_default();
                if chosen.insert((place, id)) {
                    ids.push(id.clone());
                }
            }
            let installed_by_agent = device.recovery.iter().filter_map(|update| self.base().current_place_of(*update));
            for place in installed_by_agent.filter(|place| self.may_be_sent(*place, &met) && self.uninstalls(*place)) {
                needed.entry(place).or_default();
            }
        }
        self.answer(needed, request.cached_drivers, request.since, bytes)
    }

    /// Answers the wizard that adds printers: the best printer driver of each hardware id, with so many
    /// `bytes` of metadata.
    #[must_use]
    pub fn printer_round(&self, request: &PrinterRequest<'_>, bytes: impl Fn(RevisionId) -> u64) -> DriverRound {
        let met = self.base().met(request.installed_non_leaf);
        let any_computer = ComputerIds::new(&[]);
        let mut needed = Needed::new();
        for entries in self.base().drivers.iter() {
            let candidates = entries.iter().filter_map(|entry| {
                let target = self.candidate(*entry, &met).filter(|target| is_printer(&target.class))?;
                Some((Fit::of(target, 0, &any_computer, "")?, entry.place, target))
            });
            if let Some((_, place, target)) = candidates.min_by_key(|(fit, place, _)| (*fit, *place)) {
                needed.entry(place).or_default().push(target.hardware_id.clone());
            }
        }
        self.answer(needed, request.cached, request.since, bytes)
    }

    /// The driver for a device, with the id it was chosen by.
    fn best<'a>(
        &self,
        device: &'a SystemDevice,
        computer_ids: &ComputerIds,
        score_key: &str,
        met: &Bits,
    ) -> Option<(u32, &'a String)> {
        let installed = device.installed.as_ref();
        let fit_now = installed.and_then(|driver| Fit::of_installed(device, driver, computer_ids));
        let mut best: Option<(Fit, u32, &String)> = None;
        let mut text = String::new();
        let mut searched = FxHashSet::default();
        for (rank, id) in device.hardware_ids.iter().chain(&device.compatible_ids).enumerate() {
            let entries = self.base().drivers.matching(id, &mut text);
            if entries.is_empty() || !searched.insert(text.clone()) {
                continue;
            }
            for entry in entries {
                let Some(target) = self.candidate(*entry, met) else { continue };
                let replaces = |driver: &super::InstalledDriver| {
                    may_replace(target, &driver.class, &driver.provider, &driver.manufacturer)
                };
                if fit_now.is_some() && !installed.is_none_or(replaces) {
                    continue;
                }
                let Some(fit) = Fit::of(target, rank, computer_ids, score_key) else { continue };
                if best.is_none_or(|(known, place, _)| (fit, entry.place) < (known, place)) {
                    best = Some((fit, entry.place, id));
                }
            }
        }
        best.filter(|(fit, ..)| fit_now.is_none_or(|now| *fit < now)).map(|(_, place, id)| (place, id))
    }

    /// What a driver says of a hardware id, if clients in this state may be told of it.
    fn candidate(&self, entry: Entry, met: &Bits) -> Option<&DriverTarget> {
        if !self.may_be_sent(entry.place, met) || self.uninstalls(entry.place) {
            return None;
        }
        let update = self.base().catalog().revision(self.base().row(entry.place)?.revision)?;
        update.content.windows()?.drivers.get(entry.target as usize)
    }

    fn may_be_sent(&self, place: u32, met: &Bits) -> bool {
        let row = self.base().row(place);
        row.is_some_and(|row| row.kind == UpdateKind::Driver && row.own && met.contains(row.condition))
    }

    fn uninstalls(&self, place: u32) -> bool {
        let deployment = self.base().row(place).and_then(|row| self.deployment(row.revision));
        deployment.is_some_and(|deployment| deployment.action == ClientAction::Uninstall)
    }

    fn answer(&self, needed: Needed, cached: &[i32], since: u64, bytes: impl Fn(RevisionId) -> u64) -> DriverRound {
        let base = self.base();
        let mut known = Bits::new(base.rows.len());
        let mut out_of_scope = Vec::new();
        for id in cached {
            match base.named_place(*id) {
                Some(place) if needed.contains_key(&place) => drop(known.insert(place)),
                _ => out_of_scope.push(*id),
            }
        }
        once(&mut out_of_scope);
        let changed: Vec<RevisionId> = self.changed(&known, since);
        let mut round = DriverRound { out_of_scope, ..DriverRound::default() };
        let sizes = needed.keys().filter_map(|place| base.row(*place)).map(|row| bytes(row.revision));
        let page = DriverPage::of(needed.len(), sizes.fold(0, u64::saturating_add));
        let mut sent = 0_u64;
        for (place, hardware_ids) in needed {
            let Some(revision) = base.row(place).map(|row| row.revision) else { continue };
            let offer = DriverOffer { revision, hardware_ids };
            if !known.contains(place) {
                if round.new.len() < page.count && sent < page.bytes {
                    sent = sent.saturating_add(bytes(revision));
                    round.new.push(offer);
                } else {
                    round.truncated = true;
                }
            } else if changed.contains(&revision) {
                round.changed.push(offer);
            }
        }
        round
    }
}
