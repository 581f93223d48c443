//! RollupDownstreamServers (\[MS-WSUSSS\] 3.1.4.14): a downstream server reports itself and the servers below it.

use jiff::Timestamp;
use uuid::Uuid;

use super::{ClientSummary, MAX_BATCH, SERVICE, ServerSummary};
use crate::messages::shared::{Cookie, read_time, write_past};
use crate::soap::{Element, Message, Reader, Service, SoapError, XmlWriter};

/// A downstream server. Servers below it come before it, and parents before their children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DownstreamServerRollupInfo {
    /// Which server: the GUID that it also authorizes with.
    pub server_id: Uuid,
    /// Its name.
    pub full_domain_name: String,
    /// When it last synchronized; `None`: never.
    pub last_sync_time: Option<Timestamp>,
    /// The server above it; all zeros for the one that receives this.
    pub parent_server_id: Uuid,
    /// Version of its software, e.g. `10.0.26100.1`.
    pub version: String,
    /// Whether it takes the approvals of the server above it.
    pub is_replica: bool,
    /// When it last reported to the server above it; `None`: never.
    pub last_rollup_time: Option<Timestamp>,
    /// What it counts.
    pub server_summary: Option<ServerSummary>,
    /// Its computers by kind. Long lists are split: the same server comes again with the rest.
    pub client_summaries: Vec<ClientSummary>,
}

impl DownstreamServerRollupInfo {
    fn read_part<'a>(&mut self, reader: &mut Reader<'a>, element: &Element<'a>) -> Result<(), SoapError> {
        match element.name() {
            "ServerId" => reader.set(element, &mut self.server_id)?,
            "FullDomainName" => self.full_domain_name = reader.string(element)?,
            "LastSyncTime" => self.last_sync_time = read_time(reader, element)?,
            "ParentServerId" => reader.set(element, &mut self.parent_server_id)?,
            "Version" => self.version = reader.string(element)?,
            "IsReplica" => reader.set(element, &mut self.is_replica)?,
            "LastRollupTime" => self.last_rollup_time = read_time(reader, element)?,
            "ServerSummary" => self.server_summary = Some(ServerSummary::read(reader)?),
            "ClientSummaries" => ClientSummary::read_array(reader, element, &mut self.client_summaries)?,
            _ => {}
        }
        Ok(())
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("DownstreamServerRollupInfo", |out| {
            out.guid("ServerId", self.server_id);
            out.text_unless_empty("FullDomainName", &self.full_domain_name);
            write_past("LastSyncTime", self.last_sync_time, out);
            out.guid("ParentServerId", self.parent_server_id);
            out.text_unless_empty("Version", &self.version);
            out.bool("IsReplica", self.is_replica);
            write_past("LastRollupTime", self.last_rollup_time, out);
            if let Some(summary) = &self.server_summary {
                summary.write(out);
            }
            out.array("ClientSummaries", &self.client_summaries, |out, summary| summary.write(out));
        });
    }
}

/// A downstream server reports itself and the servers below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollupDownstreamServers {
    /// `None`: see [`GetRollupConfiguration`](super::GetRollupConfiguration::cookie).
    pub cookie: Option<Cookie>,
    /// The clock of the sender: times are corrected by it.
    pub client_time: Option<Timestamp>,
    /// The servers; the sender itself is the last.
    pub downstream_servers: Vec<DownstreamServerRollupInfo>,
}

impl Message<'_> for RollupDownstreamServers {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupDownstreamServers";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "clientTime" => request.client_time = read_time(reader, element)?,
                "downstreamServers" => {
                    reader.items(element, MAX_BATCH, &mut request.downstream_servers, |reader, _| {
                        let mut server = DownstreamServerRollupInfo::default();
                        reader.children(|reader, element| server.read_part(reader, element))?;
                        Ok(Some(server))
                    })?;
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_or_everlasting(self.cookie.as_ref(), out);
        write_past("clientTime", self.client_time, out);
        out.array("downstreamServers", &self.downstream_servers, |out, server| server.write(out));
    }
}

/// They were noted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RollupDownstreamServersResponse;

impl Message<'_> for RollupDownstreamServersResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupDownstreamServersResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        body.children(|_, _| Ok(()))?;
        Ok(Self)
    }

    fn write(&self, _out: &mut XmlWriter) {}
}
