//! RefreshCache (\[MS-WUSP\] 2.2.2.2.5): after a server was moved or restored, new revision ids for a client's cache.

use super::SERVICE;
use crate::messages::shared::{Cookie, Deployment, MAX_GUIDS, UpdateIdentity};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks what the updates in the cache are called on this server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshCache {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// The updates in the cache: thousands.
    pub global_ids: Vec<UpdateIdentity>,
}

impl Message<'_> for RefreshCache {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RefreshCache";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "globalIDs" => reader.items(element, MAX_GUIDS, &mut request.global_ids, |reader, _| {
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
        out.array("globalIDs", &self.global_ids, |out, id| id.write("UpdateIdentity", out));
    }
}

/// What one of the updates is on this server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshCacheResult {
    /// The revision id on this server.
    pub revision_id: i32,
    /// The update that was asked for.
    pub global_id: UpdateIdentity,
    /// Whether no other update of the catalog has it as a prerequisite.
    pub is_leaf: bool,
    /// What to do with it.
    pub deployment: Option<Deployment>,
}

/// Those of the updates that the server has for this client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshCacheResponse {
    /// One for each; the others are left out.
    pub results: Vec<RefreshCacheResult>,
}

impl Message<'_> for RefreshCacheResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RefreshCacheResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "RefreshCacheResult" {
                return Ok(());
            }
            reader.items(element, MAX_GUIDS, &mut response.results, |reader, _| {
                let mut result = RefreshCacheResult::default();
                reader.children(|reader, element| {
                    match element.name() {
                        "RevisionID" => reader.set(element, &mut result.revision_id)?,
                        "GlobalID" => result.global_id = UpdateIdentity::read(reader)?,
                        "IsLeaf" => reader.set(element, &mut result.is_leaf)?,
                        "Deployment" => result.deployment = Some(Deployment::read(reader)?),
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(Some(result))
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        // The array and its items have the same name.
        out.element("RefreshCacheResult", |out| {
            for result in &self.results {
                out.element("RefreshCacheResult", |out| {
                    out.int("RevisionID", result.revision_id);
                    result.global_id.write("GlobalID", out);
                    out.bool("IsLeaf", result.is_leaf);
                    if let Some(deployment) = &result.deployment {
                        deployment.write(out);
                    }
                });
            }
        });
    }
}
