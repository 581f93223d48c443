//! The states of devices, in requests that a server can take (\[MS-WSUSSS\] 3.1.4.17).

use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{DeviceRow, ReportedStates};
use sluice_model::{DeviceId, ReportedState, UpdateId};
use sluice_wsus::messages::rollup::{
    ComputerStatusRollupInfo, ComputerStatusRollupUpdateStatus, RollupComputerStatus, RollupComputerStatusResponse,
};

use super::RollupError;
use super::batches::Batches;
use super::detection::Detections;
use super::memory::{Memory, Told};
use super::pass::Pass;
use super::plan::Pending;
use super::{computer, follow, states};

/// Most devices in a request, whatever the server allows.
const MAX_DEVICES: usize = 500;
/// Most states in a request: 260 bytes each, and a Sluice takes 8 MiB.
const MAX_STATES: usize = 15_000;
/// Most states of a device in one report; the rest follows as further changes.
const MAX_PART: usize = 10_000;
/// Tries of a request that a busy server puts off. WSUS does it 4 times (note 60).
const TRIES: u32 = 7;

/// What is told of the states of a device in one request.
struct Report {
    row: Arc<DeviceRow>,
    id: String,
    number: i32,
    full: bool,
    since: Timestamp,
    /// When it was looked for them.
    looked: Timestamp,
    part: Vec<(UpdateId, ReportedState)>,
    /// What is told after it, as further changes.
    rest: Vec<(UpdateId, ReportedState)>,
    /// All states.
    states: Arc<ReportedStates>,
}

/// The states of some devices, to be told.
pub(super) struct Reports<'r, 'p> {
    pass: &'r mut Pass<'p>,
    reports: Vec<Report>,
}

impl<'r, 'p> Reports<'r, 'p> {
    /// Of devices that the server knows. Those without anything to tell are told, then.
    pub(super) fn new(pass: &'r mut Pass<'p>, noted: Vec<Pending>) -> Self {
        let now = pass.site.now();
        let reports = noted.into_iter().filter_map(|pending| report(pass.memory, pending, now)).collect();
        Self { pass, reports }
    }

    /// Tells them.
    pub(super) async fn send(mut self) -> Result<(), RollupError> {
        if self.reports.is_empty() {
            return Ok(());
        }
        let detections = Detections::load(&mut self.pass.site.store.reader().await?, self.pass.id).await?;
        let limit = self.pass.limit(|wanted| wanted.rollup_computer_status_max_batch_size, MAX_DEVICES);
        let mut reports = std::mem::take(&mut self.reports);
        // A device is in a request once.
        while !reports.is_empty() {
            let mut batches = Batches::new(reports, limit, MAX_STATES, |report| report.part.len() + 1);
            reports = Vec::new();
            while let Some(batch) = batches.next() {
                match self.request(&batch, &detections).await {
                    Ok(()) => reports.extend(self.noted(batch).await?),
                    Err(error) => batches.split(batch, error)?,
                }
            }
            self.pass.refused(batches.refused, |report| &report.row.name, |report| report.row.id);
        }
        Ok(())
    }

    async fn request(&self, batch: &[Report], detections: &Detections) -> Result<(), RollupError> {
        let (site, session) = (self.pass.site, &self.pass.session);
        let mut pause = site.upstreams.pace().0;
        for _ in 0..TRIES {
            let request = RollupComputerStatus {
                cookie: None,
                client_time: Some(site.now()),
                parent_server_id: session.account,
                computers: batch.iter().map(|report| report.computer(site.host.new_id(), detections)).collect(),
            };
            let answer: RollupComputerStatusResponse = session.ask("RollupComputerStatus", &request).await?;
            if answer.accepted {
                return Ok(());
            }
            follow::pause(site, pause).await;
            pause *= 2;
        }
        Err(RollupError::Busy { url: session.url().to_owned(), tries: TRIES })
    }

    /// Notes what was told; what is to be told after it.
    async fn noted(&mut self, batch: Vec<Report>) -> Result<Vec<Report>, RollupError> {
        let mut later = Vec::new();
        let mut devices: Vec<DeviceId> = Vec::with_capacity(batch.len());
        for mut report in batch {
            let device = report.row.id;
            devices.push(device);
            let told = self.pass.memory.told.entry(device).or_default();
            told.number = report.number;
            if report.rest.is_empty() {
                told.states = states::digest(&report.states);
                told.since = Some(report.since);
                told.base = Some(report.states);
                told.row = Some(report.row);
                self.pass.memory.refused.remove(&device);
            } else {
                (told.states, told.base, told.row) = (0, None, None);
                let rest = report.rest.split_off(report.rest.len().min(MAX_PART));
                (report.part, report.rest) = (report.rest, rest);
                (report.full, report.number) = (false, next(report.number).0);
                later.push(report);
            }
        }
        self.pass.memory.save(&self.pass.site.store, self.pass.id, &devices).await?;
        let done = devices.len();
        self.pass.site.rollups.note(self.pass.id, |progress| progress.waiting = progress.waiting.saturating_sub(done));
        Ok(later)
    }
}

/// The number after one; from the beginning, with everything, after the last.
fn next(number: i32) -> (i32, bool) {
    number.checked_add(1).map_or((1, true), |next| (next, false))
}

/// What there is to tell; `None` when that is nothing.
fn report(memory: &mut Memory, pending: Pending, now: Timestamp) -> Option<Report> {
    let told: &mut Told = memory.told.entry(pending.row.id).or_default();
    let all = match pending.states {
        Some(states) if pending.tell_states => states,
        same => {
            told.base = same;
            told.row = Some(pending.row);
            return None;
        }
    };
    let since = computer::reported_at(&pending.row).unwrap_or(now);
    // What a Linux device of this site needs is found here, with all updates there are.
    let looked = if pending.row.windows.is_some() { since } else { now };
    let (number, again) = next(told.number);
    // A state that seems older than what the server knows would be passed over.
    let is_older = told.since.is_some_and(|known| since < known);
    let base = told.base.as_ref().filter(|_| !pending.full && told.number > 0 && !again && !is_older);
    let changed = base.and_then(|base| states::difference(base, &all));
    let full = changed.is_none();
    let mut part = changed.unwrap_or_else(|| all.entries().to_vec());
    let rest = part.split_off(part.len().min(MAX_PART));
    Some(Report { row: pending.row, id: pending.id, number, full, since, looked, part, rest, states: all })
}

impl Report {
    fn computer(&self, instance_id: uuid::Uuid, detections: &Detections) -> ComputerStatusRollupInfo {
        let state = |(update, state): &(UpdateId, ReportedState)| ComputerStatusRollupUpdateStatus {
            update_id: update.0,
            summarization_state: states::on_the_wire(*state),
            last_change_time: Some(self.since),
        };
        ComputerStatusRollupInfo {
            instance_id,
            computer_id: self.id.clone(),
            effective_last_detection_time: detections.before(self.looked),
            rollup_number: self.number,
            is_full_rollup: self.full,
            update_status: self.part.iter().map(state).collect(),
        }
    }
}
