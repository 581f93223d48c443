//! Servers report their devices.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{DeviceChange, DeviceOrigin, DeviceRecord, WindowsParticulars};
use sluice_model::{DeviceId, DeviceKind, DeviceNumber, ErrorCode, ServerId};
use sluice_store::device::NewDevice;
use sluice_store::downstream_computer::{DownstreamComputerRecord, PackedComputer};
use sluice_store::{device, downstream_computer, windows_client};

use super::clock::Clock;
use super::input::{ComputerDetails, ComputerReport};
use super::known::KnownComputer;
use super::{MAX_COMPUTERS, MAX_NUMBERS};
use crate::downstream::fault::{ServerFault, ServerResult};
use crate::error::{SiteResult, chain};
use crate::site::Site;
use crate::windows::reporting::{clean_computer, word};

/// Longest name that a server may give a device, characters.
const MAX_ID: usize = 255;

/// Groups kept of a device.
const MAX_GROUPS: usize = 32;

/// Devices stored in one unit of work, so that others who write wait a moment only.
const CHUNK: usize = 250;

/// A scan that failed without saying why (`E_FAIL`).
const UNSPECIFIED: ErrorCode = ErrorCode(0x8000_4005);

/// What a server is to do about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputerChange {
    /// Report what it is.
    NewParent,
    /// Forget it.
    Deleted,
}

/// What is to be stored of one device.
struct Taken {
    device: DeviceId,
    known: Option<KnownComputer>,
    reporter: ServerId,
    server: ServerId,
    at: Option<Timestamp>,
    error: Option<ErrorCode>,
    record: Option<DownstreamComputerRecord>,
}

