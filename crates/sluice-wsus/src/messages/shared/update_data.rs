//! Fragments of metadata that a client asks for (\[MS-WUSP\] 2.2.2.2.6).

use super::limits::{MAX_REVISION_IDS, MAX_SMALL_ARRAY};
use crate::soap::{Element, Fragment, Reader, SoapError, Value, XmlWriter};

/// A kind of fragment (`XmlUpdateFragmentType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FragmentType {
    /// The whole published document.
    Published,
    /// Identity, relationships and applicability: what SyncUpdates sends.
    Core,
    /// Files and handler data.
    Extended,
    /// The rule that verifies an installation.
    VerificationRule,
    /// Title and description in the languages asked for.
    LocalizedProperties,
    /// Licence terms.
    Eula,
    /// Addresses of files.
    FileUrl,
    /// Keys of files.
    FileDecryption,
}

impl FragmentType {
    const ALL: [Self; 8] = [
        Self::Published,
        Self::Core,
        Self::Extended,
        Self::VerificationRule,
        Self::LocalizedProperties,
        Self::Eula,
        Self::FileUrl,
        Self::FileDecryption,
    ];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "Published",
            Self::Core => "Core",
            Self::Extended => "Extended",
            Self::VerificationRule => "VerificationRule",
            Self::LocalizedProperties => "LocalizedProperties",
            Self::Eula => "Eula",
            Self::FileUrl => "FileUrl",
            Self::FileDecryption => "FileDecryption",
        }
    }

    /// Reads the array that is the current element. Types we do not know (newer agents have some) are left out.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if the array is too long.
    pub fn read_array<'a>(reader: &mut Reader<'a>, array: &Element<'a>) -> Result<Vec<Self>, SoapError> {
        let mut types = Vec::new();
        reader.items(array, MAX_SMALL_ARRAY, &mut types, |reader, element| reader.value_if_valid(element))?;
        Ok(types)
    }

    /// Writes an element `infoTypes`.
    pub fn write_array(types: &[Self], out: &mut XmlWriter) {
        out.array("infoTypes", types, |out, kind| out.text("XmlUpdateFragmentType", kind.as_str()));
    }
}

impl Value for FragmentType {
    const KIND: &'static str = "XmlUpdateFragmentType";

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A fragment of a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateData<'a> {
    /// The revision id on this server.
    pub id: i32,
    /// The fragment.
    pub xml: Option<Fragment<'a>>,
}

impl<'a> UpdateData<'a> {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or the array is too long.
    pub fn read_array(reader: &mut Reader<'a>, array: &Element<'a>, items: &mut Vec<Self>) -> Result<(), SoapError> {
        reader.items(array, MAX_REVISION_IDS, items, |reader, _| {
            let mut data = Self { id: 0, xml: None };
            reader.children(|reader, element| {
                match element.name() {
                    "ID" => reader.set(element, &mut data.id)?,
                    "Xml" => data.xml = Some(reader.fragment()?),
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(data))
        })
    }

    /// Writes an element `Updates` with those that are packed and the others, or nothing if there are none.
    pub fn write_array(ready: &[&[u8]], items: &[Self], out: &mut XmlWriter) {
        if ready.is_empty() {
            return out.array("Updates", items, |out, data| data.write(out));
        }
        out.element("Updates", |out| {
            ready.iter().for_each(|blocks| out.ready(blocks));
            items.iter().for_each(|data| data.write(out));
        });
    }

    pub(super) fn write(&self, out: &mut XmlWriter) {
        out.element("Update", |out| {
            out.int("ID", self.id);
            if let Some(xml) = &self.xml {
                out.fragment("Xml", xml);
            }
        });
    }
}
