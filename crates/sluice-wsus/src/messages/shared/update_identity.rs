//! The identity of a revision of an update on all servers (\[MS-WUSP\] 2.2.3.6).

use uuid::Uuid;

use crate::soap::{Reader, SoapError, XmlWriter};

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

    /// Writes an element `name`.
    pub fn write(&self, name: &str, out: &mut XmlWriter) {
        out.element(name, |out| {
            out.guid("UpdateID", self.update_id);
            out.int("RevisionNumber", self.revision_number);
        });
    }
}
