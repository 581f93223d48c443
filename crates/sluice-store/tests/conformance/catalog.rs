//! Categories, revisions, indices.

use std::sync::Arc;

use sluice_model::{Category, IndexId, RevisionId, SourceId};
use sluice_store::catalog::{
    CatalogBatch, CatalogCommit, IndexEntry, IndexWrite, OfferedBinary, ReleaseAnchor, RevisionRef, StoredIndex,
    StoredRevision, commit_sync_batch, load_anchors, load_categories, load_indexes, load_revisions, release_anchor,
};
use sluice_store::{Store, StoreError, source};

use crate::database::{Database, cases};
use crate::samples::{add_source, at, categories, package_index, update, uuid};

cases![
    a_batch_comes_back,
    the_same_batch_again_changes_nothing,
    a_bad_batch_stores_nothing,
    many_revisions_fit_in_one_batch,
    a_removed_source_takes_its_indices,
    one_corrupt_revision_does_not_hide_the_others,
];

async fn commit(store: &Store, batch: CatalogBatch) -> Result<CatalogCommit, StoreError> {
    let batch = batch.pack()?;
    store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, at(9)))).await
}

pub fn batch(source: SourceId) -> CatalogBatch {
    let offered = |place, binary| OfferedBinary { revision: RevisionRef::New(place), binary };
    CatalogBatch {
        categories: categories(),
        revisions: vec![update("openssl", "3.0.17-1~deb12u2").into(), update("curl", "7.88.1-10+deb12u8").into()],
        indexes: vec![IndexWrite {
            index: package_index(source, "bookworm-security"),
            anchor: r#"{"etag":"\"1\""}"#.into(),
            content: Some(vec![offered(1, 1), offered(0, 0), offered(1, 0), offered(0, 0)]),
        }],
        documents: vec![],
        removed_indexes: vec![],
        anchors: vec![ReleaseAnchor {
            source,
            uri: "http://deb.example/debian".into(),
            suite: "bookworm-security".into(),
            anchor: r#"{"date":"2026-11-22"}"#.into(),
        }],
        raise_version: true,
    }
}

async fn stored_categories(store: &Store) -> Vec<Category> {
    let mut out = Vec::new();
    let each = |row: Result<Category, StoreError>| {
        out.push(row?);
        Ok(())
    };
    load_categories(&mut store.reader().await.unwrap(), each).await.unwrap();
    out
}

async fn revisions(store: &Store, after: Option<RevisionId>) -> Vec<StoredRevision> {
    let mut out = Vec::new();
    let each = |row: Result<StoredRevision, StoreError>| {
        out.push(row?);
        Ok(())
    };
    load_revisions(&mut store.reader().await.unwrap(), after, each).await.unwrap();
    out
}

async fn indexes(store: &Store) -> Vec<StoredIndex> {
    let mut out = Vec::new();
    let each = |row: Result<StoredIndex, StoreError>| {
        out.push(row?);
        Ok(())
    };
    load_indexes(&mut store.reader().await.unwrap(), each).await.unwrap();
    out
}

async fn a_batch_comes_back(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let batch = batch(source);
    let done = commit(&store, batch.clone()).await.unwrap();
    let expected = CatalogCommit {
        revisions: vec![RevisionId(1), RevisionId(2)],
        new: vec![true, true],
        indexes: vec![IndexId(1)],
        version: 1,
    };
    assert_eq!(done, expected);

    let mut reader = store.reader().await.unwrap();
    let mut loaded = stored_categories(&store).await;
    loaded.sort_by_key(|c| c.kind);
    assert_eq!(loaded, batch.categories);
    let stored = revisions(&store, None).await;
    let updates: Vec<_> = stored.iter().map(|r| Arc::new(r.update.clone())).collect();
    assert_eq!(updates, batch.revisions);
    assert!(stored.iter().all(|r| r.created_at == at(9)));
    assert_eq!(revisions(&store, Some(RevisionId(1))).await, stored[1..]);

    let entry = |revision, binary| IndexEntry { revision: RevisionId(revision), binary };
    let mut index = batch.indexes[0].index.clone();
    index.id = IndexId(1);
    let expected = StoredIndex {
        index,
        anchor: batch.indexes[0].anchor.clone(),
        content: vec![entry(1, 0), entry(2, 0), entry(2, 1)],
    };
    assert_eq!(indexes(&store).await, std::slice::from_ref(&expected));
    assert_eq!(load_anchors(&mut reader).await.unwrap(), batch.anchors);
    let one = release_anchor(&mut reader, source, "http://deb.example/debian", "bookworm-security").await.unwrap();
    assert_eq!(one.as_ref(), batch.anchors.first());

    // A new anchor alone leaves the content and the version.
    let mut later = CatalogBatch { indexes: batch.indexes.clone(), ..CatalogBatch::default() };
    later.indexes[0].anchor = "{}".into();
    later.indexes[0].content = None;
    let done = commit(&store, later).await.unwrap();
    assert_eq!((done.indexes, done.version), (vec![IndexId(1)], 1));
    assert_eq!(indexes(&store).await, [StoredIndex { anchor: "{}".into(), ..expected }]);

    // An index that goes never gives its number to another.
    let gone = CatalogBatch { removed_indexes: vec![IndexId(1)], ..CatalogBatch::default() };
    commit(&store, gone).await.unwrap();
    assert_eq!(indexes(&store).await, []);
    let again = CatalogBatch { revisions: vec![], ..batch.clone() };
    let mut again = CatalogBatch { indexes: again.indexes, ..CatalogBatch::default() };
    again.indexes[0].content = None;
    assert_eq!(commit(&store, again).await.unwrap().indexes, [IndexId(2)]);
    assert_eq!(indexes(&store).await[0].content, []);
    assert_eq!(store.check().await.unwrap(), []);
    drop(reader);
    store.close().await;
}

