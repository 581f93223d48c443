//! What is remembered of upstream servers, and what came from them.

use sluice_model::{DeviceId, SourceId};
use sluice_store::inherited::{InheritedKind, InheritedRecord};
use sluice_store::rollup_sent::RollupSentRecord;
use sluice_store::upstream::UpstreamRecord;
use sluice_store::{Store, StoreError, inherited, rollup_sent, source, upstream};

use crate::database::{Database, cases};
use crate::samples::{add_source, at, uuid};

cases![anchors_are_remembered, origins_go_with_their_source, what_was_told_is_remembered];

fn record(source: SourceId) -> UpstreamRecord {
    UpstreamRecord {
        source,
        account: uuid(77),
        server: "http://wsus.example:8530".into(),
        lists_anchor: Some("9438,2026-10-04 16:33:26.668".into()),
        updates_anchor: None,
        filter: None,
        deployments_anchor: None,
    }
}

async fn anchors_are_remembered(db: Database) {
    let store = db.open().await;
    let id = add_source(&store).await;
    let stranger = record(SourceId(uuid(9)));
    let error = store.write(move |tx| Box::pin(async move { upstream::put(tx, &stranger).await })).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference { .. }), "{error}");
    let later = UpstreamRecord { updates_anchor: Some("b".into()), filter: Some("{}".into()), ..record(id) };
    for record in [record(id), later.clone()] {
        store.write(move |tx| Box::pin(async move { upstream::put(tx, &record).await })).await.unwrap();
    }
    let mut reader = store.reader().await.unwrap();
    assert_eq!(upstream::get(&mut reader, id).await.unwrap(), Some(later.clone()));
    assert_eq!(upstream::list(&mut reader).await.unwrap(), [later]);
    store.write(move |tx| Box::pin(source::remove(tx, id))).await.unwrap();
    assert_eq!(upstream::get(&mut reader, id).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn origins_go_with_their_source(db: Database) {
    let store = db.open().await;
    let id = add_source(&store).await;
    let item = |kind, number| InheritedRecord { kind, item: uuid(number), source: id };
    let all = [
        item(InheritedKind::Collection, 1),
        item(InheritedKind::Collection, 2),
        item(InheritedKind::Decline, 1),
        item(InheritedKind::Deployment, 1),
        item(InheritedKind::Licence, 1),
    ];
    for _ in 0..2 {
        store.write(move |tx| Box::pin(async move { inherited::put(tx, &all).await })).await.unwrap();
    }
    let mut reader = store.reader().await.unwrap();
    assert_eq!(inherited::list(&mut reader).await.unwrap(), all);
    let gone = [uuid(1), uuid(9)];
    store
        .write(move |tx| Box::pin(async move { inherited::remove(tx, InheritedKind::Collection, &gone).await }))
        .await
        .unwrap();
    assert_eq!(inherited::list(&mut reader).await.unwrap(), all[1..]);
    store.write(move |tx| Box::pin(inherited::forget(tx, SourceId(uuid(9))))).await.unwrap();
    assert_eq!(inherited::list(&mut reader).await.unwrap(), all[1..]);
    store.write(move |tx| Box::pin(source::remove(tx, id))).await.unwrap();
    assert_eq!(inherited::list(&mut reader).await.unwrap(), []);
    drop(reader);
    store.close().await;
}

async fn told(store: &Store, source: SourceId) -> Vec<RollupSentRecord> {
    let mut found = Vec::new();
    let mut reader = store.reader().await.unwrap();
    rollup_sent::of_source(&mut reader, source, |row| {
        found.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    found.sort_by_key(|record| record.device);
    found
}

async fn what_was_told_is_remembered(db: Database) {
    let store = db.open().await;
    let id = add_source(&store).await;
    let record = |device| RollupSentRecord {
        source: id,
        device: DeviceId(uuid(device)),
        upstream: uuid(5),
        number: 3,
        details: i64::MIN,
        states: -1,
        removed_at: None,
    };
    let removed = RollupSentRecord { removed_at: Some(at(9)), number: i32::MAX, ..record(2) };
    let all = [record(1), record(2), removed];
    for _ in 0..2 {
        store.write(move |tx| Box::pin(async move { rollup_sent::put(tx, &all).await })).await.unwrap();
    }
    assert_eq!(told(&store, id).await, [record(1), removed], "of several of a device the last");
    assert_eq!(told(&store, SourceId(uuid(9))).await, []);
    let gone = [DeviceId(uuid(1)), DeviceId(uuid(7))];
    store.write(move |tx| Box::pin(async move { rollup_sent::remove(tx, id, &gone).await })).await.unwrap();
    assert_eq!(told(&store, id).await, [removed]);
    store.write(move |tx| Box::pin(source::remove(tx, id))).await.unwrap();
    assert_eq!(told(&store, id).await, []);
    let stranger = RollupSentRecord { source: SourceId(uuid(9)), ..record(1) };
    let refused = store.write(move |tx| Box::pin(async move { rollup_sent::put(tx, &[stranger]).await })).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })));
    store.close().await;
}
