//! GetRelatedRevisionsForUpdates (`serversync.wsdl`): in the contract, described nowhere, called by nobody known.

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::{Cookie, MAX_GUIDS, UpdateIdentity};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks for the revisions that updates depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRelatedRevisionsForUpdates {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// The updates.
    pub update_ids: Vec<Uuid>,
}

impl Message<'_> for GetRelatedRevisionsForUpdates {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRelatedRevisionsForUpdates";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "updateIDs" => reader.values(element, MAX_GUIDS, &mut request.update_ids)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.guids("updateIDs", &self.update_ids);
    }
}

/// The revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRelatedRevisionsForUpdatesResponse {
    /// The revisions.
    pub revisions: Vec<UpdateIdentity>,
}

impl Message<'_> for GetRelatedRevisionsForUpdatesResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRelatedRevisionsForUpdatesResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| match element.name() {
            "GetRelatedRevisionsForUpdatesResult" => {
                UpdateIdentity::read_array(reader, element, &mut response.revisions)
            }
            _ => Ok(()),
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        UpdateIdentity::write_array("GetRelatedRevisionsForUpdatesResult", self.revisions.iter().copied(), out);
    }
}
