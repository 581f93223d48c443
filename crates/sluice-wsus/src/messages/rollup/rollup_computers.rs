//! RollupComputers (\[MS-WSUSSS\] 3.1.4.15): a downstream server reports its computers.

use jiff::Timestamp;
use uuid::Uuid;

use super::{ComputerRollupDetails, MAX_BATCH, SERVICE};
use crate::messages::shared::{Cookie, past_attribute, read_time, read_time_attribute, write_past};
use crate::soap::{Element, Message, Reader, Service, SoapError, Value, XmlWriter};

/// How the last scan of a computer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastSyncResult {
    /// 0: it is not known. Also every number that the specification does not know.
    #[default]
    Unknown,
    /// 1: well.
    Succeeded,
    /// 2: not well.
    Failed,
}

impl LastSyncResult {
    /// As it is written.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Unknown => 0,
            Self::Succeeded => 1,
            Self::Failed => 2,
        }
    }
}

impl Value for LastSyncResult {
    const KIND: &'static str = "int";

    fn parse(text: &str) -> Option<Self> {
        Some(match i32::parse(text)? {
            1 => Self::Succeeded,
            2 => Self::Failed,
            _ => Self::Unknown,
        })
    }
}

/// A computer of a downstream server. All but the details are attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerRollupInfo {
    /// The client id, as in reports of agents.
    pub computer_id: String,
    /// When it last scanned; `None`: never, as the next three.
    pub last_sync_time: Option<Timestamp>,
    /// How that ended.
    pub last_sync_result: LastSyncResult,
    /// When it last restarted for an update.
    pub last_reported_reboot_time: Option<Timestamp>,
    /// When it last reported.
    pub last_reported_status_time: Option<Timestamp>,
    /// When it last reported an inventory.
    pub last_inventory_time: Option<Timestamp>,
    /// The server that it belongs to; all zeros for the one that sends this.
    pub parent_server_id: Uuid,
    /// What it is; `None`: as it was last time.
    pub details: Option<ComputerRollupDetails>,
}

impl ComputerRollupInfo {
    fn read<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, SoapError> {
        let mut info = Self {
            computer_id: element.attribute_string("ComputerId")?,
            last_sync_time: read_time_attribute(element, "LastSyncTime")?,
            last_sync_result: element.attribute("LastSyncResult")?.unwrap_or_default(),
            last_reported_reboot_time: read_time_attribute(element, "LastReportedRebootTime")?,
            last_reported_status_time: read_time_attribute(element, "LastReportedStatusTime")?,
            last_inventory_time: read_time_attribute(element, "LastInventoryTime")?,
            parent_server_id: element.attribute("ParentServerId")?.unwrap_or_default(),
            details: None,
        };
        reader.children(|reader, element| {
            if element.name() == "Details" && !element.is_nil() {
                info.details = Some(ComputerRollupDetails::read(reader, element)?);
            }
            Ok(())
        })?;
        Ok(info)
    }

    fn write(&self, out: &mut XmlWriter) {
        let attributes = [
            ("ComputerId", self.computer_id.clone()),
            ("LastSyncTime", past_attribute(self.last_sync_time)),
            ("LastSyncResult", self.last_sync_result.number().to_string()),
            ("LastReportedRebootTime", past_attribute(self.last_reported_reboot_time)),
            ("LastReportedStatusTime", past_attribute(self.last_reported_status_time)),
            ("LastInventoryTime", past_attribute(self.last_inventory_time)),
            ("ParentServerId", self.parent_server_id.to_string()),
        ];
        out.element_with("ComputerRollupInfo", &attributes, |out| {
            if let Some(details) = &self.details {
                details.write(out);
            }
        });
    }
}

/// A downstream server reports its computers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollupComputers {
    /// `None`: see [`GetRollupConfiguration`](super::GetRollupConfiguration::cookie).
    pub cookie: Option<Cookie>,
    /// The clock of the sender: times are corrected by it.
    pub client_time: Option<Timestamp>,
    /// The computers.
    pub computers: Vec<ComputerRollupInfo>,
}

impl Message<'_> for RollupComputers {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupComputers";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "clientTime" => request.client_time = read_time(reader, element)?,
                "computers" => reader.items(element, MAX_BATCH, &mut request.computers, |reader, element| {
                    let nil = element.is_nil();
                    ComputerRollupInfo::read(reader, element).map(|info| (!nil).then_some(info))
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
        out.array("computers", &self.computers, |out, computer| computer.write(out));
    }
}

/// What became of a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputerChange {
    /// It was deleted on the upstream server: the sender should forget it.
    Deleted,
    /// It belongs to another server now, or is new: the sender should send it again with its details.
    NewParent,
}

impl ComputerChange {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "Deleted",
            Self::NewParent => "NewParent",
        }
    }
}

impl Value for ComputerChange {
    const KIND: &'static str = "ComputerChangeType";

    fn parse(text: &str) -> Option<Self> {
        [Self::Deleted, Self::NewParent].into_iter().find(|change| change.as_str() == text)
    }
}

/// A computer that the sender should do something about. Both are attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedComputer {
    /// Which computer.
    pub computer_id: String,
    /// What became of it.
    pub change: ComputerChange,
}

/// The computers that the sender should do something about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollupComputersResponse {
    /// The computers; the others were noted.
    pub changed_computers: Vec<ChangedComputer>,
}

impl Message<'_> for RollupComputersResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RollupComputersResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "RollupComputersResult" {
                return Ok(());
            }
            reader.items(element, MAX_BATCH, &mut response.changed_computers, |_, element| {
                let computer_id = element.attribute_string("ComputerId")?;
                let change = element.attribute("Change")?;
                Ok(change.map(|change| ChangedComputer { computer_id, change }))
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("RollupComputersResult", |out| {
            for computer in &self.changed_computers {
                let change = computer.change.as_str().to_owned();
                let attributes = [("ComputerId", computer.computer_id.clone()), ("Change", change)];
                out.element_with("ChangedComputer", &attributes, |_| {});
            }
        });
    }
}
