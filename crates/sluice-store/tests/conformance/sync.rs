//! Sources, the history of synchronizations, quarantine, alerts.

use sluice_model::{AlertId, SourceId, SyncExtent, SyncRunId, SyncTrigger};
use sluice_store::sync_run::{SyncRunEnd, SyncRunRecord};
use sluice_store::{StoreError, alert, quarantine, source, sync_run};

use crate::database::{Database, cases};
use crate::samples::{add_source, at, source_record, uuid};

cases![sources, history_in_pages, interrupted_runs_are_closed, quarantined_items, alerts_stay_open_until_cleared];

async fn sources(db: Database) {
    let store = db.open().await;
    let id = add_source(&store).await;
    let mut twin = source_record(2);
    twin.name = "Debian 1".into();
    let error = store.write(move |tx| Box::pin(async move { source::insert(tx, &twin).await })).await.unwrap_err();
    assert_eq!(error.to_string(), "there is already a source named Debian 1");
    let mut changed = source_record(1);
    changed.name = "Other".into();
    changed.enabled = false;
    let expected = changed.clone();
    store
        .write(move |tx| {
            Box::pin(async move {
                source::update(tx, &changed).await?;
                source::failed(tx, id, "no route to host").await
            })
        })
        .await
        .unwrap();
    let mut reader = store.reader().await.unwrap();
    let stored = source::get(&mut reader, id).await.unwrap().unwrap();
    assert_eq!(stored, source::SourceRecord { last_error: Some("no route to host".into()), ..expected.clone() });
    store.write(move |tx| Box::pin(source::succeeded(tx, id, at(50)))).await.unwrap();
    let listed = source::list(&mut reader).await.unwrap();
    assert_eq!(listed, [source::SourceRecord { last_success_at: Some(at(50)), ..expected }]);
    let gone = store.write(|tx| Box::pin(source::remove(tx, SourceId(uuid(9))))).await.unwrap_err();
    assert!(matches!(gone, StoreError::NotFound { what: "source", .. }));
    drop(reader);
    store.close().await;
}

fn run(number: u128, source: SourceId, second: i64) -> SyncRunRecord {
    SyncRunRecord {
        id: SyncRunId(uuid(number)),
        source,
        trigger: SyncTrigger::Schedule,
        extent: SyncExtent::Delta,
        started_at: at(second),
        end: None,
    }
}

async fn history_in_pages(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    for n in 0..5 {
        // Two start at the same moment.
        let record = run(n, source, i64::try_from(n / 2).unwrap());
        store.write(move |tx| Box::pin(async move { sync_run::start(tx, &record).await })).await.unwrap();
    }
    let end = SyncRunEnd { at: at(9), outcome: "success".into(), counts: r#"{"added":3}"#.into(), error: None };
    let expected = SyncRunRecord { end: Some(end.clone()), ..run(4, source, 2) };
    store.write(move |tx| Box::pin(async move { sync_run::end(tx, SyncRunId(uuid(4)), &end).await })).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(sync_run::get(&mut reader, SyncRunId(uuid(4))).await.unwrap(), Some(expected.clone()));
    for of in [None, Some(source)] {
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = sync_run::list(&mut reader, of, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.started_at, last.id));
            seen.extend(page.iter().map(|r| r.id.0.as_u128()));
        }
        assert_eq!(seen, [4, 3, 2, 1, 0]);
    }
    assert_eq!(sync_run::list(&mut reader, None, None, 1).await.unwrap(), [expected]);
    assert_eq!(sync_run::list(&mut reader, Some(SourceId(uuid(7))), None, 10).await.unwrap(), []);
    drop(reader);
    store.close().await;
}

