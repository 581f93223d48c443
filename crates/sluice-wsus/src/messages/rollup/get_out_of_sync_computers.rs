//! GetOutOfSyncComputers (\[MS-WSUSSS\] 3.1.4.16): of which computers everything must be reported again.

use uuid::Uuid;

use super::{MAX_BATCH, SERVICE};
use crate::messages::shared::{Cookie, MAX_NAME};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// The number of the last report of a computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerLastRollupNumber {
    /// Which computer.
    pub computer_id: String,
    /// The number that its states were last sent with; 0: never.
    pub rollup_number: i32,
}

/// Asks of which computers the upstream server knows another state than the one last sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetOutOfSyncComputers {
    /// `None`: see [`GetRollupConfiguration`](super::GetRollupConfiguration::cookie).
    pub cookie: Option<Cookie>,
    /// The server that the computers belong to.
    pub parent_server_id: Uuid,
    /// The computers.
    pub last_rollup_numbers: Vec<ComputerLastRollupNumber>,
}

impl Message<'_> for GetOutOfSyncComputers {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetOutOfSyncComputers";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "parentServerId" => reader.set(element, &mut request.parent_server_id)?,
                "lastRollupNumbers" => {
                    reader.items(element, MAX_BATCH, &mut request.last_rollup_numbers, |reader, _| {
                        let mut number = ComputerLastRollupNumber::default();
                        reader.children(|reader, element| {
                            match element.name() {
                                "ComputerId" => number.computer_id = reader.string(element)?,
                                "RollupNumber" => reader.set(element, &mut number.rollup_number)?,
                                _ => {}
                            }
                            Ok(())
                        })?;
                        Ok((!number.computer_id.is_empty()).then_some(number))
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
        out.guid("parentServerId", self.parent_server_id);
        out.array("lastRollupNumbers", &self.last_rollup_numbers, |out, number| {
            out.element("ComputerLastRollupNumber", |out| {
                out.text("ComputerId", &number.computer_id);
                out.int("RollupNumber", number.rollup_number);
            });
        });
    }
}

/// The computers of which everything must be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetOutOfSyncComputersResponse {
    /// Their client ids.
    pub computer_ids: Vec<String>,
}

impl Message<'_> for GetOutOfSyncComputersResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetOutOfSyncComputersResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "GetOutOfSyncComputersResult" => reader.strings(element, MAX_BATCH, MAX_NAME, &mut response.computer_ids),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetOutOfSyncComputersResult", |out| {
            self.computer_ids.iter().for_each(|id| out.text("string", id));
        });
    }
}
