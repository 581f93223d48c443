//! Documents as servers pack them for each other (protocols.md §6.1): a cabinet with one member `blob`, UTF-16
//! little-endian without mark. Base64 of it is the `XmlUpdateBlobCompressed` of GetUpdateData.

#[cfg(test)]
mod tests;
mod unpack;

use crate::cabinet::CabinetError;
use crate::soap::SoapError;

pub use unpack::unpack;

/// Why a document could not be had. It is the error of that one update.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The text that it came in is damaged.
    #[error("the document's text is damaged")]
    Text(#[source] SoapError),
    /// It is not Base64.
    #[error("the packed document is not Base64")]
    Base64,
    /// Its cabinet is damaged.
    #[error("the packed document cannot be unpacked")]
    Cabinet(#[from] CabinetError),
    /// Its cabinet is empty.
    #[error("the packed document is a cabinet without contents")]
    Empty,
    /// It is larger than the caller accepts.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// What the caller accepts, in bytes of UTF-8.
        limit: usize,
    },
    /// It is not UTF-16: a half of a surrogate pair, or of a unit.
    #[error("the packed document is not valid UTF-16 near byte {position}")]
    Encoding {
        /// Where, in bytes of the unpacked document.
        position: usize,
    },
}
