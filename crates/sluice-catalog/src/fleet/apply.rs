//! From one fleet to the next: only what a change touches is computed again.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_model::{DeviceKind, DeviceNumber, InstalledPackage, Inventory, OperatingSystem, RevisionId};

use crate::catalog::Catalog;
use crate::device::{DeviceFacts, InstalledNumber, InstalledRef, Subscription};
use crate::evaluate::{DeviceCompliance, Evaluator};

use super::change::{DeviceChange, DeviceRecord, FleetProblem};
use super::reported::{Changed, Moved, Places, ReportedStates};
use super::row::{DeviceRow, NEVER};
use super::sets::Moves;
use super::windows::{WindowsDevice, WindowsParticulars, WindowsStatus};
use super::{Fleet, enforcement};

impl Fleet {
    /// The fleet after some changes, and the changes that were left out. If the evaluator's
    /// catalog is another than the fleet's, all devices are evaluated against it first.
    #[must_use]
    pub fn apply(&self, evaluator: &mut Evaluator, changes: Vec<DeviceChange>) -> (Self, Vec<FleetProblem>) {
        let next =
            if Arc::ptr_eq(&self.catalog, evaluator.catalog()) { self.clone() } else { self.re_evaluate(evaluator) };
        let catalog = Arc::clone(evaluator.catalog());
        let places = Places::new(&catalog);
        let mut work = Work { next, before: FxHashMap::default(), places };
        let mut problems = Vec::new();
        for change in changes {
            if let Err(problem) = work.change(evaluator, change) {
                problems.push(problem);
            }
        }
        (work.finish(), problems)
    }

    /// The fleet with a catalog that differs in its [counters](crate::CatalogChange::is_of_counters)
    /// only: every device is as it was.
    #[must_use]
    pub fn counted(&self, catalog: Arc<Catalog>) -> Self {
        Self { catalog, ..self.clone() }
    }

    /// The fleet evaluated against the evaluator's catalog. Distinct facts are evaluated once each;
    /// no inventory is read again.
    #[must_use]
    pub fn re_evaluate(&self, evaluator: &mut Evaluator) -> Self {
        let mut next = self.clone();
        next.catalog = Arc::clone(evaluator.catalog());
        let facts = next.known.re_evaluate(&next.table, evaluator);
        // Of Linux devices of other servers it is known only what those report of them.
        let foreign = |row: &Arc<DeviceRow>| row.origin().is_some_and(|origin| origin.kind == DeviceKind::Linux);
        let moved = Moved::between(&self.catalog, &next.catalog, self.devices().any(foreign));
        let states = next.reported.re_evaluate(&next.catalog, &moved);
        next.sets.rename(moved.renamed());
        if facts.is_empty() && states.is_empty() {
            return next;
        }
        // Facts are shared by address; an address is cheaper to find than the facts themselves.
        let facts: FxHashMap<*const DeviceFacts, Arc<DeviceCompliance>> =
            facts.iter().map(|(facts, compliance)| (Arc::as_ptr(facts), Arc::clone(compliance))).collect();
        let states: FxHashMap<*const ReportedStates, &Changed> =
            states.iter().map(|changed| (Arc::as_ptr(&changed.states), changed)).collect();
        let mut moves = Moves::default();
        for row in self.devices() {
            let of_facts = row.facts.as_ref().and_then(|known| facts.get(&Arc::as_ptr(known)));
            let of_states = row.reported_states().and_then(|known| states.get(&Arc::as_ptr(known)));
            let compliance = match (of_facts, of_states) {
                (Some(compliance), _) => {
                    moves.note(row.number, row.compliance.as_ref(), Some(compliance));
                    compliance
                }
                (None, Some(Changed { base, compliance, .. })) => {
                    if base.is_some() {
                        moves.note(row.number, base.as_ref(), Some(compliance));
                    }
                    compliance
                }
                (None, None) => continue,
            };
            let row = DeviceRow { compliance: Some(Arc::clone(compliance)), ..DeviceRow::clone(row) };
            next.rows.set(row.number.0, Arc::new(row));
        }
        next.sets.apply(moves);
        next
    }
}

struct Work<'c> {
    next: Fleet,
    /// Of the updates that Windows devices of the batch name.
    places: Places<'c>,
    /// What devices were before the batch.
    before: FxHashMap<DeviceNumber, Before>,
}

