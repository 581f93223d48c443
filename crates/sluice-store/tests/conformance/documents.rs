//! Documents of Windows updates.

use sluice_model::RevisionId;
use sluice_store::catalog::{
    CatalogBatch, CatalogCommit, DocumentWrite, MAX_PACKED_DOCUMENT, RevisionRef, commit_sync_batch, documents,
    documents_of, load_document_sizes,
};
use sluice_store::internals::migrate_to;
use sluice_store::{Store, StoreError};

use crate::database::{Database, cases};
use crate::samples::{at, categories, windows_update};

cases![
    documents_come_back,
    documents_come_in_order,
    a_known_revision_keeps_its_document,
    what_cannot_be_stored_is_refused,
    the_largest_survive_a_backup,
    documents_among_fragments_are_taken_over,
];

async fn commit(store: &Store, batch: CatalogBatch) -> Result<CatalogCommit, StoreError> {
    let batch = batch.pack()?;
    store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, at(9)))).await
}

async fn sizes(store: &Store, after: u32) -> Vec<(u32, u64)> {
    let mut out = Vec::new();
    let each = |row: Result<(RevisionId, u64), StoreError>| {
        out.extend(row.ok().map(|(revision, size)| (revision.0, size)));
        Ok(())
    };
    load_document_sizes(&mut store.reader().await.unwrap(), RevisionId(after), each).await.unwrap();
    out.sort_unstable();
    out
}

async fn bodies(store: &Store, revisions: &[u32]) -> Vec<(u32, Vec<u8>)> {
    let revisions: Vec<_> = revisions.iter().copied().map(RevisionId).collect();
    let found = documents_of(&mut store.reader().await.unwrap(), &revisions).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|document| (document.id.0, document.body)).collect();
    found.sort_unstable();
    found
}

fn write(place: usize, body: Vec<u8>) -> DocumentWrite {
    DocumentWrite { revision: RevisionRef::New(place), plain_size: body.len() as u64 * 3, body }
}

fn batch(numbers: std::ops::Range<u128>, documents: Vec<DocumentWrite>) -> CatalogBatch {
    let revisions = numbers.map(|n| windows_update(n).into()).collect();
    CatalogBatch { categories: categories(), revisions, documents, ..CatalogBatch::default() }
}

async fn documents_come_back(db: Database) {
    let store = db.open().await;
    // More rows and more bytes than go into one statement.
    let body = |place: usize| vec![u8::try_from(place % 250).unwrap(); 30_000 + place];
    let done = commit(&store, batch(10..310, (0..300).map(|place| write(place, body(place))).collect())).await.unwrap();
    assert_eq!((done.new.len(), done.new.contains(&false)), (300, false));
    assert_eq!(bodies(&store, &[300, 7, 301]).await, [(7, body(6)), (300, body(299))]);
    let all: Vec<_> = (1..=300).map(|revision| (revision, 3 * (29_999 + u64::from(revision)))).collect();
    assert_eq!((sizes(&store, 0).await, sizes(&store, 298).await), (all.clone(), all[298..].to_vec()));
    assert_eq!(store.check().await.unwrap(), []);
    db.execute("UPDATE update_document SET plain_size = -1 WHERE revision_id = 7").await;
    let problems = store.check().await.unwrap();
    assert!(problems[0].0.contains("table update_document, column plain_size, row 7"), "{problems:?}");
    store.close().await;
}

async fn documents_come_in_order(db: Database) {
    let store = db.open().await;
    let body = |n: usize| vec![u8::try_from(n).unwrap(); 9];
    commit(&store, batch(1..7, (0..5).map(|place| write(place, body(place))).collect())).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let found = documents(&mut reader, RevisionId(1), RevisionId(4), 2).await.unwrap();
    let places: Vec<_> = found.iter().map(|document| (document.id.0, document.body.clone())).collect();
    assert_eq!(places, [(2, body(1)), (3, body(2))]);
    assert_eq!((found[0].revision.update, found[0].plain_size), (windows_update(2).id, 27));
    assert_eq!(documents(&mut reader, RevisionId(3), RevisionId(4), 9).await.unwrap().len(), 1);
    drop(reader);
    store.close().await;
}

async fn a_known_revision_keeps_its_document(db: Database) {
    let store = db.open().await;
    commit(&store, batch(1..2, vec![write(0, b"first".to_vec())])).await.unwrap();
    let second = vec![write(0, b"second".to_vec()), write(1, b"other".to_vec())];
    let done = commit(&store, batch(1..3, second)).await.unwrap();
    assert_eq!(done.new, [false, true]);
    let other = done.revisions[1].0;
    assert_eq!(bodies(&store, &[1, other]).await, [(1, b"first".to_vec()), (other, b"other".to_vec())]);
    // By its number it gets one only if it has none.
    let added = DocumentWrite { revision: RevisionRef::Stored(RevisionId(1)), ..write(0, b"third".to_vec()) };
    commit(&store, CatalogBatch { documents: vec![added], ..CatalogBatch::default() }).await.unwrap();
    assert_eq!(bodies(&store, &[1]).await, [(1, b"first".to_vec())]);
    store.close().await;
}

async fn what_cannot_be_stored_is_refused(db: Database) {
    let store = db.open().await;
    for bad in [write(0, vec![0; MAX_PACKED_DOCUMENT + 1]), write(1, vec![0])] {
        let refused = commit(&store, batch(1..2, vec![bad])).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
    }
    assert_eq!(sizes(&store, 0).await, []);
    store.close().await;
}

async fn the_largest_survive_a_backup(db: Database) {
    let store = db.open().await;
    // Of a length that no buffer divides: a cut or a shift would show.
    let body = |seed: u8, len: usize| {
        let block: Vec<u8> = (0..251).map(|i| i ^ seed).collect();
        let mut body = block.repeat(len / block.len() + 1);
        body.truncate(len);
        body
    };
    let wanted = [body(1, MAX_PACKED_DOCUMENT), body(2, 5 << 20), body(3, 10)];
    let writes = wanted.iter().enumerate().map(|(place, body)| write(place, body.clone())).collect();
    commit(&store, batch(1..4, writes)).await.unwrap();
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    store.close().await;
    sluice_store::restore(&db.config(), &path).await.unwrap();
    let store = db.open().await;
    for (revision, body) in (1..).zip(wanted) {
        assert!(bodies(&store, &[revision]).await == [(revision, body)], "document of revision {revision}");
    }
    store.close().await;
}

async fn documents_among_fragments_are_taken_over(db: Database) {
    migrate_to(&db.config(), 16).await.unwrap();
    let blob = |bytes: &str| if db.is_postgres() { format!("'\\x{bytes}'") } else { format!("x'{bytes}'") };
    let id = blob(&"01".repeat(16));
    let (row, core, document) = (blob("00"), blob("aabb"), blob("ccdd"));
    db.execute(&format!(
        "INSERT INTO update_revision VALUES (1, {id}, 1, 5, {row}); \
         INSERT INTO update_fragment VALUES (1, 0, '', 2, 0, 2, {core}); \
         INSERT INTO update_fragment VALUES (1, 3, '', 9, 1, 2, {document})"
    ))
    .await;
    let store = db.open().await;
    assert_eq!(bodies(&store, &[1]).await, [(1, vec![0xcc, 0xdd])]);
    assert_eq!(sizes(&store, 0).await, [(1, 9)]);
    store.close().await;
}