async fn the_same_batch_again_changes_nothing(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let first = commit(&store, batch(source)).await.unwrap();
    let before = (revisions(&store, None).await, indexes(&store).await);
    let second = commit(&store, CatalogBatch { raise_version: false, ..batch(source) }).await.unwrap();
    assert_eq!(second, CatalogCommit { new: vec![false, false], ..first.clone() });
    assert_eq!(before, (revisions(&store, None).await, indexes(&store).await));
    // Partly known: the old keep their numbers, the new get ones never used.
    let mut mixed = batch(source);
    let mut newer = update("openssl", "3.0.17-1~deb12u2");
    newer.number = 2;
    mixed.revisions.push(newer.into());
    let third = commit(&store, mixed).await.unwrap();
    assert_eq!(third.revisions[..2], first.revisions);
    assert_eq!(third.new, [false, false, true]);
    assert!(third.revisions[2] > first.revisions[1]);
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn a_bad_batch_stores_nothing(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let mut wrong = batch(source);
    wrong.indexes[0].content = Some(vec![OfferedBinary { revision: RevisionRef::New(2), binary: 0 }]);
    assert!(matches!(commit(&store, wrong).await, Err(StoreError::Invalid { .. })));
    let unknown = batch(SourceId(uuid(99)));
    assert!(matches!(commit(&store, unknown).await, Err(StoreError::Reference { table: "package_index" })));
    assert_eq!(revisions(&store, None).await, []);
    assert_eq!(stored_categories(&store).await, []);
    store.close().await;
}

async fn many_revisions_fit_in_one_batch(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    // More than one full statement and a rest.
    let updates: Vec<_> = (0..1203).map(|n| Arc::new(update(&format!("package-{n}"), "1.0-1"))).collect();
    let batch = CatalogBatch { revisions: updates.clone(), categories: categories(), ..batch(source) };
    let batch = CatalogBatch { indexes: vec![], ..batch };
    let done = commit(&store, batch).await.unwrap();
    assert_eq!(done.revisions, (1..=1203).map(RevisionId).collect::<Vec<_>>());
    let stored: Vec<_> = revisions(&store, None).await.into_iter().map(|r| Arc::new(r.update)).collect();
    assert_eq!(stored, updates);
    store.close().await;
}

async fn a_removed_source_takes_its_indices(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    commit(&store, batch(source)).await.unwrap();
    store.write(move |tx| Box::pin(source::remove(tx, source))).await.unwrap();
    assert_eq!(indexes(&store).await, []);
    assert_eq!(revisions(&store, None).await.len(), 2);
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn one_corrupt_revision_does_not_hide_the_others(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    commit(&store, batch(source)).await.unwrap();
    let junk = if db.is_postgres() { "'\\x0003'" } else { "x'0003'" };
    db.execute(&format!("UPDATE update_revision SET body = {junk} WHERE revision_id = 1")).await;
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let each = |row: Result<StoredRevision, StoreError>| {
        match row {
            Ok(revision) => good.push(revision.id),
            Err(error) => bad.push(error.to_string()),
        }
        Ok(())
    };
    load_revisions(&mut store.reader().await.unwrap(), None, each).await.unwrap();
    assert_eq!(good, [RevisionId(2)]);
    assert!(bad[0].contains("table update_revision, column body, row 1:"), "{bad:?}");
    let problems = store.check().await.unwrap();
    let found = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(found.contains("column body, row 1:"), "{found}");
    assert!(found.contains("offers package 0 of revision 1, which does not exist"), "{found}");
    store.close().await;
}
