//! What came from an upstream server and is changed only there.

use sluice_model::SourceId;
use uuid::Uuid;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    inherited(kind, item) {
        PUT[3] = "INSERT INTO inherited (kind, item, source_id) VALUES {rows} \
            ON CONFLICT (kind, item) DO UPDATE SET source_id = excluded.source_id";
        REMOVE = "DELETE FROM inherited WHERE kind = $1 AND item = $2";
        FORGET = "DELETE FROM inherited WHERE source_id = $1";
        LIST(all) = "SELECT kind, item, source_id FROM inherited ORDER BY kind, item";
    }
}

/// What sort of thing was inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InheritedKind {
    /// A group of the upstream; a collection here.
    Collection,
    /// A deployment.
    Deployment,
    /// That an update is declined.
    Decline,
    /// That licence terms are accepted.
    Licence,
}

impl InheritedKind {
    const ALL: [Self; 4] = [Self::Collection, Self::Deployment, Self::Decline, Self::Licence];

    /// The spelling in the store.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Deployment => "deployment",
            Self::Decline => "decline",
            Self::Licence => "licence",
        }
    }
}

/// Something that was inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InheritedRecord {
    /// What sort of thing.
    pub kind: InheritedKind,
    /// Its identity.
    pub item: Uuid,
    /// From the server of this source.
    pub source: SourceId,
}

fn from_row(row: Row<'_>) -> Result<InheritedRecord, StoreError> {
    let text: String = row.get("kind")?;
    let kind = InheritedKind::ALL.into_iter().find(|kind| kind.slug() == text);
    Ok(InheritedRecord {
        kind: kind.ok_or_else(|| row.corrupt("kind", format!("unknown kind {text:?}")))?,
        item: row.get("item")?,
        source: row.get("source_id")?,
    })
}

/// Notes where things came from.
///
/// # Errors
/// [`StoreError::Reference`] when a source does not exist.
pub async fn put(tx: &mut Tx, records: &[InheritedRecord]) -> Result<(), StoreError> {
    let bind = |r: &&InheritedRecord, args: &mut Args| {
        args.push(r.kind.slug());
        args.push(r.item);
        args.push(r.source);
    };
    tx.bulk(&PUT, &last_of_each(records, |r| (r.kind, r.item)), bind).await.map(drop)
}

/// Forgets where things came from; they are the site's own from then on, or gone.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, kind: InheritedKind, items: &[Uuid]) -> Result<(), StoreError> {
    for item in items {
        tx.execute(&REMOVE, args![kind.slug(), *item]).await?;
    }
    Ok(())
}

/// Forgets everything that came from a source; it is the site's own from then on.
///
/// # Errors
/// When it cannot be written.
pub async fn forget(tx: &mut Tx, source: SourceId) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![source]).await.map(drop)
}

/// Everything that was inherited.
///
/// # Errors
/// When something cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<InheritedRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
