//! DownloadFiles (\[MS-WSUSSS\] 3.1.4.9): a downstream server asks its upstream server to get files that it lacks.

use super::SERVICE;
use crate::messages::shared::{Cookie, MAX_GUIDS};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks the upstream server to get files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DownloadFiles {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// SHA-1 of each; at most 100. WSUS asks for one at a time.
    pub file_digest_list: Vec<Vec<u8>>,
}

impl Message<'_> for DownloadFiles {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "DownloadFiles";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "fileDigestList" => reader.values(element, MAX_GUIDS, &mut request.file_digest_list)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.array("fileDigestList", &self.file_digest_list, |out, digest| out.base64("base64Binary", digest));
    }
}

/// The upstream server will get them; it does not say whether it can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DownloadFilesResponse;

impl Message<'_> for DownloadFilesResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "DownloadFilesResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        body.children(|_, _| Ok(()))?;
        Ok(Self)
    }

    fn write(&self, _out: &mut XmlWriter) {}
}
