//! GetExtendedUpdateInfo2 (\[MS-WUSP\] 2.2.2.2.10): URLs and keys of files, by global identity.

use std::fmt;

use super::SERVICE;
use crate::messages::shared::{
    Cookie, FileLocation, FragmentType, MAX_GUIDS, MAX_NAME, MAX_SMALL_ARRAY, UpdateData, UpdateIdentity,
};
use crate::soap::{Element, Message, Reader, Service, SoapError, XmlWriter};

/// Asks for URLs and keys of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetExtendedUpdateInfo2 {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Of these updates.
    pub update_ids: Vec<UpdateIdentity>,
    /// What: `FileUrl`, `FileDecryption`, or fragments.
    pub info_types: Vec<FragmentType>,
    /// In which languages.
    pub locales: Vec<String>,
    /// Who asked for the scan.
    pub caller_attributes: String,
}

impl Message<'_> for GetExtendedUpdateInfo2 {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetExtendedUpdateInfo2";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "updateIDs" => reader.items(element, MAX_GUIDS, &mut request.update_ids, |reader, _| {
                    UpdateIdentity::read(reader).map(Some)
                })?,
                "infoTypes" => request.info_types = FragmentType::read_array(reader, element)?,
                "locales" => reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut request.locales)?,
                "callerAttributes" => request.caller_attributes = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.array("updateIDs", &self.update_ids, |out, id| id.write("UpdateIdentity", out));
        FragmentType::write_array(&self.info_types, out);
        out.strings("locales", &self.locales);
        out.text_unless_empty("callerAttributes", &self.caller_attributes);
    }
}

/// The key of a file: a secret, which no debug output shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FileDecryption {
    /// Digest of the file.
    pub file_digest: Vec<u8>,
    /// The key.
    pub decryption_key: Vec<u8>,
    /// For WSUS one item: the key itself.
    pub security_data: Vec<Vec<u8>>,
}

impl fmt::Debug for FileDecryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDecryption").field("file_digest", &self.file_digest).finish_non_exhaustive()
    }
}

impl FileDecryption {
    fn read_array<'a>(reader: &mut Reader<'a>, array: &Element<'a>, items: &mut Vec<Self>) -> Result<(), SoapError> {
        reader.items(array, MAX_SMALL_ARRAY, items, |reader, _| {
            let mut file = Self::default();
            reader.children(|reader, element| match element.name() {
                "FileDigest" => reader.set(element, &mut file.file_digest),
                "DecryptionKey" => reader.set(element, &mut file.decryption_key),
                "SecurityData" => reader.values(element, MAX_SMALL_ARRAY, &mut file.security_data),
                _ => Ok(()),
            })?;
            Ok(Some(file))
        })
    }

    fn write_array(items: &[Self], array: &str, item: &str, out: &mut XmlWriter) {
        out.array(array, items, |out, file| {
            out.element(item, |out| {
                out.base64("FileDigest", &file.file_digest);
                out.base64("DecryptionKey", &file.decryption_key);
                out.array("SecurityData", &file.security_data, |out, data| out.base64("base64Binary", data));
            });
        });
    }
}

/// Whether the files of an update are encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UpdateEncryptionDetail {
    /// The update.
    pub update_identity: UpdateIdentity,
    /// Whether its files are encrypted.
    pub has_encrypted_files: bool,
}

/// URLs and keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetExtendedUpdateInfo2Response<'a> {
    /// Fragments.
    pub updates: Vec<UpdateData<'a>>,
    /// Where the files are.
    pub file_locations: Vec<FileLocation>,
    /// Their keys.
    pub file_decryption_data: Vec<FileDecryption>,
    /// Their keys, second form.
    pub file_decryption_data2: Vec<FileDecryption>,
    /// Whether they are encrypted.
    pub update_encryption_details: Vec<UpdateEncryptionDetail>,
}

impl<'a> Message<'a> for GetExtendedUpdateInfo2Response<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetExtendedUpdateInfo2Response";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "GetExtendedUpdateInfo2Result" { response.read_result(reader) } else { Ok(()) }
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetExtendedUpdateInfo2Result", |out| {
            UpdateData::write_array(&[], &self.updates, out);
            FileLocation::write_array(&self.file_locations, out);
            FileDecryption::write_array(&self.file_decryption_data, "FileDecryptionData", "FileDecryption", out);
            FileDecryption::write_array(&self.file_decryption_data2, "FileDecryptionData2", "FileDecryption2", out);
            out.array("UpdateEncryptionDetails", &self.update_encryption_details, |out, detail| {
                out.element("UpdateEncryptionDetail", |out| {
                    detail.update_identity.write("UpdateIdentity", out);
                    out.bool("HasEncryptedFiles", detail.has_encrypted_files);
                });
            });
        });
    }
}

impl<'a> GetExtendedUpdateInfo2Response<'a> {
    fn read_result(&mut self, reader: &mut Reader<'a>) -> Result<(), SoapError> {
        reader.children(|reader, element| match element.name() {
            "Updates" => UpdateData::read_array(reader, element, &mut self.updates),
            "FileLocations" => FileLocation::read_array(reader, element, &mut self.file_locations),
            "FileDecryptionData" => FileDecryption::read_array(reader, element, &mut self.file_decryption_data),
            "FileDecryptionData2" => FileDecryption::read_array(reader, element, &mut self.file_decryption_data2),
            "UpdateEncryptionDetails" => {
                reader.items(element, MAX_GUIDS, &mut self.update_encryption_details, |reader, _| {
                    let mut detail = UpdateEncryptionDetail::default();
                    reader.children(|reader, element| {
                        match element.name() {
                            "UpdateIdentity" => detail.update_identity = UpdateIdentity::read(reader)?,
                            "HasEncryptedFiles" => reader.set(element, &mut detail.has_encrypted_files)?,
                            _ => {}
                        }
                        Ok(())
                    })?;
                    Ok(Some(detail))
                })
            }
            _ => Ok(()),
        })
    }
}
