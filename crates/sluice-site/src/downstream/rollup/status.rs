//! Servers report what their devices need and have (\[MS-WSUSSS\] 3.1.4.17).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{Catalog, DeviceChange, ReportedStates, WindowsStatus};
use sluice_model::{DeviceId, ReportedState, RevisionId, ServerId, UpdateId};
use sluice_store::downstream_status::{self, DownstreamStatusRecord, PackedDownstreamStatus};

use super::MAX_STATUSES;
use super::clock::Clock;
use super::input::StatusReport;
use crate::downstream::fault::{ServerFault, ServerResult};
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;

/// Updates that the catalog does not have and that are remembered of a device.
const MAX_UNKNOWN: usize = 1_000;

/// Most states of a device: the whole catalog of Microsoft has fewer updates that lists show.
const MAX_STATES: usize = 100_000;

impl Site {
    /// Takes in what devices of a server need and have. `false`: the site is busy, and the server
    /// comes again with the same.
    ///
    /// # Errors
    /// `NotApproved` when the server is not served at the address; `InvalidParameters` for too many
    /// devices; `Internal` when it cannot be stored.
    pub async fn downstream_report_status(
        self: &Arc<Self>,
        peer: IpAddr,
        client_time: Option<Timestamp>,
        server: ServerId,
        reports: Vec<StatusReport>,
    ) -> ServerResult<bool> {
        if reports.len() > MAX_STATUSES {
            return Err(ServerFault::InvalidParameters("computers"));
        }
        let top = self.reporter(server, peer)?;
        let Ok(_turn) = self.downstream.rollup.turns.try_acquire() else { return Ok(false) };
        let clock = Clock::new(client_time, self.now());
        let subtree = self.downstream.servers.subtree(server);
        let known = |report: StatusReport| {
            let device = DeviceId::of_downstream(top.id, &report.id);
            let known = self.downstream.rollup.computers.get(device)?;
            (!known.removed && subtree.contains(&known.server)).then_some((device, report))
        };
        let reports: Vec<_> = reports.into_iter().filter_map(known).collect();
        let now = self.now();
        let times = |report: &StatusReport| {
            let at = report.detected_at.map(|at| clock.here(at));
            (at.unwrap_or(now), at.map_or(RevisionId(0), |at| top.covered(at)))
        };
        let timed: Vec<_> = reports.into_iter().map(|(device, report)| (device, times(&report), report)).collect();
        let site = Arc::clone(self);
        let work = async move { site.take_statuses(timed, clock).await };
        self.to_the_end(work).await.map_err(|error| {
            tracing::error!(%peer, error = chain(&error), "what devices of a downstream server need could not be stored");
            ServerFault::Internal
        })?;
        Ok(true)
    }

    async fn take_statuses(
        &self,
        reports: Vec<(DeviceId, (Timestamp, RevisionId), StatusReport)>,
        clock: Clock,
    ) -> SiteResult<()> {
        let mut before = Vec::with_capacity(reports.len());
        let mut reader = self.store.reader().await?;
        for (device, _, report) in &reports {
            let stored = if report.full { None } else { downstream_status::get(&mut reader, *device).await? };
            before.push(stored.map(|stored| stored.states).unwrap_or_default());
        }
        drop(reader);
        let catalog = self.catalog();
        let work = tokio::task::spawn_blocking(move || {
            let merge = |((device, (at, covered), report), before): ((_, _, StatusReport), _)| {
                let states = merged(&catalog, before, &report, clock);
                DownstreamStatusRecord { device, rollup: report.number, at, covered, states }
            };
            let records: Vec<_> = reports.into_iter().zip(before).map(merge).collect();
            let packed = records.iter().map(PackedDownstreamStatus::new).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, SiteError>((records, packed))
        });
        let (records, packed) = work.await.map_err(|e| SiteError::internal("computing what devices need", e))??;
        self.store.write(move |tx| Box::pin(async move { downstream_status::put(tx, &packed).await })).await?;
        let fleet = self.fleet();
        let mut changes = Vec::new();
        for record in records {
            self.downstream.rollup.computers.change(record.device, |computer| computer.rollup = record.rollup);
            if let Some(device) = fleet.number(record.device) {
                changes.push(DeviceChange::WindowsStatus { device, status: status(record) });
            }
        }
        if changes.is_empty() { Ok(()) } else { self.keeper.devices(changes).await }
    }
}

/// A stored status as the snapshot keeps it.
pub(in crate::downstream) fn status(record: DownstreamStatusRecord) -> WindowsStatus {
    let states = record.states.into_iter().map(|(update, state, _)| (update, state)).collect();
    WindowsStatus { at: record.at, covered: record.covered, states: Arc::new(ReportedStates::new(states)) }
}

/// What is known after a report. A state that is older than the known one changes nothing.
fn merged(
    catalog: &Catalog,
    before: Vec<(UpdateId, ReportedState, Timestamp)>,
    report: &StatusReport,
    clock: Clock,
) -> Vec<(UpdateId, ReportedState, Timestamp)> {
    let mut states: BTreeMap<UpdateId, (ReportedState, Timestamp)> =
        before.into_iter().map(|(update, state, at)| (update, (state, at))).collect();
    let mut unknown = states.keys().filter(|update| catalog.current(**update).is_none()).count();
    for reported in &report.states {
        // Of stored times whole seconds are kept.
        let at = reported.changed_at.map_or(Timestamp::UNIX_EPOCH, |at| clock.here(at));
        let known = states.get(&reported.update);
        if known.is_some_and(|(_, known)| at.as_second() < known.as_second()) {
            continue;
        }
        let is_new = known.is_none();
        match reported.state {
            None => {
                states.remove(&reported.update);
            }
            Some(state) => {
                if is_new && catalog.current(reported.update).is_none() {
                    unknown += 1;
                }
                let is_room = states.len() < MAX_STATES && unknown <= MAX_UNKNOWN;
                if !is_new || is_room {
                    states.insert(reported.update, (state, at));
                }
            }
        }
    }
    states.into_iter().map(|(update, (state, at))| (update, state, at)).collect()
}
