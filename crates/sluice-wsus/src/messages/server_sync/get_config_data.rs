//! GetConfigData (\[MS-WSUSSS\] 3.1.4.4): limits, flags and languages of the upstream server.

use super::{SERVICE, ServerSyncConfigData};
use crate::messages::shared::Cookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks for the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetConfigData {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// The anchor of the last answer; empty at first. With it, only languages that changed come back.
    pub config_anchor: String,
}

impl Message<'_> for GetConfigData {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetConfigData";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "configAnchor" => request.config_anchor = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.text_unless_empty("configAnchor", &self.config_anchor);
    }
}

/// The configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetConfigDataResponse {
    /// The configuration.
    pub config: ServerSyncConfigData,
}

impl Message<'_> for GetConfigDataResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetConfigDataResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "GetConfigDataResult" {
                response.config = ServerSyncConfigData::read(reader)?;
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        self.config.write("GetConfigDataResult", out);
    }
}
