//! GetAuthorizationCookie (\[MS-WUSP\] 2.2.2.1.1).

use super::SERVICE;
use crate::messages::shared::AuthorizationCookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// A client introduces itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetAuthorizationCookie {
    /// The identity that the client made up for itself: a GUID in lower case, 1 to 255 characters.
    pub client_id: String,
    /// The target group of its policy; several are separated by `;`. Empty without client-side targeting.
    pub target_group_name: String,
    /// Its name.
    pub dns_name: String,
}

impl Message<'_> for GetAuthorizationCookie {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetAuthorizationCookie";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "clientId" => request.client_id = reader.string(element)?,
                "targetGroupName" => request.target_group_name = reader.string(element)?,
                "dnsName" => request.dns_name = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("clientId", &self.client_id);
        out.text_unless_empty("targetGroupName", &self.target_group_name);
        out.text("dnsName", &self.dns_name);
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
