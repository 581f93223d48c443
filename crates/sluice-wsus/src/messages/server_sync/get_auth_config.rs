//! GetAuthConfig (\[MS-WSUSSS\] 3.1.4.1): the first call of every downstream server.

use jiff::Timestamp;

use super::SERVICE;
use crate::messages::shared::{AuthPlugInInfo, MAX_SMALL_ARRAY};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks how to get authorization. The element is empty, or nil.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GetAuthConfig;

impl Message<'_> for GetAuthConfig {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetAuthConfig";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        body.children(|_, _| Ok(()))?;
        Ok(Self)
    }

    fn write(&self, _out: &mut XmlWriter) {}
}

/// How to get authorization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetAuthConfigResponse {
    /// When this last changed.
    pub last_change: Timestamp,
    /// How to get authorization: exactly one.
    pub auth_info: Vec<AuthPlugInInfo>,
    /// Never sent.
    pub allowed_event_ids: Vec<i32>,
}

impl Message<'_> for GetAuthConfigResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetAuthConfigResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetAuthConfigResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "LastChange" => reader.set_if_valid(element, &mut response.last_change),
                "AuthInfo" => AuthPlugInInfo::read_array(reader, element, &mut response.auth_info),
                "AllowedEventIds" => reader.values(element, MAX_SMALL_ARRAY, &mut response.allowed_event_ids),
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetAuthConfigResult", |out| {
            out.date_time("LastChange", self.last_change);
            AuthPlugInInfo::write_array(&self.auth_info, out);
            out.ints("AllowedEventIds", &self.allowed_event_ids);
        });
    }
}
