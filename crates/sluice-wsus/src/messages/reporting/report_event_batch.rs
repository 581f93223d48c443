//! ReportEventBatch (\[MS-WUSP\] 2.2.2.3.1): what happened on a device, minutes later.

use jiff::Timestamp;

use super::{ReportingEvent, SERVICE};
use crate::messages::shared::Cookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Reports what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportEventBatch {
    /// The cookie of the client service.
    pub cookie: Option<Cookie>,
    /// The clock of the client: the difference to ours corrects the times of the events.
    pub client_time: Option<Timestamp>,
    /// What happened, in order.
    pub event_batch: Vec<ReportingEvent>,
}

impl Message<'_> for ReportEventBatch {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportEventBatch";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "clientTime" => request.client_time = reader.value_if_valid(element)?,
                "eventBatch" => ReportingEvent::read_array(reader, element, &mut request.event_batch)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(time) = self.client_time {
            out.date_time("clientTime", time);
        }
        out.array("eventBatch", &self.event_batch, |out, event| event.write(out));
    }
}

/// Whether the events were taken. The agent sends them again if not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportEventBatchResponse {
    /// Whether the events were taken.
    pub accepted: bool,
}

impl Message<'_> for ReportEventBatchResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportEventBatchResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "ReportEventBatchResult" => reader.set(element, &mut response.accepted),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("ReportEventBatchResult", self.accepted);
    }
}
