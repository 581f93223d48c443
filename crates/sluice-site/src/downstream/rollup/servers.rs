//! Servers report themselves and those below them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::ServerId;
use sluice_store::downstream_server::{self, DownstreamServerRecord, PackedServer, ServerStanding};

use super::MAX_SUMMARIES;
use super::clock::Clock;
use super::input::ServerReport;
use crate::downstream::fault::{ServerFault, ServerResult};
use crate::downstream::servers::{MAX_DEPTH, MAX_SERVERS};
use crate::downstream::session::new_record;
use crate::error::chain;
use crate::site::Site;
use crate::windows::reporting::word;

/// Kinds of devices kept of a server.
const MAX_SYSTEMS: usize = 200;

/// A server that nobody reported for so long may be claimed by another one than before. WSUS reports at least daily.
const MOVED: SignedDuration = SignedDuration::from_hours(48);

impl Site {
    /// Takes in what a server reports of itself and of those below it.
    ///
    /// # Errors
    /// `NotApproved` when one of them is not of a server that is served at the address;
    /// `InvalidParameters` for too much at once; `Internal` when it cannot be stored.
    pub async fn downstream_report_servers(
        self: &Arc<Self>,
        peer: IpAddr,
        client_time: Option<Timestamp>,
        reports: Vec<ServerReport>,
    ) -> ServerResult<()> {
        let summaries: usize = reports.iter().map(|report| report.systems.len()).sum();
        if reports.len() > MAX_SERVERS || summaries > MAX_SUMMARIES {
            return Err(ServerFault::InvalidParameters("downstreamServers"));
        }
        let clock = Clock::new(client_time, self.now());
        // What administrators decide about servers is decided before this or after it.
        let turn = self.directory_turn().await;
        let mut changed: HashMap<ServerId, DownstreamServerRecord> = HashMap::new();
        for report in reports {
            let id = ServerId(report.id);
            if let Some(record) = changed.get_mut(&id) {
                // A long list of kinds is split: the same server again, with the rest.
                count(record, &report);
                continue;
            }
            if let Some(mut record) = self.reported(id, &report, peer, clock, &changed)? {
                fill(&mut record, &report, clock);
                changed.insert(id, record);
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let records: Vec<_> = changed.into_values().collect();
        let packed = records.iter().map(PackedServer::new).collect::<Result<Vec<_>, _>>();
        let packed = packed.map_err(|_| ServerFault::Internal)?;
        let site = Arc::clone(self);
        let stored = self.to_the_end(async move {
            let _turn = turn;
            site.store.write(move |tx| Box::pin(async move { downstream_server::put(tx, &packed).await })).await?;
            for record in records {
                match site.downstream.servers.get(record.id) {
                    Some(known) => known.change(|old| {
                        // Where it was heard meanwhile counts.
                        let (address, contact) = (std::mem::take(&mut old.address), old.last_contact);
                        let told = std::mem::take(&mut old.told);
                        *old = DownstreamServerRecord { address, last_contact: contact, told, ..record };
                    }),
                    None => drop(site.downstream.servers.insert(record)),
                }
            }
            Ok(())
        });
        stored.await.map_err(|error| {
            tracing::error!(%peer, error = chain(&error), "a report of downstream servers could not be stored");
            ServerFault::Internal
        })
    }

    /// The record of a reported server as it is known, or a new one; `None`: the report is passed
    /// over.
    fn reported(
        &self,
        id: ServerId,
        report: &ServerReport,
        peer: IpAddr,
        clock: Clock,
        changed: &HashMap<ServerId, DownstreamServerRecord>,
    ) -> ServerResult<Option<DownstreamServerRecord>> {
        let known = self.downstream.servers.get(id).map(|known| known.record());
        if report.parent.is_nil() || report.parent == self.downstream.id {
            self.reporter(id, peer)?;
            return Ok(known.filter(|known| known.standing != ServerStanding::Below && is_newer(known, report, clock)));
        }
        // The server above it is known, or was reported just before, as may be the one above that.
        let above = ServerId(report.parent);
        let mut known_above = above;
        for _ in 0..MAX_DEPTH {
            let Some(parent) = changed.get(&known_above).and_then(|record| record.parent) else { break };
            known_above = parent;
        }
        let top = self.reporter(known_above, peer)?;
        let Some(known) = known else {
            if self.downstream.servers.len() + changed.len() >= MAX_SERVERS {
                tracing::warn!(server = %id, "there are {MAX_SERVERS} downstream servers already; one more is passed over");
                return Ok(None);
            }
            let mut record = new_record(id, ServerStanding::Below, &word(&report.name), peer, self.now());
            record.address = String::new();
            record.last_contact = None;
            record.parent = Some(above);
            return Ok(Some(record));
        };
        let same_tree = self.downstream.servers.top(id).is_none_or(|known| known.id == top.id);
        // One that moved is not heard of any more where it was.
        let moved = !same_tree && is_silent(&known, report, clock);
        if known.standing != ServerStanding::Below || id == above || !(same_tree || moved) {
            tracing::warn!(server = %id, reporter = %top.id, "a downstream server speaks for one that is not below it");
            return Ok(None);
        }
        Ok(Some(DownstreamServerRecord { parent: Some(above), ..known }).filter(|known| is_newer(known, report, clock)))
    }
}

/// Whether a server was reported for the last time long before this report of it.
fn is_silent(known: &DownstreamServerRecord, report: &ServerReport, clock: Clock) -> bool {
    let at = report.last_rollup_at.map(|at| clock.here(at));
    at.zip(known.last_rollup_at).is_none_or(|(now, before)| now.duration_since(before) > MOVED)
}

/// A report that is older than what is known changes nothing.
fn is_newer(known: &DownstreamServerRecord, report: &ServerReport, clock: Clock) -> bool {
    report.last_rollup_at.map(|at| clock.here(at)) >= known.last_rollup_at
}

fn fill(record: &mut DownstreamServerRecord, report: &ServerReport, clock: Clock) {
    let name = word(&report.name);
    if !name.is_empty() {
        record.name = name;
    }
    record.version = word(&report.version);
    record.replica = report.replica;
    record.last_sync_at = report.last_sync_at.map(|at| clock.here(at)).max(record.last_sync_at);
    record.last_rollup_at = report.last_rollup_at.map(|at| clock.here(at));
    record.summary = report.summary.or(record.summary);
    record.systems.clear();
    count(record, report);
}

/// Adds up the kinds of devices of a report.
fn count(record: &mut DownstreamServerRecord, report: &ServerReport) {
    for system in &report.systems {
        let title = word(&system.computer.operating_system().title);
        let count = u32::try_from(system.count).unwrap_or_default();
        let is_room = record.systems.len() < MAX_SYSTEMS;
        match record.systems.iter_mut().find(|(known, _)| *known == title) {
            Some((_, sum)) => *sum = sum.saturating_add(count),
            None if is_room => record.systems.push((title, count)),
            None => {}
        }
    }
}
