//! RollupComputerStatus (\[MS-WSUSSS\] 3.1.4.17): a downstream server reports what its computers need.

use jiff::Timestamp;
use uuid::Uuid;

use super::{MAX_BATCH, SERVICE, SummarizationState};
use crate::messages::shared::{Cookie, MAX_IDENTITIES, read_time, write_past};
use crate::soap::{Element, Message, Reader, Service, SoapError, XmlWriter};

/// The state of an update on a computer. In memory, 40 bytes; in the request, 220.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ComputerStatusRollupUpdateStatus {
    /// The update, in whatever revision.
    pub update_id: Uuid,
    /// Its state.
    pub summarization_state: SummarizationState,
    /// Since when; what is older than what the receiver knows is not taken.
    pub last_change_time: Option<Timestamp>,
}

/// The states of a computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerStatusRollupInfo {
    /// A new GUID for every report.
    pub instance_id: Uuid,
    /// Which computer.
    pub computer_id: String,
    /// Until when the upstream server's updates are covered: updates that came later and are not listed have an unknown
    /// state, older ones are not applicable. In the time of the upstream server's synchronizations.
    pub effective_last_detection_time: Option<Timestamp>,
    /// One more than last time; 1 at first.
    pub rollup_number: i32,
    /// Whether these are all states; false: only those that changed since the last report.
    pub is_full_rollup: bool,
    /// The states.
    pub update_status: Vec<ComputerStatusRollupUpdateStatus>,
}

impl ComputerStatusRollupInfo {
    fn read_part<'a>(&mut self, reader: &mut Reader<'a>, element: &Element<'a>) -> Result<(), SoapError> {
        match element.name() {
            "InstanceId" => reader.set(element, &mut self.instance_id)?,
            "ComputerId" => self.computer_id = reader.string(element)?,
            "EffectiveLastDetectionTime" => self.effective_last_detection_time = read_time(reader, element)?,
            "RollupNumber" => reader.set(element, &mut self.rollup_number)?,
            "IsFullRollup" => reader.set(element, &mut self.is_full_rollup)?,
            "UpdateStatus" => reader.items(element, MAX_IDENTITIES, &mut self.update_status, |reader, _| {
                ComputerStatusRollupUpdateStatus::read(reader).map(Some)
            })?,
            _ => {}
        }
        Ok(())
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("ComputerStatusRollupInfo", |out| {
            out.guid("InstanceId", self.instance_id);
            out.text("ComputerId", &self.computer_id);
            write_past("EffectiveLastDetectionTime", self.effective_last_detection_time, out);
            out.int("RollupNumber", self.rollup_number);
            out.bool("IsFullRollup", self.is_full_rollup);
            out.array("UpdateStatus", &self.update_status, |out, status| status.write(out));
        });
    }
}

impl ComputerStatusRollupUpdateStatus {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut status = Self::default();
        reader.children(|reader, element| match element.name() {
            "UpdateId" => reader.set(element, &mut status.update_id),
            "SummarizationState" => reader.set(element, &mut status.summarization_state),
            "LastChangeTime" => {
                status.last_change_time = read_time(reader, element)?;
                Ok(())
            }
            _ => Ok(()),
        })?;
        Ok(status)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("ComputerStatusRollupUpdateStatus", |out| {
            out.guid("UpdateId", self.update_id);
            out.int("SummarizationState", self.summarization_state.number());
            write_past("LastChangeTime", self.last_change_time, out);
        });
    }
}

/// A downstream server reports what its computers need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollupComputerStatus {
    /// `None`: see [`GetRollupConfiguration`](super::GetRollupConfiguration::cookie).
    pub cookie: Option<Cookie>,
    /// The clock of the sender: times are corrected by it.
    pub client_time: Option<Timestamp>,
    /// The server that the computers belong to.
    pub parent_server_id: Uuid,
    /// The computers.
    pub computers: Vec<ComputerStatusRollupInfo>,
}

impl Message<'_> for RollupComputerStatus {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupComputerStatus";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "clientTime" => request.client_time = read_time(reader, element)?,
                "parentServerId" => reader.set(element, &mut request.parent_server_id)?,
                "computers" => reader.items(element, MAX_BATCH, &mut request.computers, |reader, _| {
                    let mut computer = ComputerStatusRollupInfo::default();
                    reader.children(|reader, element| computer.read_part(reader, element))?;
                    Ok((!computer.computer_id.is_empty()).then_some(computer))
                })?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_or_everlasting(self.cookie.as_ref(), out);
        write_past("clientTime", self.client_time, out);
        out.guid("parentServerId", self.parent_server_id);
        out.array("computers", &self.computers, |out, computer| computer.write(out));
    }
}

/// Whether the states were noted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RollupComputerStatusResponse {
    /// False: the server is busy; the same request should come again after a minute or more.
    pub accepted: bool,
}

impl Message<'_> for RollupComputerStatusResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupComputerStatusResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "RollupComputerStatusResult" => reader.set(element, &mut response.accepted),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("RollupComputerStatusResult", self.accepted);
    }
}
