//! The `Relationships` section and identities (protocols.md §8.1, [MS-WUSP] 3.1.1.1).

use sluice_model::id::UpdateId;
use uuid::Uuid;

use super::super::error::UpdateError;
use super::super::limits::MAX_RELATED;
use super::super::xml::{Cursor, Tag};
use super::Revision;

/// One clause of the prerequisites: at least one of these updates is installed. All clauses must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrerequisiteClause {
    /// The alternatives; never empty.
    pub any_of: Vec<UpdateId>,
    /// Marked as naming categories the update belongs to.
    pub is_category: bool,
}

/// One clause of a bundle: these exact revisions are alternatives, of which the agent installs what applies. All
/// clauses belong to the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleClause {
    /// The alternatives; never empty.
    pub any_of: Vec<Revision>,
}

/// How an update relates to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relationships {
    /// What must be installed first, in conjunctive normal form.
    pub prerequisites: Vec<PrerequisiteClause>,
    /// What it consists of, in conjunctive normal form.
    pub bundled: Vec<BundleClause>,
    /// What it replaces.
    pub superseded: Vec<UpdateId>,
}

/// The revision an `UpdateIdentity` with a revision number names.
pub(super) fn revision(tag: &Tag<'_>) -> Result<Revision, UpdateError> {
    const NUMBER: &str = "UpdateIdentity/@RevisionNumber";
    let number = tag.required("RevisionNumber", NUMBER)?;
    let number = number.trim().parse().map_err(|_| UpdateError::value(NUMBER, &number, tag.start))?;
    Ok(Revision { id: identity(tag)?, number })
}

/// The update an `UpdateIdentity` names, written in any case, with or without braces.
fn identity(tag: &Tag<'_>) -> Result<UpdateId, UpdateError> {
    const ID: &str = "UpdateIdentity/@UpdateID";
    let id = tag.required("UpdateID", ID)?;
    Uuid::try_parse(id.trim()).map(UpdateId).map_err(|_| UpdateError::value(ID, &id, tag.start))
}

pub(super) fn relationships<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Relationships, UpdateError> {
    let mut found = Relationships::default();
    while let Some(relation) = cursor.child(tag)? {
        if relation.is("Prerequisites") {
            clauses(cursor, &relation, identity, |any_of, is_category| {
                found.prerequisites.push(PrerequisiteClause { any_of, is_category });
            })?;
        } else if relation.is("BundledUpdates") {
            clauses(cursor, &relation, revision, |any_of, _| found.bundled.push(BundleClause { any_of }))?;
        } else if relation.is("SupersededUpdates") {
            clauses(cursor, &relation, identity, |any_of, _| found.superseded.extend(any_of))?;
        } else {
            cursor.pass(&relation)?;
        }
    }
    Ok(found)
}

/// Reads clauses: a bare identity is a clause of one. Empty groups say nothing and are left out.
fn clauses<'a, T>(
    cursor: &mut Cursor<'a>,
    relation: &Tag<'a>,
    read: fn(&Tag<'_>) -> Result<T, UpdateError>,
    mut add: impl FnMut(Vec<T>, bool),
) -> Result<(), UpdateError> {
    let mut budget = MAX_RELATED;
    let mut member = |tag: &Tag<'a>| {
        budget = budget.checked_sub(1).ok_or(UpdateError::TooMany {
            what: "related updates",
            limit: MAX_RELATED,
            position: tag.start,
        })?;
        read(tag)
    };
    while let Some(clause) = cursor.child(relation)? {
        if clause.is("UpdateIdentity") {
            add(vec![member(&clause)?], false);
            cursor.pass(&clause)?;
        } else if clause.is("AtLeastOne") {
            let is_category = clause.flag("IsCategory").unwrap_or_default();
            let mut any_of = Vec::new();
            while let Some(alternative) = cursor.child(&clause)? {
                if alternative.is("UpdateIdentity") {
                    any_of.push(member(&alternative)?);
                }
                cursor.pass(&alternative)?;
            }
            if !any_of.is_empty() {
                add(any_of, is_category);
            }
        } else {
            cursor.pass(&clause)?;
        }
    }
    Ok(())
}
