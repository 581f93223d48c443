//! Where files are, which could not be fetched, and which may go.

use sluice_model::{RevisionRef, SourceId, UpdateId};
use sluice_store::content_failure::ContentFailureRecord;
use sluice_store::content_file::ContentFileRecord;
use sluice_store::content_origin::ContentOriginRecord;
use sluice_store::file_key::FileKeyRecord;
use sluice_store::{Store, StoreError, content_failure, content_file, content_origin, file_key, source};

use crate::database::{Database, cases};
use crate::samples::{add_source, at, uuid};

cases![
    origins_follow_their_source,
    failures_come_and_go,
    files_know_who_wants_them,
    keys_come_for_files_that_are_wanted
];

fn origin(source: SourceId, byte: u8, url: &str) -> ContentOriginRecord {
    ContentOriginRecord {
        sha1: [byte; 20],
        source,
        url: url.into(),
        upstream_url: String::new(),
        size: Some(5 << 32),
        sha256: Some([byte; 32]),
    }
}

async fn origins_follow_their_source(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let records = vec![
        origin(source, 1, "http://a.example/old"),
        origin(source, 2, ""),
        origin(source, 1, "http://a.example/new"),
    ];
    store.write(move |tx| Box::pin(async move { content_origin::put_many(tx, &records).await })).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let found = content_origin::of_files(&mut reader, &[[1; 20], [9; 20], [2; 20]]).await.unwrap();
    assert_eq!(found, [origin(source, 1, "http://a.example/new"), origin(source, 2, "")]);
    let nobody = origin(SourceId(uuid(99)), 1, "");
    let refused = store.write(move |tx| Box::pin(async move { content_origin::put_many(tx, &[nobody]).await })).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    assert_eq!(store.check().await.unwrap(), []);

    store.write(move |tx| Box::pin(async move { source::remove(tx, source).await })).await.unwrap();
    assert_eq!(content_origin::of_files(&mut reader, &[[1; 20], [2; 20]]).await.unwrap(), []);
    drop(reader);
    store.close().await;
}

async fn failures_come_and_go(db: Database) {
    let store = db.open().await;
    let first = ContentFailureRecord {
        name: "A9993E364706816ABA3E25717850C26C9CD0D89D.exe".into(),
        reason: "no answer".into(),
        wrong: false,
        attempts: 1,
        first_at: at(1),
        last_at: at(1),
        next_at: at(61),
    };
    let second = ContentFailureRecord { reason: "another digest".into(), wrong: true, attempts: 2, ..first.clone() };
    for record in [first, second.clone()] {
        store.write(move |tx| Box::pin(async move { content_failure::put(tx, &record).await })).await.unwrap();
    }
    let list = content_failure::list(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(list.as_slice(), std::slice::from_ref(&second));
    for there in [true, false] {
        let name = second.name.clone();
        let gone = store.write(move |tx| Box::pin(async move { content_failure::remove(tx, &name).await })).await;
        assert_eq!(gone.unwrap(), there);
    }
    store.close().await;
}

async fn files_know_who_wants_them(db: Database) {
    let store = db.open().await;
    let names = ["A.cab".to_owned(), "B.cab".to_owned()];
    let all = names.clone();
    store
        .write(move |tx| {
            Box::pin(async move {
                content_file::uploaded(tx, "A.cab", at(1)).await?;
                content_file::unwanted(tx, &all, at(2)).await
            })
        })
        .await
        .unwrap();
    let record = |name: &str, uploaded, unwanted| ContentFileRecord {
        name: name.into(),
        uploaded_at: uploaded,
        unwanted_since: unwanted,
    };
    let mut reader = store.reader().await.unwrap();
    let listed = content_file::list(&mut reader).await.unwrap();
    assert_eq!(listed, [record("A.cab", Some(at(1)), Some(at(2))), record("B.cab", None, Some(at(2)))]);
    let [a, b] = names;
    store
        .write(move |tx| {
            Box::pin(async move {
                content_file::wanted(tx, &[a]).await?;
                content_file::removed(tx, &[b]).await
            })
        })
        .await
        .unwrap();
    assert_eq!(content_file::list(&mut reader).await.unwrap(), [record("A.cab", Some(at(1)), None)]);
    assert_eq!(store.check().await.unwrap(), []);
    drop(reader);
    store.close().await;
}

/// All keys, by file.
pub async fn keys(store: &Store) -> Vec<FileKeyRecord> {
    let mut all = Vec::new();
    let mut reader = store.reader().await.unwrap();
    file_key::load(&mut reader, |row| {
        all.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    all.sort_by_key(|record| record.sha1);
    all
}

async fn keys_come_for_files_that_are_wanted(db: Database) {
    let store = db.open().await;
    let revision = |number| RevisionRef { update: UpdateId(uuid(1)), number };
    let wanted = vec![([1; 20], revision(1)), ([2; 20], revision(1)), ([1; 20], revision(2))];
    store.write(move |tx| Box::pin(async move { file_key::want(tx, &wanted).await })).await.unwrap();
    let keys_that_came = vec![([1; 20], vec![0, 255, 7]), ([9; 20], vec![9])];
    store.write(move |tx| Box::pin(async move { file_key::put(tx, &keys_that_came).await })).await.unwrap();
    let record = |byte, number, key| FileKeyRecord { sha1: [byte; 20], revision: revision(number), key };
    assert_eq!(keys(&store).await, [record(1, 2, Some(vec![0, 255, 7])), record(2, 1, None)]);
    // Wanted by another revision as well: the key stays.
    let wanted = vec![([1; 20], revision(3))];
    store.write(move |tx| Box::pin(async move { file_key::want(tx, &wanted).await })).await.unwrap();
    assert_eq!(keys(&store).await[0], record(1, 3, Some(vec![0, 255, 7])));
    assert!(!format!("{:?}", keys(&store).await).contains("255"), "keys are secrets");
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}
