//! `GET /downstream-servers` and `/downstream-servers/{id}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::ServerId;
use sluice_site::downstream::admin;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::DownstreamState;
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// A server that synchronizes from this site, asked to, or synchronizes from one that does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownstreamServer {
    /// The GUID it made up for itself.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How it stands with the site.
    pub state: DownstreamState,
    /// The server it synchronizes from; null: this site.
    pub parent: Option<Uuid>,
    /// From which address it was last heard; empty when it was not.
    pub address: String,
    /// When it first asked, was approved, or was first reported.
    pub added_at: Timestamp,
    /// When it was last heard.
    pub last_contact: Option<Timestamp>,
    /// When it last synchronized.
    pub last_sync: Option<Timestamp>,
    /// When it last reported its devices.
    pub last_rollup: Option<Timestamp>,
    /// Version of its software, when it reported it.
    pub version: String,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// It is a Sluice.
    pub sluice: bool,
    /// It takes over the decisions of the server above it.
    pub replica: bool,
    /// Devices it reported.
    pub devices: u64,
    /// Of these, those that need something.
    pub non_compliant: u64,
    /// Updates here that it was not told of when it last asked; null: it never asked.
    pub behind: Option<u64>,
    /// Its devices by operating system.
    pub systems: Vec<DownstreamSystem>,
    /// What it counts; null before it reported.
    pub summary: Option<DownstreamSummary>,
}

/// Devices of an operating system.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownstreamSystem {
    /// The operating system.
    pub name: String,
    /// How many.
    pub devices: u32,
}

/// What a server counts (MS-WSUSSS 3.1.4.14.2.3), as far as it says something here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownstreamSummary {
    /// Updates.
    pub updates: i32,
    /// Declined ones.
    pub declined: i32,
    /// Approved ones.
    pub approved: i32,
    /// Those that are needed by some computer.
    pub needed: i32,
    /// Those that failed on some computer.
    pub failed: i32,
    /// Those whose files are missing.
    pub missing_files: i32,
    /// Its computers.
    pub computers: i32,
    /// Those that need updates.
    pub computers_needing: i32,
    /// Those on which an update failed.
    pub computers_failed: i32,
    /// Those that need nothing.
    pub computers_up_to_date: i32,
}

impl From<[i32; 18]> for DownstreamSummary {
    fn from(counters: [i32; 18]) -> Self {
        let [updates, declined, approved, _, _, _, _, _, failed, _, missing_files, needed, _, _, rest @ ..] = counters;
        let [computers, computers_needing, computers_failed, computers_up_to_date] = rest;
        Self {
            updates,
            declined,
            approved,
            needed,
            failed,
            missing_files,
            computers,
            computers_needing,
            computers_failed,
            computers_up_to_date,
        }
    }
}

impl From<admin::DownstreamServer> for DownstreamServer {
    fn from(server: admin::DownstreamServer) -> Self {
        let system = |(name, devices)| DownstreamSystem { name, devices };
        Self {
            id: server.id.0,
            name: server.name,
            state: server.state.into(),
            parent: server.parent.map(|parent| parent.0),
            address: server.address,
            added_at: server.added_at,
            last_contact: server.last_contact,
            last_sync: server.last_sync_at,
            last_rollup: server.last_rollup_at,
            version: server.version,
            protocol: server.protocol,
            sluice: server.sluice,
            replica: server.replica,
            devices: server.devices,
            non_compliant: server.non_compliant,
            behind: server.behind,
            systems: server.systems.into_iter().map(system).collect(),
            summary: server.summary.map(Into::into),
        }
    }
}

/// Servers further down: those that ask first, then by name.
#[utoipa::path(get, path = "/downstream-servers", tag = "downstream", responses((status = 200, body = Listing<DownstreamServer>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<DownstreamServer>>> {
    Ok(Json(Listing::whole(state.site.downstream_servers(&caller)?)))
}

/// A server further down.
#[utoipa::path(get, path = "/downstream-servers/{id}", tag = "downstream", params(("id" = Uuid, Path, description = "The server")), responses((status = 200, body = DownstreamServer)))]
pub(in crate::api) async fn detail(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<DownstreamServer>> {
    Ok(Json(state.site.downstream_server(&caller, ServerId(id))?.into()))
}
