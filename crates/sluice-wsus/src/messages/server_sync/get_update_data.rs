//! GetUpdateData (\[MS-WSUSSS\] 3.1.4.6): the documents of revisions.

use super::{SERVICE, ServerSyncUpdateData, ServerSyncUrlData};
use crate::messages::shared::{Cookie, MAX_GUIDS, UpdateIdentity};
use crate::soap::{ContentEncoding, Message, Reader, Service, SoapError, SoapVersion, XmlWriter, write_response_with};
use crate::xpress::XpressError;

/// Asks for documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetUpdateData {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Of these revisions; at most `MaxNumberOfUpdatesPerRequest`.
    pub update_ids: Vec<UpdateIdentity>,
}

impl Message<'_> for GetUpdateData {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetUpdateData";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "updateIds" => reader.items(element, MAX_GUIDS, &mut request.update_ids, |reader, _| {
                    UpdateIdentity::read(reader).map(Some)
                })?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        UpdateIdentity::write_array("updateIds", self.update_ids.iter().copied(), out);
    }
}

/// The documents. They are left in the text of the answer, packed or escaped as they came, until they are asked for one
/// by one ([`UpdateBlob::to_document`](super::UpdateBlob::to_document)).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetUpdateDataResponse<'a> {
    /// The revisions; a server may answer fewer than it was asked for (Q69).
    pub updates: Vec<ServerSyncUpdateData<'a>>,
    /// Where their files are.
    pub file_urls: Vec<ServerSyncUrlData>,
}

impl GetUpdateDataResponse<'_> {
    /// The whole answer from iterators, so that nothing need be collected.
    ///
    /// # Errors
    /// [`XpressError`] if the fragment of an update is packed and damaged.
    pub fn write_updates<'u, 'f>(
        updates: impl IntoIterator<Item = ServerSyncUpdateData<'u>>,
        file_urls: impl IntoIterator<Item = &'f ServerSyncUrlData>,
        version: SoapVersion,
        encoding: ContentEncoding,
    ) -> Result<Vec<u8>, XpressError> {
        write_response_with::<GetUpdateDataResponse<'_>>(version, encoding, |out| {
            out.element("GetUpdateDataResult", |out| {
                out.element("updates", |out| updates.into_iter().for_each(|update| update.write(out)));
                write_urls(file_urls, out);
            });
        })
    }
}

fn write_urls<'f>(urls: impl IntoIterator<Item = &'f ServerSyncUrlData>, out: &mut XmlWriter) {
    out.element("fileUrls", |out| urls.into_iter().for_each(|url| url.write(out)));
}

impl<'a> Message<'a> for GetUpdateDataResponse<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetUpdateDataResponse";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetUpdateDataResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "updates" => ServerSyncUpdateData::read_array(reader, element, &mut response.updates),
                "fileUrls" => ServerSyncUrlData::read_array(reader, element, &mut response.file_urls),
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetUpdateDataResult", |out| {
            out.element("updates", |out| self.updates.iter().for_each(|update| update.write(out)));
            write_urls(&self.file_urls, out);
        });
    }
}
