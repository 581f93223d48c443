//! Update documents: what MS-WSUSSS GetUpdateData gives for a revision (protocols.md §8.1). Unknown elements and
//! attributes are passed over, as real catalogs carry more than any published text names; what identifies the update,
//! its relations and its files must be right.

mod applicability;
mod driver;
mod files;
mod handler;
mod localized;
mod properties;
mod relationships;
mod sections;

use sluice_model::id::UpdateId;

use super::error::UpdateError;
use super::xml::{Cursor, Tag};

pub use applicability::ApplicabilityRules;
pub use driver::{DriverMetadata, FeatureScore};
pub use files::File;
pub use handler::{CategoryInformation, CategoryType, HandlerData};
pub use localized::{LicenceFile, LocalizedProperties};
pub use properties::{Behaviour, Impact, Properties, PublicationState, RebootBehaviour, UpdateType};
pub use relationships::{BundleClause, PrerequisiteClause, Relationships};
pub(super) use sections::Sections;

/// One revision of an update: its identity and revision number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The update.
    pub id: UpdateId,
    /// The revision number. Real ones start at 100, 200, …
    pub number: u32,
}

/// An update document, read; texts are slices of it where they hold no references.
#[derive(Clone, Debug)]
pub struct UpdateDocument<'a> {
    /// Which revision of which update.
    pub revision: Revision,
    /// Type, dates, behaviour, identifiers for people.
    pub properties: Properties<'a>,
    /// Title and description per language.
    pub localized: Vec<LocalizedProperties<'a>>,
    /// The licence terms per language and region.
    pub licence_files: Vec<LicenceFile<'a>>,
    /// Prerequisites, bundled and superseded updates.
    pub relationships: Relationships,
    /// When it is installed, installable, superseded; absent in bundles that take their state from their members.
    pub applicability: Option<ApplicabilityRules<'a>>,
    /// What there is to download.
    pub files: Vec<File<'a>>,
    /// How it is installed, for the handler; of a category, which kind it is.
    pub handler: Option<HandlerData<'a>>,
    pub(super) sections: Sections<'a>,
}

impl<'a> UpdateDocument<'a> {
    /// Reads a whole document, root element `Update`.
    ///
    /// # Errors
    /// When it is not well-formed, exceeds a limit, or its identity, relations or files cannot be read.
    pub fn parse(text: &'a str) -> Result<Self, UpdateError> {
        let mut cursor = Cursor::new(text);
        let Some(root) = cursor.sibling()? else {
            return Err(UpdateError::Missing { what: "Update", position: cursor.position() });
        };
        if !root.is("Update") {
            return Err(UpdateError::NotAnUpdate { found: root.local.to_owned(), position: root.start });
        }
        let mut reading = Reading { sections: Sections::new(text, cursor.bindings()), ..Reading::default() };
        while let Some(section) = cursor.child(&root)? {
            reading.section(&mut cursor, &section)?;
        }
        if let Some(second) = cursor.sibling()? {
            return Err(UpdateError::Repeated { what: "outermost element", position: second.start });
        }
        reading.finish(root.start)
    }

    /// Which revision a document says it is, when that much of it can be read: to name one that is refused.
    #[must_use]
    pub fn identify(text: &str) -> Option<Revision> {
        let mut cursor = Cursor::new(text);
        let root = cursor.sibling().ok()??;
        while let Some(section) = cursor.child(&root).ok()? {
            if section.is("UpdateIdentity") {
                return relationships::revision(&section).ok();
            }
            cursor.skip(&section).ok()?;
        }
        None
    }

    /// Reads fragments as agents get them, alone or one after the other: sections without a common root.
    /// `ExtendedProperties` stands for `Properties`. What the fragments do not hold is empty.
    ///
    /// # Errors
    /// As [`Self::parse`]; an identity must be there, so one of the fragments must be a Core fragment.
    pub fn parse_fragments(text: &'a str) -> Result<Self, UpdateError> {
        Self::fragments_of(None, text)
    }

    /// Reads fragments of a revision that is known, so that no Core fragment need be among them.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_fragments_of(revision: Revision, text: &'a str) -> Result<Self, UpdateError> {
        Self::fragments_of(Some(revision), text)
    }

    fn fragments_of(revision: Option<Revision>, text: &'a str) -> Result<Self, UpdateError> {
        let mut cursor = Cursor::new(text);
        let mut reading = Reading { revision, sections: Sections::new(text, &[]), ..Reading::default() };
        while let Some(section) = cursor.sibling()? {
            if section.is("LocalizedProperties") {
                reading.localized.push(localized::properties(&mut cursor, &section)?);
            } else {
                reading.section(&mut cursor, &section)?;
            }
        }
        reading.finish(0)
    }
}

/// A document half read.
#[derive(Default)]
struct Reading<'a> {
    revision: Option<Revision>,
    properties: Option<Properties<'a>>,
    localized: Vec<LocalizedProperties<'a>>,
    licence_files: Vec<LicenceFile<'a>>,
    relationships: Relationships,
    applicability: Option<ApplicabilityRules<'a>>,
    files: Vec<File<'a>>,
    handler: Option<HandlerData<'a>>,
    sections: Sections<'a>,
}

impl<'a> Reading<'a> {
    fn section(&mut self, cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<(), UpdateError> {
        if !tag.namespace.is_update() {
            cursor.skip(tag)?;
            return Ok(());
        }
        let range = match tag.local {
            "UpdateIdentity" => {
                self.revision = Some(relationships::revision(tag)?);
                cursor.pass(tag)?;
                &mut self.sections.identity
            }
            "Properties" | "ExtendedProperties" => {
                let properties = self.properties.get_or_insert_default();
                properties.read(cursor, tag)?;
                if tag.local == "ExtendedProperties" {
                    // Core and Extended each hold their share of the one section.
                    return Ok(());
                }
                &mut self.sections.properties
            }
            "LocalizedPropertiesCollection" => {
                localized::collection(cursor, tag, &mut self.localized, &mut self.licence_files)?;
                &mut self.sections.localized
            }
            "Relationships" => {
                self.relationships = relationships::relationships(cursor, tag)?;
                &mut self.sections.relationships
            }
            "ApplicabilityRules" => {
                self.applicability = Some(applicability::rules(cursor, tag)?);
                &mut self.sections.applicability
            }
            "Files" => {
                self.files = files::files(cursor, tag)?;
                &mut self.sections.files
            }
            "HandlerSpecificData" => {
                self.handler = Some(handler::data(cursor, tag)?);
                &mut self.sections.handler
            }
            _ => {
                cursor.skip(tag)?;
                return Ok(());
            }
        };
        if range.replace(tag.start..cursor.position()).is_some() {
            return Err(UpdateError::Repeated { what: "section of the same name", position: tag.start });
        }
        Ok(())
    }

    fn finish(self, position: usize) -> Result<UpdateDocument<'a>, UpdateError> {
        Ok(UpdateDocument {
            revision: self.revision.ok_or(UpdateError::Missing { what: "UpdateIdentity", position })?,
            properties: self.properties.unwrap_or_default(),
            localized: self.localized,
            licence_files: self.licence_files,
            relationships: self.relationships,
            applicability: self.applicability,
            files: self.files,
            handler: self.handler,
            sections: self.sections,
        })
    }
}

#[cfg(test)]
mod tests;
