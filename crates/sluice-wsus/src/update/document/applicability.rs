//! The `ApplicabilityRules` section: where the rules are, and the driver metadata a server needs itself. Agents
//! evaluate rules, servers do not; [`crate::update::rules`] reads them from a Core fragment.

use super::super::error::UpdateError;
use super::super::limits::MAX_DRIVERS;
use super::super::xml::{Cursor, Namespace, Tag};
use super::driver::DriverMetadata;

/// The parts of the rules as they stand, each with its element; prefixes are those of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicabilityRules<'a> {
    /// `IsInstalled`.
    pub is_installed: Option<&'a str>,
    /// `IsInstallable`.
    pub is_installable: Option<&'a str>,
    /// `IsSuperseded`.
    pub is_superseded: Option<&'a str>,
    /// `Metadata`: what rules compare with. Tens of megabytes for some cumulative updates.
    pub metadata: Option<&'a str>,
    /// The hardware the drivers are for, from the metadata.
    pub drivers: Vec<DriverMetadata<'a>>,
}

pub(super) fn rules<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<ApplicabilityRules<'a>, UpdateError> {
    let mut found = ApplicabilityRules::default();
    while let Some(child) = cursor.child(tag)? {
        let part = if child.is("IsInstalled") {
            &mut found.is_installed
        } else if child.is("IsInstallable") {
            &mut found.is_installable
        } else if child.is("IsSuperseded") {
            &mut found.is_superseded
        } else if child.is("Metadata") {
            drivers(cursor, &child, &mut found.drivers)?;
            found.metadata = Some(cursor.slice(child.start..cursor.position()));
            continue;
        } else {
            cursor.pass(&child)?;
            continue;
        };
        let range = cursor.pass(&child)?;
        *part = Some(cursor.slice(range));
    }
    Ok(found)
}

fn drivers<'a>(
    cursor: &mut Cursor<'a>,
    metadata: &Tag<'a>,
    drivers: &mut Vec<DriverMetadata<'a>>,
) -> Result<(), UpdateError> {
    while let Some(child) = cursor.child(metadata)? {
        let in_document = child.namespace == Namespace::Driver && child.local == "WindowsDriverMetaData";
        if !in_document && !child.is("d.WindowsDriverMetaData") {
            cursor.pass(&child)?;
            continue;
        }
        if drivers.len() == MAX_DRIVERS {
            return Err(UpdateError::TooMany { what: "driver metadata", limit: MAX_DRIVERS, position: child.start });
        }
        drivers.push(DriverMetadata::parse(cursor, &child)?);
    }
    Ok(())
}
