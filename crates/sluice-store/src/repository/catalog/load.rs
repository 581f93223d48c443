//! Reading the catalog, at start and after a synchronization.

use jiff::Timestamp;
use sluice_model::{Category, CategoryKind, IndexId, IndexKey, PackageIndex, RevisionId, SourceId, Update};

use super::index_row::{ContentRow, IndexRow};
use super::update_row::UpdateRow;
use super::{IndexEntry, ReleaseAnchor};
use crate::bind::args;
use crate::connection::Reader;
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    category(id) {
        CATEGORIES(all) = "SELECT id, kind, parent, title FROM category ORDER BY kind, title";
    }
    update_revision(revision_id) {
        REVISIONS(all) = "SELECT revision_id, update_id, number, created_at, body FROM update_revision \
            WHERE revision_id > $1 ORDER BY revision_id";
    }
    package_index(id) {
        INDEXES(all) = "SELECT id, source_id, uri, suite, component, architecture, anchor, body, content \
            FROM package_index ORDER BY id";
        INDEX_ANCHORS = "SELECT id, source_id, uri, suite, component, architecture, anchor \
            FROM package_index WHERE source_id = $1 ORDER BY id";
    }
    release_anchor(uri, suite) {
        ANCHORS(all) = "SELECT source_id, uri, suite, anchor FROM release_anchor ORDER BY source_id, uri, suite";
        ANCHOR = "SELECT source_id, uri, suite, anchor FROM release_anchor \
            WHERE source_id = $1 AND uri = $2 AND suite = $3";
    }
}

/// A stored revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRevision {
    /// Its number.
    pub id: RevisionId,
    /// When it was stored.
    pub created_at: Timestamp,
    /// What it is.
    pub update: Update,
}

/// A stored package index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIndex {
    /// Key and signed facts.
    pub index: PackageIndex,
    /// What the synchronization left there.
    pub anchor: String,
    /// What it offers, sorted.
    pub content: Vec<IndexEntry>,
}

/// Calls a function with every category, companies first; as [`load_revisions`].
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load_categories(
    reader: &mut Reader,
    mut on_category: impl FnMut(Result<Category, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&CATEGORIES, args![], |row| on_category(category(row))).await
}

fn category(row: Row<'_>) -> Result<Category, StoreError> {
    let kind = |number: i64| match number {
        0 => Some(CategoryKind::Company),
        1 => Some(CategoryKind::ProductFamily),
        2 => Some(CategoryKind::Product),
        _ => None,
    };
    Ok(Category {
        id: row.get("id")?,
        kind: row.get_as("kind", kind)?,
        parent: row.get("parent")?,
        title: row.get("title")?,
    })
}

/// Calls a function with every revision whose number is above `after`, in the order of numbers.
/// `None` loads all. The function gets an error for one that cannot be read, and decides whether to
/// go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load_revisions(
    reader: &mut Reader,
    after: Option<RevisionId>,
    mut on_revision: impl FnMut(Result<StoredRevision, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let after = after.unwrap_or(RevisionId(0));
    reader.each(&REVISIONS, args![after], |row| on_revision(revision(row))).await
}

fn revision(row: Row<'_>) -> Result<StoredRevision, StoreError> {
    let body = row.unpack::<UpdateRow>("body")?;
    let update = body.into_update(row.get("update_id")?, row.get("number")?);
    Ok(StoredRevision {
        id: row.get("revision_id")?,
        created_at: row.get("created_at")?,
        update: update.map_err(|what| row.corrupt("body", what))?,
    })
}

/// Calls a function with every package index, in the order of numbers; as [`load_revisions`].
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load_indexes(
    reader: &mut Reader,
    mut on_index: impl FnMut(Result<StoredIndex, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&INDEXES, args![], |row| on_index(index(row))).await
}

/// The indices of a source, with what the synchronization left there.
///
/// # Errors
/// When one cannot be read.
pub async fn index_anchors(
    reader: &mut Reader,
    source: SourceId,
) -> Result<Vec<(IndexId, IndexKey, String)>, StoreError> {
    reader.all(&INDEX_ANCHORS, args![source], |row| Ok((row.get("id")?, key(row)?, row.get("anchor")?))).await
}

fn key(row: Row<'_>) -> Result<IndexKey, StoreError> {
    Ok(IndexKey {
        source: row.get("source_id")?,
        uri: row.get("uri")?,
        suite: row.get("suite")?,
        component: row.get("component")?,
        architecture: row.get("architecture")?,
    })
}

fn index(row: Row<'_>) -> Result<StoredIndex, StoreError> {
    let index = row.unpack::<IndexRow>("body")?.into_index(row.get("id")?, key(row)?);
    let content = row.unpack::<ContentRow>("content")?.into_entries();
    Ok(StoredIndex {
        index: index.map_err(|what| row.corrupt("body", what))?,
        anchor: row.get("anchor")?,
        content: content.map_err(|what| row.corrupt("content", what))?,
    })
}

fn anchor(row: Row<'_>) -> Result<ReleaseAnchor, StoreError> {
    Ok(ReleaseAnchor {
        source: row.get("source_id")?,
        uri: row.get("uri")?,
        suite: row.get("suite")?,
        anchor: row.get("anchor")?,
    })
}

/// All release anchors.
///
/// # Errors
/// When one cannot be read.
pub async fn load_anchors(reader: &mut Reader) -> Result<Vec<ReleaseAnchor>, StoreError> {
    reader.all(&ANCHORS, args![], anchor).await
}

/// The anchor of one release.
///
/// # Errors
/// When it cannot be read.
pub async fn release_anchor(
    reader: &mut Reader,
    source: SourceId,
    uri: &str,
    suite: &str,
) -> Result<Option<ReleaseAnchor>, StoreError> {
    reader.optional(&ANCHOR, args![source, uri, suite], anchor).await
}
