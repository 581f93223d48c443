//! Fragments: what an agent gets of an update document ([MS-WUSP] 3.1.1.1, with what WSUS on Windows Server 2025 does
//! where the text differs, protocols.md §8.2). Checked byte for byte against recorded pairs.

mod copy;
mod foreign;

use super::document::{Sections, UpdateDocument};
use super::error::UpdateError;
use copy::{Names, Section, copy};

/// Everything an agent can ask for of one revision: XML without a common root, to be escaped once more as the text
/// of an `Xml` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// `FragmentType` Core, which SyncUpdates carries: identity, type, relations, rules.
    pub core: String,
    /// `FragmentType` Extended: remaining properties, files, handler data.
    pub extended: String,
    /// `FragmentType` LocalizedProperties, by the language as the document writes it.
    pub localized: Vec<LocalizedFragment>,
    /// `FragmentType` Eula. Agents of a WSUS do not use them: the administrator accepts ([MS-WUSP] 3.1.1.1).
    pub licences: Vec<LicenceFragment>,
}

/// Texts in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalizedFragment {
    /// The `Language` element.
    pub language: String,
    /// The fragment.
    pub xml: String,
}

/// Licence terms in one language for one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceFragment {
    /// The `Language` attribute.
    pub language: String,
    /// The `GeoId` attribute; `None`: the rest of the world.
    pub region: Option<String>,
    /// The fragment.
    pub xml: String,
}

impl UpdateDocument<'_> {
    /// Derives the fragments. Only the sections they are made of are read again.
    ///
    /// # Errors
    /// Never for a document that [`Self::parse`] has read: it checks the same.
    pub fn fragments(&self) -> Result<Fragments, UpdateError> {
        let sections = &self.sections;
        let mut fragments = Fragments {
            core: core(sections)?,
            extended: extended(sections)?,
            localized: Vec::with_capacity(self.localized.len()),
            licences: Vec::with_capacity(self.licence_files.len()),
        };
        let Some(collection) = &sections.localized else { return Ok(fragments) };
        let mut cursor = sections.cursor(collection);
        let Some(root) = cursor.sibling()? else { return Ok(fragments) };
        // In the order in which the document was read, so that the two go together.
        let mut texts = self.localized.iter();
        let mut licences = self.licence_files.iter();
        while let Some(child) = cursor.child(&root)? {
            let mut xml = String::new();
            if child.is("LocalizedProperties") {
                copy(&mut cursor, &child, &mut xml, Names::Plain, Section::WHOLE)?;
                let language = texts.next().map(|text| text.language.clone().into_owned()).unwrap_or_default();
                fragments.localized.push(LocalizedFragment { language, xml });
            } else if child.is("EulaFile") {
                copy(&mut cursor, &child, &mut xml, Names::Plain, Section::WHOLE)?;
                let (language, region) = licences.next().map_or_else(Default::default, |file| {
                    (file.language.clone().into_owned(), file.region.clone().map(|region| region.into_owned()))
                });
                fragments.licences.push(LicenceFragment { language, region, xml });
            } else {
                cursor.skip(&child)?;
            }
        }
        Ok(fragments)
    }
}

/// Identity, properties, relations, rules. Of the properties WSUS keeps the attributes an agent needs for deciding,
/// without those that are false, and no children; the specification would keep both.
fn core(sections: &Sections<'_>) -> Result<String, UpdateError> {
    const PROPERTIES: Section = Section {
        rename: None,
        keep: |name, value| {
            matches!(name, "UpdateType" | "ExplicitlyDeployable" | "AutoSelectOnWebSites" | "OSUpgrade" | "EulaID")
                && value != "false"
        },
        children: false,
    };
    fragment(
        sections,
        Names::Core,
        [
            (&sections.identity, Section::WHOLE),
            (&sections.properties, PROPERTIES),
            (&sections.relationships, Section::WHOLE),
            (&sections.applicability, Section::WHOLE),
        ],
    )
}

/// The remaining properties, renamed as WSUS does; files; handler data.
fn extended(sections: &Sections<'_>) -> Result<String, UpdateError> {
    const PROPERTIES: Section = Section {
        rename: Some("ExtendedProperties"),
        keep: |name, value| match name {
            "UpdateType"
            | "ExplicitlyDeployable"
            | "AutoSelectOnWebSites"
            | "EulaID"
            | "PublicationState"
            | "PublisherID"
            | "CreationDate"
            | "IsPublic"
            | "LegacyName"
            | "DetectoidType"
            | "OSUpgrade" => false,
            // Not in the specification's list; WSUS leaves it out when false.
            "PerUser" => value != "false",
            _ => true,
        },
        children: true,
    };
    fragment(
        sections,
        Names::Plain,
        [(&sections.properties, PROPERTIES), (&sections.files, Section::WHOLE), (&sections.handler, Section::WHOLE)],
    )
}

type Range = std::ops::Range<usize>;

fn fragment<const N: usize>(
    sections: &Sections<'_>,
    names: Names,
    parts: [(&Option<Range>, Section); N],
) -> Result<String, UpdateError> {
    // Fragments are shorter than what they are made of, so that the large ones are written without growing.
    let size = parts.iter().filter_map(|(range, _)| range.as_ref()).map(Range::len).sum();
    let mut xml = String::with_capacity(size);
    for (range, section) in parts {
        let Some(range) = range else { continue };
        let mut cursor = sections.cursor(range);
        if let Some(root) = cursor.sibling()? {
            copy(&mut cursor, &root, &mut xml, names, section)?;
        }
    }
    xml.shrink_to_fit();
    Ok(xml)
}

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
