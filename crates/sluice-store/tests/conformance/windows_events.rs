//! Events of Windows devices.

use futures_util::future::join_all;
use sluice_model::{DeviceId, ErrorCode, UpdateId};
use sluice_store::windows_event::{self, MAX_EVENTS, PackedEvents, StoredWindowsEvent, WindowsEvent};
use sluice_store::{Store, StoreError};

use crate::database::{Database, cases};
use crate::samples::{add_windows_device, at, uuid};

cases![
    an_event_counts_once,
    events_in_pages,
    only_the_newest_of_a_device_stay,
    old_events_go_a_few_at_a_time,
    many_devices_at_once,
];

const ONE: DeviceId = DeviceId(uuid::Uuid::from_u128(1));

fn event(instance: u128) -> WindowsEvent {
    WindowsEvent {
        instance: uuid(instance),
        at: at(-5),
        event_id: 182,
        update: instance.is_multiple_of(2).then(|| UpdateId(uuid(instance))),
        revision: 201,
        result: ErrorCode(0x8024_0438),
        details: vec![("AppName".into(), "UpdateOrchestrator".into())],
    }
}

async fn ingest(store: &Store, device: u128, second: i64, events: Vec<WindowsEvent>) -> Result<Vec<bool>, StoreError> {
    let packed = PackedEvents::new(events)?;
    let device = DeviceId(uuid(device));
    store.write(move |tx| Box::pin(async move { windows_event::ingest(tx, device, at(second), &packed).await })).await
}

async fn count(store: &Store) -> usize {
    let mut count = 0;
    windows_event::load(&mut store.reader().await.unwrap(), |row| row.map(|_| count += 1)).await.unwrap();
    count
}

async fn an_event_counts_once(db: Database) {
    let store = db.open().await;
    for n in 1..=2 {
        add_windows_device(&store, n).await;
    }
    assert_eq!(ingest(&store, 1, 1, vec![]).await.unwrap(), []);
    assert_eq!(ingest(&store, 1, 1, [1, 2, 1].map(event).into()).await.unwrap(), [true, true, false]);
    assert_eq!(ingest(&store, 1, 2, [2, 3].map(event).into()).await.unwrap(), [false, true]);
    assert_eq!(ingest(&store, 1, 3, [2, 3].map(event).into()).await.unwrap(), [false, false]);
    // What is unique on one device is not on all.
    assert_eq!(ingest(&store, 2, 3, vec![event(1)]).await.unwrap(), [true]);
    let unknown = ingest(&store, 9, 3, vec![event(1)]).await;
    assert!(matches!(unknown, Err(StoreError::Reference { table: "windows_event" })), "{unknown:?}");
    assert_eq!(count(&store).await, 4);
    let page = windows_event::page(&mut store.reader().await.unwrap(), ONE, None, 1).await.unwrap();
    let expected = StoredWindowsEvent { seq: page[0].seq, device: ONE, received_at: at(2), event: event(3) };
    assert_eq!(page, [expected]);
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn events_in_pages(db: Database) {
    let store = db.open().await;
    for n in 1..=2 {
        add_windows_device(&store, n).await;
        // More than one statement.
        assert_eq!(ingest(&store, n, 1, (0..700).map(event).collect()).await.unwrap(), vec![true; 700]);
    }
    let mut reader = store.reader().await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = windows_event::page(&mut reader, ONE, before, 300).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        seen.extend(page.into_iter().map(|e| e.event));
    }
    assert_eq!(seen, (0..700).rev().map(event).collect::<Vec<_>>());
    drop(reader);
    store.close().await;
}

async fn only_the_newest_of_a_device_stay(db: Database) {
    let store = db.open().await;
    for n in 1..=2 {
        add_windows_device(&store, n).await;
    }
    ingest(&store, 2, 1, vec![event(0)]).await.unwrap();
    let most = u128::from(MAX_EVENTS);
    ingest(&store, 1, 1, (0..most).map(event).collect()).await.unwrap();
    ingest(&store, 1, 2, (most..most + 10).map(event).collect()).await.unwrap();
    assert_eq!(count(&store).await, MAX_EVENTS as usize + 1);
    let newest = windows_event::page(&mut store.reader().await.unwrap(), ONE, None, 1).await.unwrap();
    assert_eq!(newest[0].event, event(most + 9));
    store.close().await;
}

async fn old_events_go_a_few_at_a_time(db: Database) {
    let store = db.open().await;
    add_windows_device(&store, 1).await;
    for second in 0..10 {
        let first = u128::try_from(second).unwrap() * 10;
        ingest(&store, 1, second, (first..first + 10).map(event).collect()).await.unwrap();
    }
    let prune = async |second, limit| {
        store.write(move |tx| Box::pin(windows_event::prune(tx, at(second), limit))).await.unwrap()
    };
    assert_eq!(prune(5, 30).await, 30);
    assert_eq!(prune(5, 30).await, 20);
    assert_eq!(prune(5, 30).await, 0);
    assert_eq!(count(&store).await, 50);
    store.close().await;
}

/// Many at once share commits, and each gets its own answer.
async fn many_devices_at_once(db: Database) {
    let store = db.open().await;
    for n in 1..=20 {
        add_windows_device(&store, n).await;
    }
    let jobs = (0..400_u128).map(|n| {
        let store = store.clone();
        async move { ingest(&store, n % 20 + 1, 1, vec![event(n / 40), event(1000 + n)]).await.unwrap() }
    });
    let answers = join_all(jobs).await;
    assert!(answers.iter().all(|new| new[1]));
    // Every device sent each of ten events twice.
    assert_eq!(answers.iter().filter(|new| new[0]).count(), 200);
    assert_eq!(count(&store).await, 600);
    store.close().await;
}
