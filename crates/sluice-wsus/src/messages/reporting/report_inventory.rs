//! ReportInventory (`reporting.wsdl`): only sent to servers whose `IsInventoryRequired` is 1.

use jiff::Timestamp;

use super::SERVICE;
use crate::messages::shared::Cookie;
use crate::soap::{Limits, Message, Reader, Service, SoapError, XmlWriter};

/// An inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportingInventory {
    /// Which of the two texts is used.
    pub is_compressed: bool,
    /// The inventory as XML.
    pub raw_xml: String,
    /// The inventory, compressed.
    pub compressed_xml: Vec<u8>,
}

/// Reports an inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportInventory {
    /// The cookie of the client service.
    pub cookie: Option<Cookie>,
    /// The clock of the client.
    pub client_time: Option<Timestamp>,
    /// The inventory.
    pub inventory: ReportingInventory,
}

impl Message<'_> for ReportInventory {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportInventory";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        let ReportInventory { cookie, client_time, inventory } = &mut request;
        // An inventory may be as long as a request.
        let limit = Limits::REQUEST.bytes;
        body.children(|reader, element| {
            match element.name() {
                "cookie" => *cookie = Cookie::read(reader, element)?,
                "clientTime" => *client_time = reader.value_if_valid(element)?,
                "inventory" => reader.children(|reader, element| {
                    match element.name() {
                        "IsCompressed" => reader.set(element, &mut inventory.is_compressed)?,
                        "RawXml" => inventory.raw_xml = reader.text(element, limit)?.into_owned(),
                        "CompressedXml" => {
                            inventory.compressed_xml = reader.value_up_to(element, limit)?.unwrap_or_default();
                        }
                        _ => {}
                    }
                    Ok(())
                })?,
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
        out.element("inventory", |out| {
            out.bool("IsCompressed", self.inventory.is_compressed);
            out.text_unless_empty("RawXml", &self.inventory.raw_xml);
            if !self.inventory.compressed_xml.is_empty() {
                out.base64("CompressedXml", &self.inventory.compressed_xml);
            }
        });
    }
}

/// Whether the inventory was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportInventoryResponse {
    /// Whether the inventory was taken.
    pub accepted: bool,
}

impl Message<'_> for ReportInventoryResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "ReportInventoryResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "ReportInventoryResult" => reader.set(element, &mut response.accepted),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("ReportInventoryResult", self.accepted);
    }
}
