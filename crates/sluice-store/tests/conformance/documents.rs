//! Fragments of Windows updates.

use sluice_model::RevisionId;
use sluice_store::catalog::{
    CatalogBatch, CatalogCommit, FragmentKind, FragmentWrite, MAX_FRAGMENT, RevisionRef, StoredFragment,
    commit_sync_batch, documents, fragment, fragments_of, load_fragments,
};
use sluice_store::{Store, StoreError};

use crate::database::{Database, cases};
use crate::samples::{at, categories, windows_update};

cases![
    fragments_come_back,
    documents_come_in_order,
    a_known_revision_keeps_its_fragments,
    what_cannot_be_stored_is_refused,
    the_largest_survive_a_backup,
];

async fn commit(store: &Store, batch: CatalogBatch) -> Result<CatalogCommit, StoreError> {
    let batch = batch.pack()?;
    store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, at(9)))).await
}

async fn load(store: &Store, max_body: u64) -> Vec<StoredFragment> {
    let mut out = Vec::new();
    let each = |row: Result<StoredFragment, StoreError>| {
        out.push(row?);
        Ok(())
    };
    load_fragments(&mut store.reader().await.unwrap(), max_body, each).await.unwrap();
    out.sort_by(|a, b| (a.revision, a.kind, &a.language).cmp(&(b.revision, b.kind, &b.language)));
    out
}

fn write(place: usize, kind: FragmentKind, language: &str, body: Vec<u8>) -> FragmentWrite {
    FragmentWrite {
        revision: RevisionRef::New(place),
        kind,
        language: language.into(),
        plain_size: body.len() as u64 * 3,
        packed: body.len() > 1000,
        body,
    }
}

fn stored(revision: u32, write: &FragmentWrite, with_body: bool) -> StoredFragment {
    StoredFragment {
        revision: RevisionId(revision),
        kind: write.kind,
        language: write.language.clone(),
        plain_size: write.plain_size,
        packed: write.packed,
        size: write.body.len() as u64,
        body: with_body.then(|| write.body.clone()),
    }
}

fn batch(numbers: std::ops::Range<u128>, fragments: Vec<FragmentWrite>) -> CatalogBatch {
    let revisions = numbers.map(|n| windows_update(n).into()).collect();
    CatalogBatch { categories: categories(), revisions, fragments, ..CatalogBatch::default() }
}

async fn fragments_come_back(db: Database) {
    let store = db.open().await;
    let mut writes = Vec::new();
    // More rows and more bytes than go into one statement.
    for place in 0..300 {
        writes.push(write(place, FragmentKind::Core, "", vec![u8::try_from(place % 250).unwrap(); 30_000]));
        writes.push(write(place, FragmentKind::Localized, "en", b"<LocalizedProperties/>".to_vec()));
        writes.push(write(place, FragmentKind::Localized, "de", Vec::new()));
    }
    let done = commit(&store, batch(10..310, writes.clone())).await.unwrap();
    assert_eq!((done.new.len(), done.new.contains(&false)), (300, false));
    let mut expected: Vec<_> = writes
        .iter()
        .map(|w| {
            let RevisionRef::New(place) = w.revision else { unreachable!("made so above") };
            stored(u32::try_from(place).unwrap() + 1, w, true)
        })
        .collect();
    expected.sort_by(|a, b| (a.revision, a.kind, &a.language).cmp(&(b.revision, b.kind, &b.language)));
    assert_eq!(load(&store, u64::MAX).await, expected);
    for long in expected.iter_mut().filter(|f| f.size > 22) {
        long.body = None;
    }
    assert_eq!(load(&store, 22).await, expected);

    let mut reader = store.reader().await.unwrap();
    let one = fragment(&mut reader, RevisionId(300), FragmentKind::Core, "").await.unwrap();
    assert_eq!(one.and_then(|f| f.body), Some(vec![49; 30_000]));
    assert_eq!(fragment(&mut reader, RevisionId(300), FragmentKind::Localized, "fr").await.unwrap(), None);
    assert_eq!(store.check().await.unwrap(), []);
    drop(reader);
    db.execute("UPDATE update_fragment SET size = 5 WHERE revision_id = 7 AND language = 'en'").await;
    let mut reader = store.reader().await.unwrap();
    let error = fragment(&mut reader, RevisionId(7), FragmentKind::Localized, "en").await.unwrap_err();
    assert!(error.to_string().contains("table update_fragment, column body, row 7 2 en: 22 bytes where 5 belong"));
    drop(reader);
    store.close().await;
}

