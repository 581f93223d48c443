//! Trusted keys and the history of bundles.

use sluice_model::{CategoryId, DeploymentId, Name, RevisionId, UpdateGroupId, UpdateId};
use sluice_store::bundle_export::{ExportEnd, ExportRecord};
use sluice_store::bundle_import::ImportRecord;
use sluice_store::bundle_signer::{Brought, SignerRecord};
use sluice_store::{StoreError, bundle_export, bundle_import, bundle_signer};

use crate::database::{Database, cases};
use crate::samples::{at, uuid};

cases![keys_come_and_go, what_was_brought_is_remembered, exports_are_numbered, the_last_import_counts];

async fn keys_come_and_go(db: Database) {
    let store = db.open().await;
    let signer = |n: u8, name| SignerRecord {
        key: [n; 32],
        name: Name::new(name).unwrap(),
        added_at: at(1),
        added_by: "ada".into(),
    };
    let add = async |signer: SignerRecord| {
        store.write(move |tx| Box::pin(async move { bundle_signer::insert(tx, &signer).await })).await
    };
    add(signer(1, "North")).await.unwrap();
    add(signer(2, "East")).await.unwrap();
    for again in [signer(1, "Other"), signer(3, "North")] {
        assert!(matches!(add(again).await, Err(StoreError::Conflict { .. })));
    }
    let list = bundle_signer::list(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(list, [signer(2, "East"), signer(1, "North")]);
    store.write(|tx| Box::pin(bundle_signer::remove(tx, [1; 32]))).await.unwrap();
    let gone = store.write(|tx| Box::pin(bundle_signer::remove(tx, [1; 32]))).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn what_was_brought_is_remembered(db: Database) {
    let store = db.open().await;
    let brought = async || bundle_signer::brought(&mut store.reader().await.unwrap(), [1; 32]).await.unwrap();
    assert_eq!(brought().await, Brought::default());
    for n in 1..3 {
        let new = Brought {
            licences: vec![uuid::Uuid::from_u128(9)],
            declined: (0..n).map(|n| UpdateId(uuid(n))).collect(),
            deselected: vec![CategoryId(uuid(1))],
            groups: vec![UpdateGroupId(uuid(2))],
            deployments: vec![DeploymentId(uuid(3))],
        };
        let write = new.clone();
        store.write(move |tx| Box::pin(async move { bundle_signer::bring(tx, [1; 32], &write).await })).await.unwrap();
        assert_eq!(brought().await, new);
    }
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn exports_are_numbered(db: Database) {
    let store = db.open().await;
    let export = |n| ExportRecord {
        id: uuid(n),
        sequence: 0,
        previous: Some(uuid(9)),
        started_at: at(1),
        started_by: "ada".into(),
        expires_at: at(9),
        intended: Some(uuid(8)),
        parts: "documents".into(),
        content: "all".into(),
        revision: RevisionId(7),
        end: None,
    };
    for n in 1..=2 {
        let sequence =
            store.write(move |tx| Box::pin(async move { bundle_export::begin(tx, &export(n)).await })).await.unwrap();
        assert_eq!(u128::from(sequence), n);
    }
    let end = ExportEnd { at: at(2), bytes: 3, documents: 4, files: 5, hash: [6; 32] };
    let write = end.clone();
    store
        .write(move |tx| Box::pin(async move { bundle_export::end(tx, uuid(2), &write, vec![1; 40]).await }))
        .await
        .unwrap();
    let mut reader = store.reader().await.unwrap();
    let second = ExportRecord { sequence: 2, end: Some(end), ..export(2) };
    assert_eq!(bundle_export::get(&mut reader, uuid(2)).await.unwrap(), Some(second.clone()));
    let list = bundle_export::list(&mut reader, 10).await.unwrap();
    assert_eq!(list, [second, ExportRecord { sequence: 1, ..export(1) }]);
    assert_eq!(bundle_export::carried(&mut reader, uuid(2)).await.unwrap(), [1; 40]);
    assert_eq!(bundle_export::carried(&mut reader, uuid(1)).await.unwrap(), [0_u8; 0]);
    drop(reader);
    assert_eq!(store.check().await.unwrap(), []);
    store.write(|tx| Box::pin(bundle_export::forget(tx, 1))).await.unwrap();
    assert_eq!(bundle_export::list(&mut store.reader().await.unwrap(), 10).await.unwrap().len(), 1);
    store.close().await;
}

async fn the_last_import_counts(db: Database) {
    let store = db.open().await;
    let import = |n| ImportRecord {
        id: uuid(n),
        signer: [1; 32],
        site: uuid(5),
        site_name: "North".into(),
        sequence: u64::try_from(n).unwrap(),
        previous: None,
        created_at: at(1),
        hash: [2; 32],
        started_at: at(3),
        started_by: "ada".into(),
        parts: "documents".into(),
        step: "documents".into(),
        ended_at: None,
        documents: 1,
        files: 2,
        bytes: 3,
    };
    let begin = async |record: ImportRecord| {
        store.write(move |tx| Box::pin(async move { bundle_import::begin(tx, &record).await })).await.unwrap();
    };
    let last = async || bundle_import::last(&mut store.reader().await.unwrap(), [1; 32]).await.unwrap();
    for n in 1..=3 {
        begin(import(n)).await;
    }
    assert_eq!(last().await, None);
    for n in [2, 1] {
        store.write(move |tx| Box::pin(bundle_import::done(tx, uuid(n), "done", "all", at(4)))).await.unwrap();
    }
    let done = ImportRecord { step: "done".into(), parts: "all".into(), ended_at: Some(at(4)), ..import(2) };
    assert_eq!(last().await, Some(done.clone()));
    let reached = async || {
        let found = bundle_import::reached(&mut store.reader().await.unwrap(), [1; 32], "decisions").await;
        found.unwrap().map(|import| import.sequence)
    };
    assert_eq!(reached().await, Some(2));
    store.write(move |tx| Box::pin(bundle_import::step(tx, uuid(3), "decisions"))).await.unwrap();
    assert_eq!((reached().await, last().await), (Some(3), Some(done.clone())));
    // Begun again, for more: what is here is what was done.
    begin(ImportRecord { parts: "more".into(), ..import(2) }).await;
    assert_eq!(last().await, Some(ImportRecord { step: "documents".into(), ..done }));
    let one = bundle_import::one(&mut store.reader().await.unwrap(), uuid(3)).await.unwrap();
    assert_eq!(one, Some(ImportRecord { step: "decisions".into(), ..import(3) }));
    begin(ImportRecord { started_at: at(9), started_by: "bob".into(), ..import(3) }).await;
    let list = bundle_import::list(&mut store.reader().await.unwrap(), 10).await.unwrap();
    assert_eq!((list.len(), list[0].id, list[0].started_by.as_str()), (3, uuid(3), "bob"));
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}
