//! Servers further down and the devices they report.

use sluice_model::{DeviceId, ErrorCode, ReportedState, RevisionId, ServerId, UpdateId, WindowsComputer};
use sluice_store::downstream_computer::{DownstreamComputerRecord, PackedComputer};
use sluice_store::downstream_server::{DownstreamServerRecord, PackedServer, ServerStanding};
use sluice_store::downstream_status::{DownstreamStatusRecord, PackedDownstreamStatus};
use sluice_store::{Store, StoreError, downstream_computer, downstream_server, downstream_status, windows_client};

use crate::database::{Database, cases};
use crate::samples::{add_windows_device, at, uuid};

cases![servers_come_back, computers_come_back, statuses_are_replaced];

const ONE: DeviceId = DeviceId(uuid::Uuid::from_u128(1));

fn server(number: u128) -> ServerId {
    ServerId(uuid(number))
}

fn record(number: u128) -> DownstreamServerRecord {
    DownstreamServerRecord {
        id: server(number),
        standing: ServerStanding::Approved,
        parent: None,
        name: format!("wsus-{number}.example"),
        added_at: at(1),
        last_contact: Some(at(2)),
        address: "192.0.2.7".into(),
        version: "10.0.26100.1".into(),
        protocol: "1.20".into(),
        sluice: false,
        replica: true,
        last_sync_at: Some(at(3)),
        last_rollup_at: None,
        summary: Some([7; 18]),
        systems: vec![("Windows 11".into(), 12)],
        told: vec![(at(1), 5), (at(2), 9)],
    }
}

async fn all(store: &Store) -> Vec<DownstreamServerRecord> {
    let mut found = Vec::new();
    downstream_server::load(&mut store.reader().await.unwrap(), |row| {
        found.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    found.sort_by_key(|record| record.id);
    found
}

async fn servers_come_back(db: Database) {
    let store = db.open().await;
    let below = DownstreamServerRecord {
        standing: ServerStanding::Below,
        parent: Some(server(1)),
        last_contact: None,
        summary: None,
        ..record(2)
    };
    let put = async |records: &[DownstreamServerRecord]| {
        let packed: Vec<_> = records.iter().map(|record| PackedServer::new(record).unwrap()).collect();
        store.write(move |tx| Box::pin(async move { downstream_server::put(tx, &packed).await })).await.unwrap();
    };
    put(&[record(1), below.clone()]).await;
    assert_eq!(all(&store).await, [record(1), below.clone()]);
    let renamed = DownstreamServerRecord { name: "other".into(), standing: ServerStanding::Admitted, ..record(1) };
    put(&[record(1), renamed.clone()]).await;
    assert_eq!(all(&store).await, [renamed, below.clone()]);
    store.write(|tx| Box::pin(downstream_server::remove(tx, server(1)))).await.unwrap();
    assert_eq!(all(&store).await, [below]);
    let again = store.write(|tx| Box::pin(downstream_server::remove(tx, server(1)))).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })), "{again:?}");
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

fn computer() -> DownstreamComputerRecord {
    DownstreamComputerRecord {
        device: ONE,
        reporter: server(1),
        removed: false,
        server: server(2),
        computer_id: "1b8f4b9c-3a0e-4a8c-9a8b-5c4d3e2f1a0b".into(),
        name: "pc-1.example".into(),
        address: "192.0.2.20".into(),
        family: "Windows".into(),
        computer: WindowsComputer { os_version: [10, 0, 26100], ..WindowsComputer::default() },
        requested_groups: vec!["Ring 1".into()],
        last_scan_at: None,
        last_scan_error: None,
    }
}

async fn computers(store: &Store) -> Vec<DownstreamComputerRecord> {
    let mut found = Vec::new();
    downstream_computer::load(&mut store.reader().await.unwrap(), |row| {
        found.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    found
}

async fn computers_come_back(db: Database) {
    let store = db.open().await;
    let put = async |record: &DownstreamComputerRecord| {
        let packed = PackedComputer::new(record).unwrap();
        store.write(move |tx| Box::pin(async move { downstream_computer::put(tx, &[packed]).await })).await
    };
    assert!(matches!(put(&computer()).await, Err(StoreError::Reference { table: "downstream_computer" })));
    add_windows_device(&store, 1).await;
    put(&computer()).await.unwrap();
    assert_eq!(computers(&store).await, [computer()]);
    let scan = [(ONE, at(9), Some(ErrorCode(0x8000_4005)))];
    store
        .write(move |tx| {
            Box::pin(async move {
                windows_client::scanned(tx, &scan).await?;
                downstream_computer::set_server(tx, ONE, server(3)).await?;
                downstream_computer::set_removed(tx, ONE).await
            })
        })
        .await
        .unwrap();
    let expected = DownstreamComputerRecord {
        server: server(3),
        removed: true,
        last_scan_at: Some(at(9)),
        last_scan_error: Some(ErrorCode(0x8000_4005)),
        ..computer()
    };
    assert_eq!(computers(&store).await, [expected]);
    store.write(|tx| Box::pin(async move { downstream_computer::remove(tx, &[ONE]).await })).await.unwrap();
    assert_eq!(computers(&store).await, []);
    store.close().await;
}

async fn statuses_are_replaced(db: Database) {
    let store = db.open().await;
    add_windows_device(&store, 1).await;
    let status = |rollup, state| DownstreamStatusRecord {
        device: ONE,
        rollup,
        at: at(4),
        covered: RevisionId(77),
        states: vec![(UpdateId(uuid(5)), state, at(3)), (UpdateId(uuid(6)), ReportedState::RestartPending, at(2))],
    };
    for record in [status(1, ReportedState::Needed), status(2, ReportedState::Installed)] {
        let packed = PackedDownstreamStatus::new(&record).unwrap();
        store.write(move |tx| Box::pin(async move { downstream_status::put(tx, &[packed]).await })).await.unwrap();
        let found = downstream_status::get(&mut store.reader().await.unwrap(), ONE).await.unwrap();
        assert_eq!(found, Some(record));
    }
    let mut loaded = Vec::new();
    downstream_status::load(&mut store.reader().await.unwrap(), |row| {
        loaded.push(row?.rollup);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(loaded, [2]);
    assert_eq!(store.check().await.unwrap(), []);
    store.write(|tx| Box::pin(downstream_status::remove(tx, ONE))).await.unwrap();
    assert_eq!(downstream_status::get(&mut store.reader().await.unwrap(), ONE).await.unwrap(), None);
    store.close().await;
}