async fn documents_come_in_order(db: Database) {
    let store = db.open().await;
    let body = |n: usize| vec![u8::try_from(n).unwrap(); 9];
    let mut writes: Vec<_> = (0..5).map(|place| write(place, FragmentKind::Document, "", body(place))).collect();
    writes.push(write(2, FragmentKind::Core, "", b"core".to_vec()));
    commit(&store, batch(1..7, writes)).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let found = documents(&mut reader, RevisionId(1), RevisionId(4), 2).await.unwrap();
    let places: Vec<_> = found.iter().map(|document| (document.id.0, document.body.clone())).collect();
    assert_eq!(places, [(2, body(1)), (3, body(2))]);
    assert_eq!((found[0].revision.update, found[0].plain_size), (windows_update(2).id, 27));
    assert_eq!(documents(&mut reader, RevisionId(3), RevisionId(4), 9).await.unwrap().len(), 1);
    drop(reader);
    store.close().await;
}

async fn a_known_revision_keeps_its_fragments(db: Database) {
    let store = db.open().await;
    let first = write(0, FragmentKind::Core, "", b"first".to_vec());
    commit(&store, batch(1..2, vec![first.clone()])).await.unwrap();
    let second = vec![
        write(0, FragmentKind::Core, "", b"second".to_vec()),
        write(0, FragmentKind::Extended, "", b"second".to_vec()),
        write(1, FragmentKind::Core, "", b"other".to_vec()),
    ];
    let done = commit(&store, batch(1..3, second.clone())).await.unwrap();
    assert_eq!(done.new, [false, true]);
    let other = done.revisions[1].0;
    assert_eq!(load(&store, 100).await, [stored(1, &first, true), stored(other, &second[2], true)]);
    // By its number it can get what it lacks.
    let added = FragmentWrite { revision: RevisionRef::Stored(RevisionId(1)), ..second[1].clone() };
    let document = FragmentWrite { kind: FragmentKind::Document, ..added.clone() };
    commit(&store, CatalogBatch { fragments: vec![added, document], ..CatalogBatch::default() }).await.unwrap();
    assert_eq!(load(&store, 100).await[1], stored(1, &second[1], true));
    let of_one = fragments_of(&mut store.reader().await.unwrap(), RevisionId(1)).await.unwrap();
    assert_eq!(of_one, [stored(1, &first, true), stored(1, &second[1], true)]);
    store.close().await;
}

async fn what_cannot_be_stored_is_refused(db: Database) {
    let store = db.open().await;
    let long = write(0, FragmentKind::Core, "", vec![0; MAX_FRAGMENT + 1]);
    let of_nothing = write(1, FragmentKind::Core, "", vec![0]);
    for bad in [long, of_nothing] {
        let refused = commit(&store, batch(1..2, vec![bad])).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
    }
    assert_eq!(load(&store, 0).await, []);
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
    let writes = vec![
        write(0, FragmentKind::Core, "", body(1, MAX_FRAGMENT)),
        write(0, FragmentKind::Document, "", body(2, 5 << 20)),
        write(1, FragmentKind::Core, "", body(3, 10)),
    ];
    commit(&store, batch(1..3, writes.clone())).await.unwrap();
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    store.close().await;
    sluice_store::restore(&db.config(), &path).await.unwrap();
    let store = db.open().await;
    let mut reader = store.reader().await.unwrap();
    for (write, revision) in writes.iter().zip([1, 1, 2]) {
        let found = fragment(&mut reader, RevisionId(revision), write.kind, "").await.unwrap();
        assert!(found == Some(stored(revision, write, true)), "fragment {:?} of revision {revision}", write.kind);
    }
    drop(reader);
    // Whole documents are read one by one only.
    let loaded = load(&store, u64::MAX).await;
    assert_eq!(loaded.iter().map(|f| f.body.is_some()).collect::<Vec<_>>(), [true, false, true]);
    store.close().await;
}
