//! Rollup: servers further down report themselves, the servers below them and their devices
//! (\[MS-WSUSSS\] 3.1.4.13 to 3.1.4.17, protocols.md §7).
//!
//! The reports carry no proof of who sends them. So they count only from the address at which the
//! server was last authorized, only of its own subtree, and the devices of one server are other
//! devices than those of another, whatever they are called.

mod clock;
mod computers;
mod input;
mod known;
mod servers;
mod status;

use std::net::IpAddr;
use std::sync::Arc;

use sluice_model::ServerId;
use sluice_store::{Reader, StoreError};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use computers::ComputerChange;
pub(in crate::downstream) use computers::particulars;
pub use input::{ComputerDetails, ComputerReport, ServerReport, StateReport, StatusReport, SystemCount};
pub(crate) use known::KnownComputers;
pub(in crate::downstream) use status::status;

use super::fault::{ServerFault, ServerResult};
use super::servers::KnownServer;
use crate::site::Site;

/// Most computers in one report, as WSUS announces.
pub const MAX_COMPUTERS: usize = 1_500;

/// Most computers in one question for what is out of step, as WSUS announces.
pub const MAX_NUMBERS: usize = 20_000;

/// Most kinds of computers in one report of servers, as WSUS announces.
pub const MAX_SUMMARIES: usize = 5_000;

/// Most computers in one report of states. WSUS announces 500; a request has 8 MiB here, and a full
/// report of a computer some hundred kilobytes.
pub const MAX_STATUSES: usize = 25;

/// Reports of states that are taken in at a time; who comes beside is told that the site is busy.
const AT_A_TIME: usize = 4;

/// What is known of reported devices beside the fleet.
pub(crate) struct Rollup {
    pub(crate) computers: KnownComputers,
    turns: Semaphore,
}

impl Rollup {
    pub(super) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        Ok(Self { computers: KnownComputers::load(reader).await?, turns: Semaphore::new(AT_A_TIME) })
    }
}

/// What a server must know before it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupConfiguration {
    /// Another one says that everything is to be reported again: the database is another one.
    pub reset: Uuid,
    /// The GUID of this site.
    pub server: Uuid,
}

impl Site {
    /// What a server must know before it reports.
    ///
    /// # Errors
    /// `NotApproved` when no server is served at the address.
    pub fn downstream_rollup(&self, peer: IpAddr) -> ServerResult<RollupConfiguration> {
        let servers = self.downstream.servers.all();
        let at = |server: &&Arc<KnownServer>| server.is_at(peer) && self.served(server.id).is_some();
        if !servers.iter().any(|server| at(&server)) {
            return Err(ServerFault::NotApproved);
        }
        Ok(RollupConfiguration { reset: Uuid::from_bytes(self.epoch.id), server: self.downstream.id })
    }

    /// The server that may report of another one from an address: that, or the one above it that
    /// synchronizes from here.
    fn reporter(&self, of: ServerId, peer: IpAddr) -> ServerResult<Arc<KnownServer>> {
        let top = self.downstream.servers.top(of).and_then(|top| self.served(top.id));
        let top = top.filter(|top| top.is_at(peer)).ok_or(ServerFault::NotApproved)?;
        top.touch(self.now());
        Ok(top)
    }
}
