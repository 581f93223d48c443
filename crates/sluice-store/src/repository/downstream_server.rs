//! Servers that synchronize from this site, and those below them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::ServerId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    downstream_server(id) {
        PUT[7] = "INSERT INTO downstream_server (id, standing, parent, name, added_at, last_contact, body) \
            VALUES {rows} ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, parent = excluded.parent, \
            name = excluded.name, added_at = excluded.added_at, last_contact = excluded.last_contact, \
            body = excluded.body";
        REMOVE = "DELETE FROM downstream_server WHERE id = $1";
        LOAD(all) = "SELECT id, standing, parent, name, added_at, last_contact, body FROM downstream_server";
    }
}

/// As what a server is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerStanding {
    /// An administrator approved it.
    Approved,
    /// It came while anybody was welcome.
    Admitted,
    /// It synchronizes from another one, which reports it.
    Below,
}

impl ServerStanding {
    const ALL: [Self; 3] = [Self::Approved, Self::Admitted, Self::Below];

    fn text(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Admitted => "admitted",
            Self::Below => "below",
        }
    }
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownstreamServerRecord {
    /// The GUID it made up for itself.
    pub id: ServerId,
    /// As what it is known.
    pub standing: ServerStanding,
    /// The server it synchronizes from; `None`: this site.
    pub parent: Option<ServerId>,
    /// Its name in the network.
    pub name: String,
    /// When it was approved, admitted or first reported.
    pub added_at: Timestamp,
    /// When it was last heard.
    pub last_contact: Option<Timestamp>,
    /// From which address.
    pub address: String,
    /// Version of its software.
    pub version: String,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// It is a Sluice.
    pub sluice: bool,
    /// It takes the decisions of the server above it.
    pub replica: bool,
    /// When it last synchronized.
    pub last_sync_at: Option<Timestamp>,
    /// When it last reported its devices.
    pub last_rollup_at: Option<Timestamp>,
    /// What it counts, in the order of \[MS-WSUSSS\] 3.1.4.14.2.3; `None` before it reported.
    pub summary: Option<[i32; 18]>,
    /// Its devices by operating system: title and count.
    pub systems: Vec<(String, u32)>,
    /// When it was told which updates there are, and the highest revision there was; oldest first.
    pub told: Vec<(Timestamp, u32)>,
}

/// A server as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedServer {
    id: ServerId,
    standing: ServerStanding,
    parent: Option<ServerId>,
    name: String,
    added_at: Timestamp,
    last_contact: Option<Timestamp>,
    body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct ServerRow {
    address: String,
    version: String,
    protocol: String,
    sluice: bool,
    replica: bool,
    last_sync_at: Option<i64>,
    last_rollup_at: Option<i64>,
    summary: Option<[i32; 18]>,
    systems: Vec<(String, u32)>,
    told: Vec<(i64, u32)>,
}

impl PackedServer {
    /// Packs a server.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(server: &DownstreamServerRecord) -> Result<Self, StoreError> {
        let row = ServerRow {
            address: server.address.clone(),
            version: server.version.clone(),
            protocol: server.protocol.clone(),
            sluice: server.sluice,
            replica: server.replica,
            last_sync_at: server.last_sync_at.map(Timestamp::as_microsecond),
            last_rollup_at: server.last_rollup_at.map(Timestamp::as_microsecond),
            summary: server.summary,
            systems: server.systems.clone(),
            told: server.told.iter().map(|(at, revision)| (at.as_microsecond(), *revision)).collect(),
        };
        Ok(Self {
            id: server.id,
            standing: server.standing,
            parent: server.parent,
            name: server.name.clone(),
            added_at: server.added_at,
            last_contact: server.last_contact,
            body: pack(&row)?,
        })
    }
}

fn moment(micros: i64) -> Result<Timestamp, String> {
    Timestamp::from_microsecond(micros).map_err(|_| format!("{micros} microseconds is no moment"))
}

fn from_row(row: Row<'_>) -> Result<DownstreamServerRecord, StoreError> {
    let standing = |text: String| ServerStanding::ALL.into_iter().find(|standing| standing.text() == text);
    let body = row.unpack::<ServerRow>("body")?;
    let at = |micros: Option<i64>| micros.map(moment).transpose().map_err(|what| row.corrupt("body", what));
    let told = body.told.into_iter().map(|(at, revision)| Ok((moment(at)?, revision))).collect::<Result<_, _>>();
    Ok(DownstreamServerRecord {
        id: row.get("id")?,
        standing: row.get_as("standing", standing)?,
        parent: row.get("parent")?,
        name: row.get("name")?,
        added_at: row.get("added_at")?,
        last_contact: row.get("last_contact")?,
        address: body.address,
        version: body.version,
        protocol: body.protocol,
        sluice: body.sluice,
        replica: body.replica,
        last_sync_at: at(body.last_sync_at)?,
        last_rollup_at: at(body.last_rollup_at)?,
        summary: body.summary,
        systems: body.systems,
        told: told.map_err(|what| row.corrupt("body", what))?,
    })
}

/// Stores servers in place of what was known of them; of several records of one the last holds.
///
/// # Errors
/// When they cannot be written.
pub async fn put(tx: &mut Tx, servers: &[PackedServer]) -> Result<(), StoreError> {
    let bind = |server: &&PackedServer, args: &mut Args| {
        args.push(server.id);
        args.push(server.standing.text());
        args.push(server.parent);
        args.push(&server.name);
        args.push(server.added_at);
        args.push(server.last_contact);
        args.push(server.body.as_slice());
    };
    tx.bulk(&PUT, &last_of_each(servers, |server| server.id), bind).await.map(drop)
}

/// Forgets a server.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: ServerId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "downstream server", id).await
}

/// Calls a function with every server. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_server: impl FnMut(Result<DownstreamServerRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_server(from_row(row))).await
}
