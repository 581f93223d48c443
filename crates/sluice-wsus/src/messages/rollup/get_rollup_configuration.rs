//! GetRollupConfiguration (\[MS-WSUSSS\] 3.1.4.13): what the upstream server wants to know.

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::Cookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks what the upstream server wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRollupConfiguration {
    /// `None`, as everywhere in the rollup: written as one that never expires and is empty.
    pub cookie: Option<Cookie>,
}

impl Message<'_> for GetRollupConfiguration {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRollupConfiguration";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            if element.name() == "cookie" {
                request.cookie = Cookie::read(reader, element)?;
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_or_everlasting(self.cookie.as_ref(), out);
    }
}

/// What the upstream server wants to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RollupConfiguration {
    /// Whether it wants the computers and their states; false: only the servers with their counts.
    pub do_detailed_rollup: bool,
    /// When it differs from the last answer, everything must be sent anew.
    pub rollup_reset_guid: Uuid,
    /// The upstream server: tells whether it is still the same.
    pub server_id: Uuid,
    /// Servers in one RollupDownstreamServers; 5,000 on WSUS.
    pub rollup_downstream_servers_max_batch_size: i32,
    /// Computers in one RollupComputers; 1,500 on WSUS.
    pub rollup_computers_max_batch_size: i32,
    /// Computers in one GetOutOfSyncComputers; 20,000 on WSUS.
    pub get_out_of_sync_computers_max_batch_size: i32,
    /// Computers in one RollupComputerStatus; 500 on WSUS.
    pub rollup_computer_status_max_batch_size: i32,
}

/// What the upstream server wants to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetRollupConfigurationResponse {
    /// What it wants to know.
    pub configuration: RollupConfiguration,
}

impl Message<'_> for GetRollupConfigurationResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRollupConfigurationResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        let to = &mut response.configuration;
        body.children(|reader, element| {
            if element.name() != "GetRollupConfigurationResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "DoDetailedRollup" => reader.set(element, &mut to.do_detailed_rollup),
                "RollupResetGuid" => reader.set(element, &mut to.rollup_reset_guid),
                "ServerId" => reader.set(element, &mut to.server_id),
                "RollupDownstreamServersMaxBatchSize" => {
                    reader.set(element, &mut to.rollup_downstream_servers_max_batch_size)
                }
                "RollupComputersMaxBatchSize" => reader.set(element, &mut to.rollup_computers_max_batch_size),
                "GetOutOfSyncComputersMaxBatchSize" => {
                    reader.set(element, &mut to.get_out_of_sync_computers_max_batch_size)
                }
                "RollupComputerStatusMaxBatchSize" => {
                    reader.set(element, &mut to.rollup_computer_status_max_batch_size)
                }
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        let from = &self.configuration;
        out.element("GetRollupConfigurationResult", |out| {
            out.bool("DoDetailedRollup", from.do_detailed_rollup);
            out.guid("RollupResetGuid", from.rollup_reset_guid);
            out.guid("ServerId", from.server_id);
            out.int("RollupDownstreamServersMaxBatchSize", from.rollup_downstream_servers_max_batch_size);
            out.int("RollupComputersMaxBatchSize", from.rollup_computers_max_batch_size);
            out.int("GetOutOfSyncComputersMaxBatchSize", from.get_out_of_sync_computers_max_batch_size);
            out.int("RollupComputerStatusMaxBatchSize", from.rollup_computer_status_max_batch_size);
        });
    }
}
