//! GetUpdateDecryptionData (\[MS-WSUSSS\] 3.1.4.18): the keys of encrypted files.

use std::fmt;

use super::SERVICE;
use crate::messages::shared::{Cookie, MAX_GUIDS, MAX_SMALL_ARRAY, UpdateIdentity};
use crate::soap::{Element, Message, Reader, Service, SoapError, XmlWriter};

/// Asks for keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetUpdateDecryptionData {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Of the files of these revisions; at most `MaxUpdatesPerRequestInGetUpdateDecryptionData`.
    pub update_ids: Vec<UpdateIdentity>,
}

impl Message<'_> for GetUpdateDecryptionData {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetUpdateDecryptionData";

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

/// The key of a file: a secret, which no debug output shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServerSyncFileDecryption {
    /// SHA-1 of the file.
    pub file_digest: Vec<u8>,
    /// Its key; empty if there is none.
    pub decryption_key: Vec<u8>,
}

impl fmt::Debug for ServerSyncFileDecryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSyncFileDecryption").field("file_digest", &self.file_digest).finish_non_exhaustive()
    }
}

/// The keys of the files of a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncUpdateFileDecryption {
    /// The revision.
    pub update_id: UpdateIdentity,
    /// The keys.
    pub file_decryption_data: Vec<ServerSyncFileDecryption>,
}

impl ServerSyncUpdateFileDecryption {
    fn write(&self, out: &mut XmlWriter) {
        self.update_id.write("UpdateId", out);
        out.array("FileDecryptionData", &self.file_decryption_data, |out, file| {
            out.element("ServerSyncFileDecryption", |out| {
                out.base64("FileDigest", &file.file_digest);
                if !file.decryption_key.is_empty() {
                    out.base64("DecryptionKey", &file.decryption_key);
                }
            });
        });
    }
}

/// The keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetUpdateDecryptionDataResponse {
    /// One for each revision.
    pub update_file_decryption_data: Vec<ServerSyncUpdateFileDecryption>,
}

impl Message<'_> for GetUpdateDecryptionDataResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetUpdateDecryptionDataResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        let updates = &mut response.update_file_decryption_data;
        body.children(|reader, element| {
            if element.name() != "GetUpdateDecryptionDataResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "UpdateFileDecryptionData" => reader.items(element, MAX_GUIDS, updates, |reader, _| {
                    let mut update = ServerSyncUpdateFileDecryption::default();
                    reader.children(|reader, element| match element.name() {
                        "UpdateId" => {
                            update.update_id = UpdateIdentity::read(reader)?;
                            Ok(())
                        }
                        "FileDecryptionData" => read_keys(reader, element, &mut update.file_decryption_data),
                        _ => Ok(()),
                    })?;
                    Ok(Some(update))
                }),
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetUpdateDecryptionDataResult", |out| {
            // Always there, also when it is empty (3.1.4.18.3.1).
            out.element("UpdateFileDecryptionData", |out| {
                for update in &self.update_file_decryption_data {
                    out.element("ServerSyncUpdateFileDecryption", |out| update.write(out));
                }
            });
        });
    }
}

fn read_keys<'a>(
    reader: &mut Reader<'a>,
    array: &Element<'a>,
    keys: &mut Vec<ServerSyncFileDecryption>,
) -> Result<(), SoapError> {
    reader.items(array, MAX_SMALL_ARRAY, keys, |reader, _| {
        let mut file = ServerSyncFileDecryption::default();
        reader.children(|reader, element| match element.name() {
            "FileDigest" => reader.set(element, &mut file.file_digest),
            "DecryptionKey" => reader.set(element, &mut file.decryption_key),
            _ => Ok(()),
        })?;
        Ok(Some(file))
    })
}
