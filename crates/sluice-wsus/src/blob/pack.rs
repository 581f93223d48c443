//! From a document to a cabinet.

use super::BlobError;
use crate::cabinet;

/// Name of the member.
const MEMBER: &str = "blob";

/// Bytes of UTF-16 up to which a document travels as it is ([MS-WSUSSS] note 36; 1,432 characters were seen plain and
/// 4,917 packed).
const PLAIN: usize = 5_120;

/// Whether a document is so large that real servers pack it.
#[must_use]
pub fn is_large(document: &str) -> bool {
    // A unit of two bytes for every character, or two for the four-byte ones.
    document.len() * 2 > PLAIN && document.encode_utf16().count() * 2 > PLAIN
}

/// The cabinet of a document.
///
/// # Errors
/// [`BlobError::Cabinet`] if the document has more than 2 GiB.
pub fn pack(document: &str) -> Result<Vec<u8>, BlobError> {
    let mut content = Vec::with_capacity(document.len() * 2);
    for unit in document.encode_utf16() {
        content.extend(unit.to_le_bytes());
    }
    Ok(cabinet::write(MEMBER, &content)?)
}