impl Site {
    /// Takes in the devices of a server; what it is to do about some of them.
    ///
    /// # Errors
    /// `NotApproved` when none of them is of a server that is served at the address, or below such a one;
    /// `InvalidParameters` for too many; `Internal` when they cannot be stored.
    pub async fn downstream_report_computers(
        self: &Arc<Self>,
        peer: IpAddr,
        client_time: Option<Timestamp>,
        reports: Vec<ComputerReport>,
    ) -> ServerResult<Vec<(String, ComputerChange)>> {
        if reports.len() > MAX_COMPUTERS {
            return Err(ServerFault::InvalidParameters("computers"));
        }
        let clock = Clock::new(client_time, self.now());
        let mut reporters = HashMap::new();
        let (mut answers, mut forgotten, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        let mut room = HashMap::new();
        let (all, mut foreign) = (reports.len(), 0);
        for report in reports {
            let reporter = *reporters
                .entry(report.server)
                .or_insert_with(|| self.reporter(report.server, peer).ok().map(|reporter| reporter.id));
            let Some(reporter) = reporter else {
                foreign += 1;
                continue;
            };
            if !is_id(&report.id) {
                continue;
            }
            let device = DeviceId::of_downstream(reporter, &report.id);
            let known = self.downstream.rollup.computers.get(device);
            let at = report.last_sync_at.map(|at| clock.here(at));
            match known {
                Some(KnownComputer { removed: true, .. }) => {
                    answers.push((report.id, ComputerChange::Deleted));
                    forgotten.push(device);
                    continue;
                }
                Some(known) if at < known.last_sync_at => continue,
                Some(known) if known.server != report.server && report.details.is_none() => {
                    answers.push((report.id.clone(), ComputerChange::NewParent));
                }
                Some(_) => {}
                None if report.details.is_none() => {
                    answers.push((report.id, ComputerChange::NewParent));
                    continue;
                }
                None => {
                    let computers = &self.downstream.rollup.computers;
                    let room = room.entry(reporter).or_insert_with(|| computers.room(reporter));
                    if *room == 0 {
                        tracing::warn!(server = %reporter, "the server reports more devices than there is room for; some are left out");
                        continue;
                    }
                    *room -= 1;
                }
            }
            let record = report.details.map(|details| record(device, reporter, report.server, &report.id, details));
            let error = report.last_sync_failed.then_some(UNSPECIFIED);
            taken.push(Taken { device, known, reporter, server: report.server, at, error, record });
        }
        if foreign == all && all > 0 {
            return Err(ServerFault::NotApproved);
        }
        if foreign > 0 {
            tracing::warn!(%peer, foreign, "devices of servers that are not below the reporting one are left out");
        }
        let site = Arc::clone(self);
        let work = async move { site.take_computers(taken, forgotten).await };
        self.to_the_end(work).await.map_err(|error| {
            tracing::error!(%peer, error = chain(&error), "the devices of a downstream server could not be stored");
            ServerFault::Internal
        })?;
        Ok(answers)
    }

    async fn take_computers(&self, taken: Vec<Taken>, forgotten: Vec<DeviceId>) -> SiteResult<()> {
        let mut rest = taken;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(CHUNK));
            self.take_chunk(std::mem::replace(&mut rest, later)).await?;
        }
        if !forgotten.is_empty() {
            let gone = forgotten.clone();
            self.store.write(move |tx| Box::pin(async move { downstream_computer::remove(tx, &gone).await })).await?;
            forgotten.into_iter().for_each(|device| self.downstream.rollup.computers.remove(device));
        }
        Ok(())
    }

    async fn take_chunk(&self, taken: Vec<Taken>) -> SiteResult<()> {
        let now = self.now();
        let fleet = self.fleet();
        let (mut new, mut renamed, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        let (mut packed, mut contacts, mut scans) = (Vec::new(), Vec::new(), Vec::new());
        for one in &taken {
            if let Some(record) = &one.record {
                packed.push(PackedComputer::new(record)?);
                let row = fleet.number(one.device).and_then(|number| fleet.device(number));
                let agent = agent_version(record);
                match row {
                    Some(row) if *row.name != *record.name || *row.agent_version != *agent => {
                        renamed.push((one.device, record.name.clone(), agent));
                    }
                    Some(_) => {}
                    None => new.push(NewDevice {
                        id: one.device,
                        kind: kind(record),
                        hostname: record.name.clone(),
                        secret_hash: None,
                        agent_version: agent,
                    }),
                }
            } else if one.known.is_some_and(|known| known.server != one.server) {
                moved.push((one.device, one.server));
            }
            if let Some(at) = one.at {
                contacts.push((one.device, at));
                scans.push((one.device, at, one.error));
            }
        }
        let made = Arc::new(std::sync::Mutex::new(HashMap::new()));
        let made_here = Arc::clone(&made);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for new in new {
                        let record = device::register(tx, new, now).await?;
                        made_here
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .insert(record.id, record.number);
                    }
                    for (device, name, agent) in renamed {
                        device::update(tx, device, &name, &agent).await?;
                    }
                    downstream_computer::put(tx, &packed).await?;
                    for (device, server) in moved {
                        downstream_computer::set_server(tx, device, server).await?;
                    }
                    device::touch(tx, &contacts).await?;
                    windows_client::scanned(tx, &scans).await
                })
            })
            .await?;
        let made = std::mem::take(&mut *made.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let mut changes = Vec::new();
        for one in taken {
            let number = made.get(&one.device).copied().or_else(|| fleet.number(one.device));
            let Some(number) = number else { continue };
            let row = fleet.device(number);
            let particulars = match &one.record {
                Some(record) => Some(particulars(record, now)),
                None => row.and_then(|row| row.windows.as_ref()).map(|windows| {
                    let mut particulars = WindowsParticulars::clone(&windows.particulars);
                    particulars.origin = particulars.origin.map(|origin| DeviceOrigin { server: one.server, ..origin });
                    particulars
                }),
            };
            if let Some(record) = &one.record {
                changes.push(DeviceChange::Record(device_record(
                    number,
                    record,
                    row.map(|row| row.enrolled_at),
                    one.at,
                    now,
                )));
            }
            let changed = one.record.is_some() || one.known.is_some_and(|known| known.server != one.server);
            if let Some(particulars) = particulars.filter(|_| changed) {
                changes.push(DeviceChange::Windows { device: number, particulars: Arc::new(particulars) });
            }
            if let Some(at) = one.at {
                if let Some(row) = row {
                    row.touch(at);
                }
                changes.push(DeviceChange::WindowsScan { device: number, at, error: one.error });
            }
            self.downstream.rollup.computers.put(
                one.device,
                KnownComputer {
                    reporter: one.reporter,
                    server: one.server,
                    removed: false,
                    last_sync_at: one.at,
                    rollup: one.known.map_or(0, |known| known.rollup),
                },
            );
        }
        if changes.is_empty() { Ok(()) } else { self.keeper.devices(changes).await }
    }

    /// The devices of a server, by what it calls them, of which the site's last report is another
    /// one than the server thinks: it reports all of them again.
    ///
    /// # Errors
    /// `NotApproved`; `InvalidParameters` for too many.
    pub fn downstream_out_of_step(
        &self,
        peer: IpAddr,
        server: ServerId,
        numbers: Vec<(String, i32)>,
    ) -> ServerResult<Vec<String>> {
        if numbers.len() > MAX_NUMBERS {
            return Err(ServerFault::InvalidParameters("lastRollupNumbers"));
        }
        let reporter = self.reporter(server, peer)?.id;
        let subtree = self.downstream.servers.subtree(server);
        let differs = |(id, number): &(String, i32)| {
            let known = self.downstream.rollup.computers.get(DeviceId::of_downstream(reporter, id));
            known.is_some_and(|known| !known.removed && subtree.contains(&known.server) && known.rollup != *number)
        };
        Ok(numbers.into_iter().filter(|number| differs(number)).map(|(id, _)| id).collect())
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().count() <= MAX_ID && !id.chars().any(char::is_control)
}

