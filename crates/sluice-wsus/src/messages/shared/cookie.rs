//! Cookies (\[MS-WUSP\] 2.2.3.4, 2.2.3.5): opaque to clients.

use jiff::Timestamp;

use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// What a client presents with every request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cookie {
    /// When it expires, in clear text: a hint for the client, which decides by it whether to ask for another one. A
    /// server must trust only what is inside the data. `None` if the text is absent or no date.
    pub expiration: Option<Timestamp>,
    /// The data. Empty in the "old cookie" of a client that never had one.
    pub encrypted_data: Vec<u8>,
}

impl Cookie {
    /// Reads the cookie that the current element is; `None` if the element is empty or nil.
    ///
    /// # Errors
    /// [`SoapError::Value`] if the data is not Base64.
    pub fn read<'a>(reader: &mut Reader<'a>, _element: &Element<'a>) -> Result<Option<Self>, SoapError> {
        let mut cookie = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "Expiration" => cookie.expiration = reader.value_if_valid(element)?,
                "EncryptedData" => reader.set(element, &mut cookie.encrypted_data)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok((cookie != Self::default()).then_some(cookie))
    }

    /// Writes the cookie as an element `name`.
    pub fn write(&self, name: &str, out: &mut XmlWriter) {
        out.element(name, |out| {
            if let Some(expiration) = self.expiration {
                out.date_time("Expiration", expiration);
            }
            if !self.encrypted_data.is_empty() {
                out.base64("EncryptedData", &self.encrypted_data);
            }
        });
    }

    /// Writes an element `cookie` for the rollup between servers: without a cookie the one that never expires and holds
    /// nothing (\[MS-WSUSSS\] 3.1.4: the rollup knows no authorization).
    pub fn write_or_everlasting(cookie: Option<&Self>, out: &mut XmlWriter) {
        match cookie {
            Some(cookie) => cookie.write("cookie", out),
            None => out.element("cookie", |out| {
                super::write_future("Expiration", None, out);
                out.text("EncryptedData", "");
            }),
        }
    }

    /// Writes the cookie as an element `name`, or nothing.
    pub fn write_optional(cookie: Option<&Self>, name: &str, out: &mut XmlWriter) {
        if let Some(cookie) = cookie {
            cookie.write(name, out);
        }
    }
}

/// What authorization gives a client or a server, to be presented for a [`Cookie`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizationCookie {
    /// The plug-in that gave it: `SimpleTargeting` or `DssTargeting`.
    pub plug_in_id: String,
    /// The data.
    pub cookie_data: Vec<u8>,
}

impl AuthorizationCookie {
    /// Reads the children of the current element.
    ///
    /// # Errors
    /// [`SoapError::Value`] if the data is not Base64.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut cookie = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "PlugInId" => cookie.plug_in_id = reader.string(element)?,
                "CookieData" => reader.set(element, &mut cookie.cookie_data)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(cookie)
    }

    /// Writes the children.
    pub fn write(&self, out: &mut XmlWriter) {
        out.text("PlugInId", &self.plug_in_id);
        out.base64("CookieData", &self.cookie_data);
    }
}
