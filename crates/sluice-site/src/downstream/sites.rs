//! Servers that are Sluice sites below this one: joining approved them, leaving ends that.

use jiff::Timestamp;
use sluice_model::ServerId;
use sluice_store::downstream_server::{DownstreamServerRecord, PackedServer, ServerStanding};

use super::session::new_record;
use crate::error::SiteResult;
use crate::site::Site;

impl Site {
    /// A server that joined, with what is known of it.
    pub(crate) fn approved_server(&self, id: ServerId, name: &str, now: Timestamp) -> DownstreamServerRecord {
        let nowhere = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let fresh = || DownstreamServerRecord {
            last_contact: None,
            address: String::new(),
            sluice: true,
            ..new_record(id, ServerStanding::Approved, name, nowhere, now)
        };
        let known = self.downstream.servers.get(id).map_or_else(fresh, |known| known.record());
        DownstreamServerRecord { standing: ServerStanding::Approved, parent: None, name: name.to_owned(), ..known }
    }

    /// It joined.
    pub(crate) fn downstream_joined(&self, record: DownstreamServerRecord) {
        self.downstream.pending.remove(record.id);
        self.downstream.servers.insert(record);
    }

    /// A server as it is stored when it left: its devices stay listed, it is approved no more.
    pub(crate) fn left_server(&self, id: ServerId) -> SiteResult<Option<(DownstreamServerRecord, PackedServer)>> {
        let Some(known) = self.downstream.servers.get(id) else { return Ok(None) };
        let record = DownstreamServerRecord { standing: ServerStanding::Admitted, ..known.record() };
        let packed = PackedServer::new(&record)?;
        Ok(Some((record, packed)))
    }

    /// It left.
    pub(crate) fn downstream_left(&self, record: DownstreamServerRecord) {
        self.downstream.servers.insert(record);
    }

    /// Whether a server is a site below this one, which proved who it is when it joined.
    pub(super) fn is_site_below(&self, id: ServerId) -> bool {
        self.sites.children.of_server(id).is_some()
    }
}
