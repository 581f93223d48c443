//! What administrators see of servers further down, and decide about them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::DeviceChange;
use sluice_model::{DeviceId, ServerId, SiteId};
use sluice_store::audit::AuditEntry;
use sluice_store::downstream_server::{self, DownstreamServerRecord, PackedServer, ServerStanding};
use sluice_store::{
    audit, child_site, collection, device, downstream_computer, downstream_status, enforcement, windows_client,
};

use super::pending::PendingServer;
use super::servers::MAX_SERVERS;
use super::session::new_record;
use crate::caller::{Caller, Permission};
use crate::directory::DirectoryTurn;
use crate::error::{SiteError, SiteResult, chain};
use crate::events::SiteEvent;
use crate::site::Site;

/// Devices removed in one unit of work.
const CHUNK: usize = 250;

/// How a server stands with the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DownstreamState {
    /// It asked, and nobody approved it. Kept in memory only.
    Pending,
    /// An administrator approved it.
    Approved,
    /// It came while anybody was welcome.
    Admitted,
    /// It synchronizes from another one, which reports it.
    Below,
}

impl DownstreamState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Admitted, Self::Below];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Admitted => "admitted",
            Self::Below => "below",
        }
    }
}

/// A server further down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownstreamServer {
    /// The GUID it made up for itself.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// How it stands with the site.
    pub state: DownstreamState,
    /// The server it synchronizes from; `None`: this site.
    pub parent: Option<ServerId>,
    /// From which address it was last heard; empty of those below others.
    pub address: String,
    /// When it first asked, was approved, or was first reported.
    pub added_at: Timestamp,
    /// When it was last heard.
    pub last_contact: Option<Timestamp>,
    /// When it last synchronized.
    pub last_sync_at: Option<Timestamp>,
    /// When it last reported its devices.
    pub last_rollup_at: Option<Timestamp>,
    /// Version of its software.
    pub version: String,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// It is a Sluice.
    pub sluice: bool,
    /// It takes over the decisions of the server above it.
    pub replica: bool,
    /// Devices it has, as far as they were reported one by one.
    pub devices: u64,
    /// Of these, those that need something.
    pub non_compliant: u64,
    /// Updates here that it was not told of when it last asked; `None`: it never asked.
    pub behind: Option<u64>,
    /// Its devices by operating system.
    pub systems: Vec<(String, u32)>,
    /// What it counts, in the order of \[MS-WSUSSS\] 3.1.4.14.2.3.
    pub summary: Option<[i32; 18]>,
}

