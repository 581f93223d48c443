//! A piece of an answer that was prepared before.

use std::borrow::Cow;

use super::{Limits, SoapError, references};
use crate::xpress::{self, XpressError};

/// The content of an `Xml` element: XML that is [escaped](super::escape) already and goes into an answer as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fragment<'a> {
    /// Escaped text.
    Escaped(Cow<'a, [u8]>),
    /// Escaped text as ready [Xpress blocks](crate::xpress::compress). Worth it from some 8 KiB: alone, pieces of
    /// 8 KiB become an eighth larger than together, pieces of 1 KiB twice as large.
    Packed(&'a [u8]),
}

impl<'a> Fragment<'a> {
    /// A fragment of text that is escaped already.
    #[must_use]
    pub fn escaped(text: &'a [u8]) -> Self {
        Self::Escaped(Cow::Borrowed(text))
    }

    /// The XML that the fragment stands for.
    ///
    /// # Errors
    /// [`SoapError`] if the text is not UTF-8 or has references that XML does not know. Damaged blocks count as text
    /// that is no UTF-8: they are our own and were checked when they were made.
    pub fn to_xml(&self) -> Result<String, SoapError> {
        let plain = self.plain().map_err(|_| SoapError::Encoding { encoding: "Xpress" })?;
        let text = std::str::from_utf8(&plain).map_err(|_| SoapError::Encoding { encoding: "UTF-8" })?;
        if let Some(text) = references::resolve(text) {
            return Ok(text);
        }
        quick_xml::escape::unescape(text)
            .map(Cow::into_owned)
            .map_err(|source| SoapError::Malformed { position: 0, source: source.into() })
    }

    fn plain(&self) -> Result<Cow<'_, [u8]>, XpressError> {
        match self {
            Self::Escaped(text) => Ok(Cow::Borrowed(text)),
            Self::Packed(blocks) => xpress::decompress(blocks, Limits::RESPONSE.bytes).map(Cow::Owned),
        }
    }
}
