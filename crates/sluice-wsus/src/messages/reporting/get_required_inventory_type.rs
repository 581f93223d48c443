//! GetRequiredInventoryType (`reporting.wsdl`): asked before an inventory is reported.

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::Cookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks whether an inventory is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRequiredInventoryType {
    /// The cookie of the client service.
    pub cookie: Option<Cookie>,
    /// The rules by which the client would collect it.
    pub rules_id: Option<Uuid>,
    /// Their version.
    pub rules_version: String,
}

impl Message<'_> for GetRequiredInventoryType {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRequiredInventoryType";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "rulesId" => request.rules_id = reader.value(element)?,
                "rulesVersion" => request.rules_version = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.guid("rulesId", self.rules_id.unwrap_or_default());
        out.text_unless_empty("rulesVersion", &self.rules_version);
    }
}

/// Which inventory is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetRequiredInventoryTypeResponse {
    /// 0: none. Other numbers are not documented.
    pub inventory_type: i32,
}

impl Message<'_> for GetRequiredInventoryTypeResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRequiredInventoryTypeResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "GetRequiredInventoryTypeResult" => reader.set(element, &mut response.inventory_type),
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.int("GetRequiredInventoryTypeResult", self.inventory_type);
    }
}
