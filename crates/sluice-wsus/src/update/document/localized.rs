//! The `LocalizedPropertiesCollection` section: texts and licence terms per language.

use std::borrow::Cow;

use super::super::error::UpdateError;
use super::super::limits::MAX_LOCALIZED;
use super::super::xml::{Cursor, Tag};
use super::files::{self, File};

/// Texts in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalizedProperties<'a> {
    /// Language tag, lower case in all documents seen: `en`, `pt-br`.
    pub language: Cow<'a, str>,
    /// One line.
    pub title: Cow<'a, str>,
    /// A sentence or more.
    pub description: Option<Cow<'a, str>>,
    /// How to remove it.
    pub uninstall_notes: Option<Cow<'a, str>>,
    /// A page about it.
    pub more_info_url: Option<Cow<'a, str>>,
    /// Where to get help.
    pub support_url: Option<Cow<'a, str>>,
}

/// The licence terms in one language for one region ([MS-WUSP] note 44).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceFile<'a> {
    /// Language tag.
    pub language: Cow<'a, str>,
    /// ISO 3166 three-letter region; `None`: the rest of the world.
    pub region: Option<Cow<'a, str>>,
    /// The text.
    pub file: File<'a>,
}

pub(super) fn collection<'a>(
    cursor: &mut Cursor<'a>,
    tag: &Tag<'a>,
    localized: &mut Vec<LocalizedProperties<'a>>,
    licences: &mut Vec<LicenceFile<'a>>,
) -> Result<(), UpdateError> {
    while let Some(child) = cursor.child(tag)? {
        if localized.len() + licences.len() == MAX_LOCALIZED {
            return Err(UpdateError::TooMany {
                what: "localized properties and licence files",
                limit: MAX_LOCALIZED,
                position: child.start,
            });
        }
        if child.is("LocalizedProperties") {
            localized.push(properties(cursor, &child)?);
        } else if child.is("EulaFile") {
            licences.push(LicenceFile {
                language: child.text("Language").unwrap_or_default(),
                region: child.text("GeoId").filter(|region| !region.is_empty()),
                file: files::file(cursor, &child)?,
            });
        } else {
            // In no fragment.
            cursor.skip(&child)?;
        }
    }
    Ok(())
}

pub(super) fn properties<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<LocalizedProperties<'a>, UpdateError> {
    let mut found = LocalizedProperties::default();
    while let Some(child) = cursor.child(tag)? {
        if !child.namespace.is_update() {
            cursor.pass(&child)?;
            continue;
        }
        match child.local {
            "Language" => found.language = cursor.text(&child)?,
            "Title" => found.title = cursor.text(&child)?,
            "Description" => found.description = Some(cursor.text(&child)?),
            "UninstallNotes" => found.uninstall_notes = Some(cursor.text(&child)?),
            "MoreInfoUrl" => found.more_info_url = Some(cursor.text(&child)?),
            "SupportUrl" => found.support_url = Some(cursor.text(&child)?),
            _ => {
                cursor.pass(&child)?;
            }
        }
    }
    Ok(found)
}
