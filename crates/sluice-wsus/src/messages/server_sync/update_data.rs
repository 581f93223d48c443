//! A revision as one server gives it to another (\[MS-WSUSSS\] 3.1.4.6.3.2).

use std::borrow::Cow;

use crate::blob::{self, BlobError};
use crate::messages::shared::{MAX_GUIDS, MAX_SMALL_ARRAY, UpdateIdentity};
use crate::soap::{Element, Fragment, Limits, Reader, SoapError, Value, XmlWriter, encode_base64, escape};

/// The document of a revision, as it travels.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateBlob<'a> {
    /// `XmlUpdateBlob`: the document as escaped text.
    Plain(Fragment<'a>),
    /// `XmlUpdateBlobCompressed`: Base64 of a [cabinet](blob), as text. Two servers may agree on something else.
    Packed(Cow<'a, str>),
}

impl UpdateBlob<'_> {
    /// A document in the form that real servers would choose: packed if it is [large](blob::is_large).
    ///
    /// # Errors
    /// [`BlobError`] if it is too large to be packed.
    pub fn of_document(document: &str) -> Result<UpdateBlob<'static>, BlobError> {
        Ok(if blob::is_large(document) {
            UpdateBlob::Packed(Cow::Owned(encode_base64(&blob::pack(document)?)))
        } else {
            UpdateBlob::Plain(Fragment::Escaped(Cow::Owned(escape(document))))
        })
    }

    /// The document, unpacked and unescaped. `limit` is in bytes of UTF-8; what a packed document says of its size is
    /// compared with it before anything is unpacked.
    ///
    /// # Errors
    /// [`BlobError`] if the document is damaged or too large.
    pub fn to_document(&self, limit: usize) -> Result<String, BlobError> {
        match self {
            // References become shorter when they are resolved, never longer.
            Self::Plain(fragment) => {
                let text = fragment.to_xml().map_err(BlobError::Text)?;
                if text.len() > limit { Err(BlobError::TooLarge { limit }) } else { Ok(text) }
            }
            Self::Packed(text) => blob::unpack(&packed(text)?, limit),
        }
    }

    /// What is packed, as bytes; `None` for text.
    ///
    /// # Errors
    /// [`BlobError`] if it is not Base64.
    pub fn packed(&self) -> Result<Option<Vec<u8>>, BlobError> {
        match self {
            Self::Plain(_) => Ok(None),
            Self::Packed(text) => packed(text).map(Some),
        }
    }
}

fn packed(text: &str) -> Result<Vec<u8>, BlobError> {
    Vec::<u8>::parse(text.trim_ascii()).ok_or(BlobError::Base64)
}

/// A revision as one server gives it to another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServerSyncUpdateData<'a> {
    /// Which revision.
    pub id: UpdateIdentity,
    /// Its document. `None` if neither form was there.
    pub blob: Option<UpdateBlob<'a>>,
    /// SHA-1 of its files.
    pub file_digest_list: Vec<Vec<u8>>,
}

impl<'a> ServerSyncUpdateData<'a> {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or the array is too long. The documents are not looked into.
    pub fn read_array(reader: &mut Reader<'a>, array: &Element<'a>, items: &mut Vec<Self>) -> Result<(), SoapError> {
        reader.items(array, MAX_GUIDS, items, |reader, _| {
            let mut data = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "Id" => data.id = UpdateIdentity::read(reader)?,
                    "XmlUpdateBlob" => data.found(UpdateBlob::Plain(reader.fragment()?)),
                    "XmlUpdateBlobCompressed" => {
                        data.found(UpdateBlob::Packed(reader.text(element, Limits::RESPONSE.bytes)?));
                    }
                    "FileDigestList" => reader.values(element, MAX_SMALL_ARRAY, &mut data.file_digest_list)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(data))
        })
    }

    /// Keeps a document unless it is empty or another was there before.
    fn found(&mut self, blob: UpdateBlob<'a>) {
        let empty = match &blob {
            UpdateBlob::Plain(Fragment::Escaped(text)) => text.trim_ascii().is_empty(),
            UpdateBlob::Plain(Fragment::Packed(_)) => false,
            UpdateBlob::Packed(text) => text.trim_ascii().is_empty(),
        };
        if !empty {
            self.blob.get_or_insert(blob);
        }
    }

    /// Writes an element `ServerSyncUpdateData`.
    pub fn write(&self, out: &mut XmlWriter) {
        out.element("ServerSyncUpdateData", |out| {
            self.id.write("Id", out);
            if let Some(UpdateBlob::Plain(fragment)) = &self.blob {
                out.fragment("XmlUpdateBlob", fragment);
            }
            out.array("FileDigestList", &self.file_digest_list, |out, digest| out.base64("base64Binary", digest));
            if let Some(UpdateBlob::Packed(text)) = &self.blob {
                out.ready_text("XmlUpdateBlobCompressed", text);
            }
        });
    }
}
