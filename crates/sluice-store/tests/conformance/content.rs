//! Where files are, which could not be fetched, and which may go.

use sluice_model::SourceId;
use sluice_store::content_failure::ContentFailureRecord;
use sluice_store::content_file::ContentFileRecord;
use sluice_store::content_origin::ContentOriginRecord;
use sluice_store::{StoreError, content_failure, content_file, content_origin, source};

use crate::database::{Database, cases};
use crate::samples::{add_source, at, uuid};

cases![origins_follow_their_source, failures_come_and_go, files_know_who_wants_them];

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
