//! ReportEventBatch2 (`reporting.wsdl`; not described in prose).

use jiff::Timestamp;

use super::{ReportingEvent, SERVICE};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Reports what happened, without a cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportEventBatch2 {
    /// The client id.
    pub computer_id: String,
    /// The clock of the client: the difference to ours corrects the times of the events.
    pub client_time: Option<Timestamp>,
    /// What happened, in order.
    pub event_batch: Vec<ReportingEvent>,
}

impl Message<'_> for ReportEventBatch2 {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportEventBatch2";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "computerId" => request.computer_id = reader.string(element)?,
                "clientTime" => request.client_time = reader.value_if_valid(element)?,
                "eventBatch" => ReportingEvent::read_array(reader, element, &mut request.event_batch)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("computerId", &self.computer_id);
        if let Some(time) = self.client_time {
            out.date_time("clientTime", time);
        }
        out.array("eventBatch", &self.event_batch, |out, event| event.write(out));
    }
}

/// Whether the events were taken. The agent sends them again if not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportEventBatch2Response {
    /// Whether the events were taken.
    pub accepted: bool,
}

impl Message<'_> for ReportEventBatch2Response {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportEventBatch2Response";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "ReportEventBatch2Result" => reader.set(element, &mut response.accepted),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("ReportEventBatch2Result", self.accepted);
    }
}
