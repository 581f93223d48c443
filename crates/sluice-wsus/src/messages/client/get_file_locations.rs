//! GetFileLocations (\[MS-WUSP\] 2.2.2.2.7): where files are, by digest.

use super::SERVICE;
use crate::messages::shared::{Cookie, FileLocation, MAX_REVISION_IDS};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks where files are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetFileLocations {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// SHA-1 of the files. Other than 20 bytes are wrong.
    pub file_digests: Vec<Vec<u8>>,
}

impl Message<'_> for GetFileLocations {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetFileLocations";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "fileDigests" => reader.values(element, MAX_REVISION_IDS, &mut request.file_digests)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.array("fileDigests", &self.file_digests, |out, digest| out.base64("base64Binary", digest));
    }
}

/// Where the files are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetFileLocationsResponse {
    /// One for each file that the server knows.
    pub file_locations: Vec<FileLocation>,
    /// The cookie to use from now on.
    pub new_cookie: Option<Cookie>,
}

impl Message<'_> for GetFileLocationsResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetFileLocationsResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetFileLocationsResult" {
                return Ok(());
            }
            reader.children(|reader, element| {
                match element.name() {
                    "FileLocations" => FileLocation::read_array(reader, element, &mut response.file_locations)?,
                    "NewCookie" => response.new_cookie = Cookie::read(reader, element)?,
                    _ => {}
                }
                Ok(())
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetFileLocationsResult", |out| {
            FileLocation::write_array(&self.file_locations, out);
            Cookie::write_optional(self.new_cookie.as_ref(), "NewCookie", out);
        });
    }
}
