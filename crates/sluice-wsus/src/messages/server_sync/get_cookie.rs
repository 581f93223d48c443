//! GetCookie (\[MS-WSUSSS\] 3.1.4.3).

use super::SERVICE;
use crate::messages::shared::{AuthorizationCookie, Cookie, MAX_SMALL_ARRAY};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Exchanges an authorization for a cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetCookie {
    /// The authorization: exactly one is right.
    pub auth_cookies: Vec<AuthorizationCookie>,
    /// The last cookie.
    pub old_cookie: Option<Cookie>,
    /// Protocol of the downstream server, two whole numbers: `1.20` is newer than `1.8`.
    pub protocol_version: String,
}

impl Message<'_> for GetCookie {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetCookie";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "authCookies" => reader.items(element, MAX_SMALL_ARRAY, &mut request.auth_cookies, |reader, _| {
                    AuthorizationCookie::read(reader).map(Some)
                })?,
                "oldCookie" => request.old_cookie = Cookie::read(reader, element)?,
                "protocolVersion" => request.protocol_version = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.array("authCookies", &self.auth_cookies, |out, cookie| {
            out.element("AuthorizationCookie", |out| cookie.write(out));
        });
        Cookie::write_optional(self.old_cookie.as_ref(), "oldCookie", out);
        out.text("protocolVersion", &self.protocol_version);
    }
}

/// The cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetCookieResponse {
    /// To be presented with every request.
    pub cookie: Cookie,
}

impl Message<'_> for GetCookieResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetCookieResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "GetCookieResult" {
                response.cookie = Cookie::read(reader, element)?.unwrap_or_default();
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        self.cookie.write("GetCookieResult", out);
    }
}