impl Site {
    /// The servers further down: those that ask first, then by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn downstream_servers(&self, caller: &Caller) -> SiteResult<Vec<DownstreamServer>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let mut counts: HashMap<ServerId, (u64, u64)> = HashMap::new();
        for row in fleet.devices() {
            if let Some(origin) = row.origin() {
                let (devices, open) = counts.entry(origin.server).or_default();
                *devices += 1;
                *open += u64::from(row.compliance.as_ref().is_some_and(|compliance| !compliance.required.is_empty()));
            }
        }
        let known = self.downstream.servers.all();
        let mut servers: Vec<_> = known.iter().map(|server| self.described(server.record(), &counts)).collect();
        let pending = self.downstream.pending.all().into_iter();
        servers.extend(pending.filter(|(id, _)| self.served(*id).is_none()).map(|(id, server)| asking(id, server)));
        servers.sort_by(|a, b| (a.state, &a.name, a.id).cmp(&(b.state, &b.name, b.id)));
        Ok(servers)
    }

    /// A server further down.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub fn downstream_server(&self, caller: &Caller, id: ServerId) -> SiteResult<DownstreamServer> {
        let servers = self.downstream_servers(caller)?;
        servers.into_iter().find(|server| server.id == id).ok_or_else(|| not_found(id))
    }

    /// How often a server that is not approved was refused since the site started.
    #[must_use]
    pub fn downstream_refused(&self) -> u64 {
        self.downstream.pending.refused()
    }

    fn described(&self, record: DownstreamServerRecord, counts: &HashMap<ServerId, (u64, u64)>) -> DownstreamServer {
        let (devices, non_compliant) = counts.get(&record.id).copied().unwrap_or_default();
        let current = self.fleet.load().catalog().current_windows().clone();
        let behind = record.told.last().map(|(_, newest)| current.range(newest.saturating_add(1)..).count() as u64);
        DownstreamServer {
            id: record.id,
            name: record.name,
            state: match record.standing {
                ServerStanding::Approved => DownstreamState::Approved,
                ServerStanding::Admitted => DownstreamState::Admitted,
                ServerStanding::Below => DownstreamState::Below,
            },
            parent: record.parent,
            address: record.address,
            added_at: record.added_at,
            last_contact: record.last_contact,
            last_sync_at: record.last_sync_at,
            last_rollup_at: record.last_rollup_at,
            version: record.version,
            protocol: record.protocol,
            sluice: record.sluice,
            replica: record.replica,
            devices,
            non_compliant,
            behind,
            systems: record.systems,
            summary: record.summary,
        }
    }

    /// Approves a server, also before it first asks: it may synchronize from this site as soon as the
    /// settings serve approved servers.
    ///
    /// # Errors
    /// `Forbidden`; `NotFound` for one that never asked, unless a name is given; `Conflict` for one
    /// that synchronizes from another server, or when there are too many.
    pub async fn approve_downstream(
        self: &Arc<Self>,
        caller: &Caller,
        id: ServerId,
        name: Option<&str>,
    ) -> SiteResult<DownstreamServer> {
        caller.require(Permission::ManageSite)?;
        let turn = self.directory_turn().await;
        let now = self.now();
        let known = self.downstream.servers.get(id).map(|known| known.record());
        let asked = self.downstream.pending.get(id);
        let record = match (known, asked, name) {
            (Some(known), asked, _) if known.standing != ServerStanding::Below || asked.is_some() => {
                // One that was below another and asks by itself has moved.
                DownstreamServerRecord { standing: ServerStanding::Approved, parent: None, ..known }
            }
            (Some(_), ..) => {
                return Err(SiteError::conflict(
                    "the server synchronizes from another one, which reports it",
                    "Point it at this site; it is listed as pending when it asks.",
                ));
            }
            (None, Some(asked), _) => new_record(id, ServerStanding::Approved, &asked.name, asked.peer, now),
            (None, None, Some(name)) => {
                let nowhere = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
                let record = new_record(id, ServerStanding::Approved, name.trim(), nowhere, now);
                DownstreamServerRecord { last_contact: None, address: String::new(), ..record }
            }
            (None, None, None) => return Err(not_found(id)),
        };
        if self.downstream.servers.get(id).is_none() && self.downstream.servers.len() >= MAX_SERVERS {
            let message = format!("the site has {MAX_SERVERS} downstream servers already");
            return Err(SiteError::conflict(message, "Remove some that are gone: `sluice downstream remove`."));
        }
        let packed = PackedServer::new(&record)?;
        let entry = self.audit_entry(caller, "downstream.approve", &record.name, &id.to_string());
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        downstream_server::put(tx, &[packed]).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.downstream.servers.insert(record);
            site.downstream.pending.remove(id);
            Ok(())
        })
        .await?;
        self.downstream_server(caller, id)
    }

    /// Removes a server with those below it and all devices they reported; one that only asked is
    /// forgotten until it asks again.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn remove_downstream(self: &Arc<Self>, caller: &Caller, id: ServerId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let turn = self.directory_turn().await;
        let Some(known) = self.downstream.servers.get(id).map(|known| known.record()) else {
            return self.downstream.pending.remove(id).map(drop).ok_or_else(|| not_found(id));
        };
        let entry = self.audit_entry(caller, "downstream.remove", &known.name, &id.to_string());
        self.remove_below(turn, id, None, entry).await
    }

    /// Removes a server with those below it, and the site that it is, in one transaction. Their devices follow; those
    /// that are left are removed by the reconciler.
    pub(crate) async fn remove_below(
        self: &Arc<Self>,
        turn: DirectoryTurn,
        server: ServerId,
        child: Option<SiteId>,
        entry: AuditEntry,
    ) -> SiteResult<()> {
        let mut servers = self.downstream.servers.subtree(server);
        servers.retain(|id| self.downstream.servers.get(*id).is_some());
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let gone = servers.clone();
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    if let Some(child) = child {
                        child_site::remove(tx, child).await?;
                    }
                    for server in gone {
                        downstream_server::remove(tx, server).await?;
                    }
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            child.into_iter().for_each(|child| site.sites.children.remove(child));
            site.downstream.servers.remove(&servers);
            site.downstream.pending.remove(server);
            if child.is_some() {
                // A request that it holds here is answered, so that it asks again and learns it.
                site.sites.news.raise();
                site.emit(SiteEvent::Sites);
            }
            if let Err(error) = remove_orphans(&site, &turn).await {
                tracing::warn!(error = chain(&error), "devices of a server that was removed are still to be removed");
            }
            Ok(())
        })
        .await
    }

    async fn remove_downstream_devices(&self, devices: Vec<DeviceId>) -> SiteResult<()> {
        let (fleet, now) = (self.fleet(), self.now());
        let there: Vec<_> = devices.iter().filter_map(|id| Some((*id, fleet.number(*id)?))).collect();
        let (all, live) = (devices.clone(), there.clone());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    downstream_computer::remove(tx, &all).await?;
                    for (device, _) in live {
                        collection::remove_device(tx, device).await?;
                        enforcement::remove_device(tx, device).await?;
                        downstream_status::remove(tx, device).await?;
                        windows_client::remove(tx, device).await?;
                        device::remove(tx, device, now).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        devices.into_iter().for_each(|device| self.downstream.rollup.computers.remove(device));
        let changes: Vec<_> = there.into_iter().map(|(_, number)| DeviceChange::Remove(number)).collect();
        if changes.is_empty() { Ok(()) } else { self.keeper.devices(changes).await }
    }
}

