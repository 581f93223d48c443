//! Where a file is, between servers (\[MS-WSUSSS\] 3.1.4.6.3.3).

use crate::messages::shared::MAX_IDENTITIES;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// Where a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncUrlData {
    /// SHA-1 of the file: 20 bytes.
    pub file_digest: Vec<u8>,
    /// Its address at Microsoft; empty if it has none there.
    pub mu_url: String,
    /// Its address at the upstream server. Empty (C): the address follows from the digest and the extension.
    pub uss_url: String,
    /// The key of an encrypted file.
    pub decryption_key: Option<Vec<u8>>,
}

impl ServerSyncUrlData {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or the array is too long.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_IDENTITIES, items, |reader, _| {
            let mut data = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "FileDigest" => reader.set(element, &mut data.file_digest)?,
                    "MUUrl" => data.mu_url = reader.string(element)?,
                    "UssUrl" => data.uss_url = reader.string(element)?,
                    "DecryptionKey" => data.decryption_key = reader.value(element)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(data))
        })
    }

    /// Writes an element `ServerSyncUrlData`.
    pub fn write(&self, out: &mut XmlWriter) {
        out.element("ServerSyncUrlData", |out| {
            out.base64("FileDigest", &self.file_digest);
            out.text("MUUrl", &self.mu_url);
            out.text("UssUrl", &self.uss_url);
            if let Some(key) = &self.decryption_key {
                out.base64("DecryptionKey", key);
            }
        });
    }
}
