//! What is remembered of upstream servers, and what came from them.

use sluice_model::SourceId;
use sluice_store::inherited::{InheritedKind, InheritedRecord};
use sluice_store::upstream::UpstreamRecord;
use sluice_store::{StoreError, inherited, source, upstream};

use crate::database::{Database, cases};
use crate::samples::{add_source, uuid};

cases![anchors_are_remembered, origins_go_with_their_source];

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
