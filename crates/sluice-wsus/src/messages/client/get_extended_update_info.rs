//! GetExtendedUpdateInfo (\[MS-WUSP\] 2.2.2.2.6): fragments and file locations of the updates that are applicable.

use super::SERVICE;
use crate::messages::shared::{
    Cookie, FileLocation, FragmentType, MAX_NAME, MAX_REVISION_IDS, MAX_SMALL_ARRAY, UpdateData,
};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks for fragments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetExtendedUpdateInfo {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Of these revisions; at most `MaxExtendedUpdatesPerRequest`.
    pub revision_ids: Vec<i32>,
    /// Which fragments.
    pub info_types: Vec<FragmentType>,
    /// In which languages; mandatory with localized properties and licence terms.
    pub locales: Vec<String>,
    /// Attributes of the device: sent by Windows 11, not in the contract.
    pub device_attributes: String,
    /// The country, e.g. `USA`.
    pub geo_id: String,
    /// Who asked for the scan.
    pub caller_attributes: String,
}

impl Message<'_> for GetExtendedUpdateInfo {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetExtendedUpdateInfo";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "revisionIDs" => reader.ints(element, MAX_REVISION_IDS, &mut request.revision_ids)?,
                "infoTypes" => request.info_types = FragmentType::read_array(reader, element)?,
                "locales" => reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut request.locales)?,
                "deviceAttributes" => request.device_attributes = reader.string(element)?,
                "GeoId" => request.geo_id = reader.string(element)?,
                "callerAttributes" => request.caller_attributes = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.ints("revisionIDs", &self.revision_ids);
        FragmentType::write_array(&self.info_types, out);
        out.strings("locales", &self.locales);
        out.text_unless_empty("deviceAttributes", &self.device_attributes);
        out.text_unless_empty("GeoId", &self.geo_id);
        out.text_unless_empty("callerAttributes", &self.caller_attributes);
    }
}

/// The fragments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetExtendedUpdateInfoResponse<'a> {
    /// Written before the others, as [`UpdatePacker`](crate::messages::shared::UpdatePacker) made them. Only for
    /// answers that are packed.
    pub ready_updates: Vec<&'a [u8]>,
    /// One for each revision and fragment, all of one type before the next.
    pub updates: Vec<UpdateData<'a>>,
    /// Where the files of these revisions are.
    pub file_locations: Vec<FileLocation>,
    /// Revisions that the server does not have.
    pub out_of_scope_revision_ids: Vec<i32>,
}

impl<'a> Message<'a> for GetExtendedUpdateInfoResponse<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetExtendedUpdateInfoResponse";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetExtendedUpdateInfoResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "Updates" => UpdateData::read_array(reader, element, &mut response.updates),
                "FileLocations" => FileLocation::read_array(reader, element, &mut response.file_locations),
                "OutOfScopeRevisionIDs" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut response.out_of_scope_revision_ids)
                }
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetExtendedUpdateInfoResult", |out| {
            UpdateData::write_array(&self.ready_updates, &self.updates, out);
            FileLocation::write_array(&self.file_locations, out);
            out.ints("OutOfScopeRevisionIDs", &self.out_of_scope_revision_ids);
        });
    }
}