async fn interrupted_runs_are_closed(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let record = run(1, source, 0);
    store.write(move |tx| Box::pin(async move { sync_run::start(tx, &record).await })).await.unwrap();
    assert_eq!(store.write(|tx| Box::pin(sync_run::interrupt_open(tx, at(5)))).await.unwrap(), 1);
    let stored = sync_run::get(&mut store.reader().await.unwrap(), SyncRunId(uuid(1))).await.unwrap().unwrap();
    let end = stored.end.unwrap();
    assert_eq!((end.at, end.outcome.as_str(), end.counts.as_str()), (at(5), "interrupted", "{}"));
    assert_eq!(store.write(|tx| Box::pin(sync_run::interrupt_open(tx, at(5)))).await.unwrap(), 0);
    store.close().await;
}

async fn quarantined_items(db: Database) {
    let store = db.open().await;
    let source = add_source(&store).await;
    let put = async |id: u128, reason: &str, second| {
        let entry = quarantine::QuarantineEntry {
            id: uuid(id),
            source,
            item: "openssl 3.0".into(),
            reason: reason.into(),
            detail: "line 7".into(),
        };
        store.write(move |tx| Box::pin(async move { quarantine::put(tx, &entry, at(second)).await })).await.unwrap();
    };
    let list = async |all| quarantine::list(&mut store.reader().await.unwrap(), all).await.unwrap();
    put(1, "no version", 1).await;
    put(2, "bad version", 2).await;
    let stored = list(false).await;
    let [one] = stored.as_slice() else { panic!("{stored:?}") };
    assert_eq!((one.id, one.reason.as_str(), one.attempts), (uuid(1), "bad version", 2));
    assert_eq!((one.first_at, one.last_at, one.resolved_at), (at(1), at(2), None));
    assert!(store.write(move |tx| Box::pin(quarantine::resolve(tx, source, "openssl 3.0", at(3)))).await.unwrap());
    assert!(!store.write(move |tx| Box::pin(quarantine::resolve(tx, source, "openssl 3.0", at(4)))).await.unwrap());
    assert_eq!(list(false).await, []);
    assert_eq!(list(true).await[0].resolved_at, Some(at(3)));
    // It fails again: a new story under the old row.
    put(3, "no version", 5).await;
    assert_eq!(list(false).await[0].first_at, at(5));
    store.write(|tx| Box::pin(quarantine::dismiss(tx, uuid(1), at(6)))).await.unwrap();
    let again = store.write(|tx| Box::pin(quarantine::dismiss(tx, uuid(1), at(6)))).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
    store.close().await;
}

async fn alerts_stay_open_until_cleared(db: Database) {
    let store = db.open().await;
    let raise = async |id, message: &'static str, second| {
        let id = AlertId(uuid(id));
        let raised =
            store.write(move |tx| Box::pin(alert::raise(tx, id, "sync-failed", "debian", message, at(second))));
        raised.await.unwrap()
    };
    assert!(raise(1, "unreachable", 1).await);
    assert!(!raise(2, "still unreachable", 2).await);
    let open = alert::open(&mut store.reader().await.unwrap()).await.unwrap();
    let [one] = open.as_slice() else { panic!("{open:?}") };
    assert_eq!((one.id.0, one.message.as_str()), (uuid(1), "still unreachable"));
    assert_eq!((one.raised_at, one.last_at), (at(1), at(2)));
    let clear = async |subject: &'static str, second| {
        store.write(move |tx| Box::pin(alert::clear(tx, "sync-failed", subject, at(second)))).await.unwrap()
    };
    assert!(!clear("ubuntu", 3).await);
    assert!(clear("debian", 3).await);
    assert!(!clear("debian", 4).await);
    assert_eq!(alert::open(&mut store.reader().await.unwrap()).await.unwrap(), []);
    assert!(raise(3, "unreachable", 5).await);
    let recent = alert::recent(&mut store.reader().await.unwrap(), 10).await.unwrap();
    assert_eq!(recent.iter().map(|a| a.cleared_at).collect::<Vec<_>>(), [None, Some(at(3))]);
    store.close().await;
}