fn record(
    device: DeviceId,
    reporter: ServerId,
    server: ServerId,
    id: &str,
    details: ComputerDetails,
) -> DownstreamComputerRecord {
    let name = word(&details.name);
    DownstreamComputerRecord {
        device,
        reporter,
        removed: false,
        server,
        computer_id: id.to_owned(),
        name: if name.is_empty() { id.to_owned() } else { name },
        address: word(&details.address),
        family: word(&details.family),
        computer: clean_computer(details.computer),
        requested_groups: details.requested_groups.iter().take(MAX_GROUPS).map(|group| word(group)).collect(),
        last_scan_at: None,
        last_scan_error: None,
    }
}

pub(in crate::downstream) fn kind(record: &DownstreamComputerRecord) -> DeviceKind {
    if record.family.eq_ignore_ascii_case("linux") { DeviceKind::Linux } else { DeviceKind::Windows }
}

fn agent_version(record: &DownstreamComputerRecord) -> String {
    record.computer.agent_version.map(|part| part.to_string()).join(".")
}

fn device_record(
    number: DeviceNumber,
    record: &DownstreamComputerRecord,
    enrolled_at: Option<Timestamp>,
    at: Option<Timestamp>,
    now: Timestamp,
) -> DeviceRecord {
    DeviceRecord {
        number,
        id: record.device,
        name: record.name.as_str().into(),
        agent_version: agent_version(record).into(),
        enrolled_at: enrolled_at.unwrap_or(now),
        last_contact: at,
    }
}

pub(in crate::downstream) fn particulars(
    record: &DownstreamComputerRecord,
    registered_at: Timestamp,
) -> WindowsParticulars {
    WindowsParticulars {
        client_id: record.computer_id.clone(),
        dns_name: record.name.clone(),
        target_groups: record.requested_groups.clone(),
        protocol: String::new(),
        registered_at,
        computer: Arc::new(record.computer.clone()),
        attributes: Vec::new(),
        doubt: None,
        origin: Some(DeviceOrigin { server: record.server, reporter: record.reporter, kind: kind(record) }),
    }
}
