//! The identity of a revision of an update on all servers (\[MS-WUSP\] 2.2.3.6).

use uuid::Uuid;

use super::limits::MAX_IDENTITIES;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// The identity of a revision of an update on all servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct UpdateIdentity {
    /// The update. All zeros where an event is about none.
    pub update_id: Uuid,
    /// The revision.
    pub revision_number: i32,
}

impl UpdateIdentity {
    /// Reads the children of the current element.
    ///
    /// # Errors
    /// [`SoapError::Value`] if one is not of its type.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut identity = Self::default();
        reader.children(|reader, element| match element.name() {
            "UpdateID" => reader.set(element, &mut identity.update_id),
            "RevisionNumber" => reader.set(element, &mut identity.revision_number),
            _ => Ok(()),
        })?;
        Ok(identity)
    }

    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError::Value`] if one is not of its type, [`SoapError::TooLong`] if there are too many.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_IDENTITIES, items, |reader, _| Self::read(reader).map(Some))
    }

    /// Writes an element `name` with an element `UpdateIdentity` for every item; it is there even if it is empty.
    pub fn write_array(name: &str, items: impl IntoIterator<Item = Self>, out: &mut XmlWriter) {
        out.element(name, |out| {
            for item in items {
                item.write("UpdateIdentity", out);
            }
        });
    }

    /// Writes an element `name`.
    pub fn write(&self, name: &str, out: &mut XmlWriter) {
        out.element(name, |out| {
            out.guid("UpdateID", self.update_id);
            out.int("RevisionNumber", self.revision_number);
        });
    }
}