#[derive(Default)]
struct Before {
    compliance: Option<Arc<DeviceCompliance>>,
    covered: Option<RevisionId>,
}

impl Before {
    fn of(row: &DeviceRow) -> Self {
        Self { compliance: row.compliance.clone(), covered: row.covered() }
    }
}

impl Work<'_> {
    fn change(&mut self, evaluator: &mut Evaluator, change: DeviceChange) -> Result<(), FleetProblem> {
        match change {
            DeviceChange::Record(record) => self.record(record),
            DeviceChange::Inventory { device, at, inventory } => {
                let row = self.row(device)?;
                let row = self.with_inventory(evaluator, row, at, &inventory);
                self.put(row);
                Ok(())
            }
            DeviceChange::Windows { device, particulars } => {
                let row = self.row(device)?;
                let os = shared(row.os.clone(), &operating_system(&particulars));
                let windows = match &row.windows {
                    Some(known) => WindowsDevice { particulars, ..WindowsDevice::clone(known) },
                    None => WindowsDevice { particulars, last_scan_at: None, last_scan_error: None, status: None },
                };
                self.put(DeviceRow { os: Some(os), windows: Some(Arc::new(windows)), ..row });
                Ok(())
            }
            DeviceChange::WindowsScan { device, at, error } => {
                let (row, windows) = self.windows_row(device)?;
                let windows = WindowsDevice { last_scan_at: Some(at), last_scan_error: error, ..windows };
                self.put(DeviceRow { windows: Some(Arc::new(windows)), ..row });
                Ok(())
            }
            DeviceChange::WindowsStatus { device, status } => {
                let (row, windows) = self.windows_row(device)?;
                let row = self.with_status(row, windows, status);
                self.put(row);
                Ok(())
            }
            DeviceChange::Enforcement { device, records } => {
                let mut row = self.row(device)?;
                row.enforcement = enforcement::merge(&row.enforcement, records);
                self.put(row);
                Ok(())
            }
            DeviceChange::ForgetEnforcement { device, updates } => {
                let mut row = self.row(device)?;
                let keep = row.enforcement.iter().filter(|record| !updates.contains(&record.update));
                row.enforcement = keep.cloned().collect();
                self.put(row);
                Ok(())
            }
            DeviceChange::Remove(device) => self.remove(device),
        }
    }

    fn row(&self, device: DeviceNumber) -> Result<DeviceRow, FleetProblem> {
        let row = self.next.device(device).ok_or(FleetProblem::UnknownDevice(device))?;
        Ok(DeviceRow::clone(row))
    }

    fn windows_row(&self, device: DeviceNumber) -> Result<(DeviceRow, WindowsDevice), FleetProblem> {
        let row = self.row(device)?;
        let windows = row.windows.as_deref().cloned().ok_or(FleetProblem::NotWindows(device))?;
        Ok((row, windows))
    }

    fn put(&mut self, row: DeviceRow) {
        self.next.rows.set(row.number.0, Arc::new(row));
    }

    fn record(&mut self, record: DeviceRecord) -> Result<(), FleetProblem> {
        let DeviceRecord { number, id, name, agent_version, enrolled_at, last_contact } = record;
        if number.0 > Fleet::MAX_DEVICE {
            return Err(FleetProblem::DeviceOutOfRange(number));
        }
        let known = self.next.device(number);
        if known.is_some_and(|row| row.id != id) || self.next.number(id).is_some_and(|n| n != number) {
            return Err(FleetProblem::Mismatch { number, id });
        }
        let row = match known {
            Some(row) => DeviceRow { name, agent_version, enrolled_at, ..DeviceRow::clone(row) },
            None => {
                self.next.count += 1;
                self.next.numbers.insert(id, number);
                self.before.entry(number).or_default();
                DeviceRow {
                    number,
                    id,
                    name,
                    agent_version,
                    enrolled_at,
                    last_contact: Arc::new(AtomicI64::new(NEVER)),
                    last_inventory_at: None,
                    os: None,
                    kernel: Arc::default(),
                    restart: Arc::default(),
                    facts: None,
                    windows: None,
                    compliance: None,
                    held: Arc::default(),
                    broken: Arc::default(),
                    enforcement: Arc::default(),
                }
            }
        };
        if let Some(at) = last_contact {
            row.touch(at);
        }
        self.put(row);
        Ok(())
    }

    fn with_inventory(
        &mut self,
        evaluator: &mut Evaluator,
        row: DeviceRow,
        at: Timestamp,
        inventory: &Inventory,
    ) -> DeviceRow {
        self.before.entry(row.number).or_insert_with(|| Before::of(&row));
        let subscription = self.next.known.subscription(Subscription::of(inventory));
        let facts = DeviceFacts::of(inventory, subscription, &mut self.next.table);
        // Added before the old ones go, so that unchanged facts are not evaluated again.
        let (facts, compliance) = self.next.known.add(facts, &self.next.table, evaluator);
        if let Some(old) = &row.facts {
            self.next.known.remove(old);
        }
        let held = self.numbers(inventory, |package| package.held);
        let broken = self.numbers(inventory, |package| package.broken);
        DeviceRow {
            last_inventory_at: Some(at),
            os: Some(shared(row.os.clone(), &inventory.os)),
            kernel: shared(Some(Arc::clone(&row.kernel)), &inventory.kernel),
            restart: shared(Some(Arc::clone(&row.restart)), &inventory.restart),
            facts: Some(facts),
            compliance: Some(compliance),
            held,
            broken,
            ..row
        }
    }

    fn with_status(&mut self, row: DeviceRow, windows: WindowsDevice, status: WindowsStatus) -> DeviceRow {
        self.before.entry(row.number).or_insert_with(|| Before::of(&row));
        // Added before the old ones go, so that unchanged states are not evaluated again.
        let (states, compliance) = self.next.reported.add(&status.states, &mut self.places);
        if let Some(old) = row.reported_states() {
            self.next.reported.remove(old);
        }
        let last_inventory_at = Some(status.at);
        let windows = WindowsDevice { status: Some(WindowsStatus { states, ..status }), ..windows };
        DeviceRow { last_inventory_at, windows: Some(Arc::new(windows)), compliance: Some(compliance), ..row }
    }

    fn numbers(&mut self, inventory: &Inventory, wanted: impl Fn(&InstalledPackage) -> bool) -> Arc<[InstalledNumber]> {
        let table = &mut self.next.table;
        let mut text = String::new();
        let number = |package: &InstalledPackage| {
            let InstalledPackage { name, architecture, version, .. } = package;
            table.intern(InstalledRef { name, architecture, version }, &mut text)
        };
        let mut numbers: Vec<_> = inventory.packages.iter().filter(|p| wanted(p)).filter_map(number).collect();
        numbers.sort_unstable();
        numbers.into()
    }

    fn remove(&mut self, device: DeviceNumber) -> Result<(), FleetProblem> {
        let row = self.next.rows.take(device.0).ok_or(FleetProblem::UnknownDevice(device))?;
        self.next.count -= 1;
        self.next.numbers.remove(&row.id);
        self.before.entry(device).or_insert_with(|| Before::of(&row));
        if let Some(facts) = &row.facts {
            self.next.known.remove(facts);
        }
        if let Some(states) = row.reported_states() {
            self.next.reported.remove(states);
        }
        Ok(())
    }

    fn finish(mut self) -> Fleet {
        let mut moves = Moves::default();
        let mut covered = Vec::new();
        for (device, before) in self.before {
            let after = self.next.device(device);
            moves.note(device, before.compliance.as_ref(), after.and_then(|row| row.compliance.as_ref()));
            let now = after.and_then(|row| row.covered());
            if before.covered != now {
                covered.push((device, before.covered, now));
            }
        }
        self.next.sets.apply(moves);
        self.next.coverage.apply(&covered);
        self.next
    }
}

/// What a device says it runs.
fn operating_system(particulars: &WindowsParticulars) -> OperatingSystem {
    let is_windows = particulars.origin.is_none_or(|origin| origin.kind == DeviceKind::Windows);
    if is_windows {
        return particulars.computer.operating_system();
    }
    let title = particulars.computer.os_description.clone();
    OperatingSystem { title, ..OperatingSystem::default() }
}

/// The value that is there if it is the same, so that a repeated inventory costs no memory.
fn shared<T: Clone + PartialEq>(known: Option<Arc<T>>, new: &T) -> Arc<T> {
    known.filter(|known| **known == *new).unwrap_or_else(|| Arc::new(new.clone()))
}
