//! GetAuthorizationCookie (\[MS-WSUSSS\] 3.1.4.2).

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::{AuthorizationCookie, MAX_SMALL_ARRAY};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// A downstream server introduces itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetAuthorizationCookie {
    /// Its full domain name. Some clients swap this and the next.
    pub account_name: String,
    /// The GUID that it made up for itself, as text: the contract does not make it a GUID.
    pub account_guid: String,
    /// Programs; never sent.
    pub program_keys: Vec<Uuid>,
}

impl Message<'_> for GetAuthorizationCookie {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetAuthorizationCookie";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "accountName" => request.account_name = reader.string(element)?,
                "accountGuid" => request.account_guid = reader.string(element)?,
                "programKeys" => reader.values(element, MAX_SMALL_ARRAY, &mut request.program_keys)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("accountName", &self.account_name);
        out.text("accountGuid", &self.account_guid);
        out.guids("programKeys", &self.program_keys);
    }
}

/// The authorization cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetAuthorizationCookieResponse {
    /// To be presented in GetCookie.
    pub cookie: AuthorizationCookie,
}

impl Message<'_> for GetAuthorizationCookieResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetAuthorizationCookieResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "GetAuthorizationCookieResult" {
                response.cookie = AuthorizationCookie::read(reader)?;
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetAuthorizationCookieResult", |out| self.cookie.write(out));
    }
}