/// The reconciler that removes the devices of servers that were removed: those that a kill left, or that a report under
/// way brought afterwards.
pub(crate) async fn remove_devices_without_server(site: &Arc<Site>) -> SiteResult<()> {
    let turn = site.directory_turn().await;
    remove_orphans(site, &turn).await
}

async fn remove_orphans(site: &Site, turn: &DirectoryTurn) -> SiteResult<()> {
    let downstream = &site.downstream;
    let gone = downstream.rollup.computers.reporters().into_iter().filter(|id| downstream.servers.get(*id).is_none());
    let devices: Vec<_> = gone.flat_map(|server| downstream.rollup.computers.of_reporter(server)).collect();
    if devices.is_empty() {
        return Ok(());
    }
    for chunk in devices.chunks(CHUNK) {
        site.remove_downstream_devices(chunk.to_vec()).await?;
    }
    site.reload_directory(turn).await
}

fn asking(id: ServerId, server: PendingServer) -> DownstreamServer {
    DownstreamServer {
        id,
        name: server.name,
        state: DownstreamState::Pending,
        parent: None,
        address: server.peer.to_canonical().to_string(),
        added_at: server.first_at,
        last_contact: Some(server.last_at),
        last_sync_at: None,
        last_rollup_at: None,
        version: String::new(),
        protocol: String::new(),
        sluice: server.sluice,
        replica: false,
        devices: 0,
        non_compliant: 0,
        behind: None,
        systems: Vec::new(),
        summary: None,
    }
}

fn not_found(id: ServerId) -> SiteError {
    SiteError::not_found("downstream server", id)
}
