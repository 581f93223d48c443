//! Where a file is (\[MS-WUSP\] 2.2.2.2.6).

use super::limits::MAX_REVISION_IDS;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// Where a file is. The fields after `url` are those of Microsoft's own service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileLocation {
    /// SHA-1 of the file: 20 bytes.
    pub file_digest: Vec<u8>,
    /// Absolute URL.
    pub url: String,
    /// URL of the hashes of its pieces.
    pub pieces_hash_url: Option<String>,
    /// URL of its block map.
    pub block_map_url: Option<String>,
    /// How to decrypt it, as JSON.
    pub decryption_information: Option<String>,
    /// Algorithm of the digest, if not SHA-1.
    pub file_digest_algorithm: Option<String>,
    /// Digest of the encrypted file.
    pub encrypted_file_digest: Option<Vec<u8>>,
    /// Algorithm of that digest.
    pub encrypted_file_digest_algorithm: Option<String>,
}

impl FileLocation {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or the array is too long.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_REVISION_IDS, items, |reader, _| {
            let mut location = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "FileDigest" => reader.set(element, &mut location.file_digest)?,
                    "Url" => location.url = reader.string(element)?,
                    "PiecesHashUrl" => location.pieces_hash_url = Some(reader.string(element)?),
                    "BlockMapUrl" => location.block_map_url = Some(reader.string(element)?),
                    "DecryptionInformation" => location.decryption_information = Some(reader.string(element)?),
                    "FileDigestAlgorithm" => location.file_digest_algorithm = Some(reader.string(element)?),
                    "EncryptedFileDigest" => location.encrypted_file_digest = reader.value(element)?,
                    "EncryptedFileDigestAlgorithm" => {
                        location.encrypted_file_digest_algorithm = Some(reader.string(element)?);
                    }
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(location))
        })
    }

    /// Writes an element `FileLocations`, or nothing if there are none.
    pub fn write_array(items: &[Self], out: &mut XmlWriter) {
        out.array("FileLocations", items, |out, location| {
            out.element("FileLocation", |out| {
                out.base64("FileDigest", &location.file_digest);
                out.text("Url", &location.url);
                out.optional_text("PiecesHashUrl", location.pieces_hash_url.as_deref());
                out.optional_text("BlockMapUrl", location.block_map_url.as_deref());
                out.optional_text("DecryptionInformation", location.decryption_information.as_deref());
                out.optional_text("FileDigestAlgorithm", location.file_digest_algorithm.as_deref());
                if let Some(digest) = &location.encrypted_file_digest {
                    out.base64("EncryptedFileDigest", digest);
                }
                out.optional_text("EncryptedFileDigestAlgorithm", location.encrypted_file_digest_algorithm.as_deref());
            });
        });
    }
}
