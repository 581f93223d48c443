//! Windows devices, what they report, and what is decided about updates for them.

use sluice_model::{CategoryId, DeviceId, DeviceKind, ErrorCode, ReportedState, RevisionId, UpdateId, WindowsComputer};
use sluice_store::counter::{self, Counter};
use sluice_store::declined::DeclinedRecord;
use sluice_store::device::NewDevice;
use sluice_store::licence::LicenceAcceptance;
use sluice_store::windows_client::{PackedWindowsClient, SeenMachine, WindowsClientRecord};
use sluice_store::windows_status::{PackedStatus, WindowsStatusRecord};
use sluice_store::{
    Store, StoreError, catalog, declined, deselected, device, licence, update_change, windows_client, windows_status,
};

use crate::database::{Database, cases};
use crate::samples::{add_device, add_windows_device, at, categories, new_device, uuid, windows_update};

cases![
    a_windows_revision_comes_back,
    a_device_registers_again,
    clients_come_back,
    a_status_replaces_the_one_before,
    changes_are_numbered,
    updates_are_declined,
    categories_are_deselected,
    licences_are_accepted,
    what_is_forgotten_leaves_nothing,
];

const ONE: DeviceId = DeviceId(uuid::Uuid::from_u128(1));

fn id(number: u128) -> UpdateId {
    UpdateId(uuid(number))
}

async fn a_windows_revision_comes_back(db: Database) {
    let store = db.open().await;
    let update = windows_update(5_034_441);
    let batch = catalog::CatalogBatch {
        categories: categories(),
        revisions: vec![update.clone().into()],
        ..catalog::CatalogBatch::default()
    };
    let batch = batch.pack().unwrap();
    store.write(move |tx| Box::pin(catalog::commit_sync_batch(tx, batch, at(1)))).await.unwrap();
    let mut found = Vec::new();
    catalog::load_revisions(&mut store.reader().await.unwrap(), None, |row| {
        found.push(row?.update);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(found, [update]);
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn a_device_registers_again(db: Database) {
    let store = db.open().await;
    let first = add_windows_device(&store, 1).await;
    assert_eq!((first.kind, first.secret_hash), (DeviceKind::Windows, None));
    store.write(|tx| Box::pin(device::remove(tx, ONE, at(3)))).await.unwrap();
    let again = NewDevice { kind: DeviceKind::Windows, secret_hash: None, hostname: "new".into(), ..new_device(1) };
    let again = store.write(move |tx| Box::pin(device::register(tx, again, at(5)))).await.unwrap();
    let expected = device::DeviceRecord { hostname: "new".into(), enrolled_at: at(5), ..first };
    assert_eq!(again, expected);
    assert_eq!(device::get(&mut store.reader().await.unwrap(), ONE).await.unwrap(), Some(expected));
    // The next device does not get its number.
    assert!(add_device(&store, 2).await.unwrap().number > first.number);
    let other = store.write(|tx| Box::pin(device::register(tx, new_device(1), at(6)))).await;
    assert!(matches!(other, Err(StoreError::Conflict { .. })), "{other:?}");
    store.close().await;
}

fn client() -> WindowsClientRecord {
    WindowsClientRecord {
        device: ONE,
        client_id: "1B8F4B9C-3A0E-4A8C-9A8B-5C4D3E2F1A0B".into(),
        registered_at: at(1),
        dns_name: "pc-1.example".into(),
        target_groups: vec!["Ring 1".into(), "Büro".into()],
        protocol: "2.74".into(),
        computer: WindowsComputer {
            os_version: [10, 0, 26100],
            service_pack: [0, 0],
            os_description: "Windows 10 Pro".into(),
            locale: "de-DE".into(),
            architecture: "AMD64".into(),
            edition: 48,
            product_type: 1,
            suite_mask: -1,
            agent_version: [10, 0, 26100, 4652],
            manufacturer: "Contoso".into(),
            model: "Model 1".into(),
            firmware_name: "UEFI".into(),
            firmware_version: "1.2.3".into(),
            device_type: "Windows.Desktop".into(),
        },
        attributes: vec![("BranchReadinessLevel".into(), "CB".into())],
        identities: vec![SeenMachine {
            name: "pc-1.example".into(),
            hardware: "Contoso Model 1".into(),
            first_at: at(1),
            last_at: at(2),
            sightings: 3,
        }],
        last_scan_at: None,
        last_scan_error: None,
    }
}

async fn upsert(store: &Store, client: &WindowsClientRecord) -> Result<(), StoreError> {
    let packed = PackedWindowsClient::new(client)?;
    store.write(move |tx| Box::pin(windows_client::upsert(tx, packed))).await
}

async fn clients_come_back(db: Database) {
    let store = db.open().await;
    assert!(matches!(upsert(&store, &client()).await, Err(StoreError::Reference { table: "windows_client" })));
    add_windows_device(&store, 1).await;
    upsert(&store, &client()).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(windows_client::get(&mut reader, ONE).await.unwrap(), Some(client()));
    let scanned = async |second, error: Option<u32>| {
        let scan = [(ONE, at(0), Some(ErrorCode(1))), (ONE, at(second), error.map(ErrorCode))];
        store.write(move |tx| Box::pin(async move { windows_client::scanned(tx, &scan).await })).await.unwrap();
    };
    scanned(10, Some(0x8024_402c)).await;
    scanned(5, None).await;
    // What is registered again leaves the scan as it was.
    let renamed = WindowsClientRecord { dns_name: "pc-2.example".into(), registered_at: at(20), ..client() };
    upsert(&store, &renamed).await.unwrap();
    let expected = WindowsClientRecord {
        last_scan_at: Some(at(10)),
        last_scan_error: Some(ErrorCode(0x8024_402c)),
        ..renamed.clone()
    };
    let mut all = Vec::new();
    windows_client::load(&mut reader, |row| {
        all.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(all, [expected]);
    scanned(11, None).await;
    let last = windows_client::get(&mut reader, ONE).await.unwrap().unwrap();
    assert_eq!((last.last_scan_at, last.last_scan_error), (Some(at(11)), None));
    assert_eq!(store.check().await.unwrap(), []);
    store.write(|tx| Box::pin(windows_client::remove(tx, ONE))).await.unwrap();
    assert_eq!(windows_client::get(&mut reader, ONE).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn a_status_replaces_the_one_before(db: Database) {
    let store = db.open().await;
    add_windows_device(&store, 1).await;
    let replace = async |second, covered, states: &[(UpdateId, ReportedState)]| {
        let packed = PackedStatus::new(states).unwrap();
        let job =
            store.write(move |tx| Box::pin(windows_status::replace(tx, ONE, at(second), RevisionId(covered), packed)));
        job.await.unwrap();
    };
    let all: Vec<_> = (0..5000).map(|n| (id(n), ReportedState::ALL[usize::try_from(n % 5).unwrap()])).collect();
    replace(1, 9000, &all).await;
    let mut reader = store.reader().await.unwrap();
    let mut found = windows_status::get(&mut reader, ONE).await.unwrap().unwrap();
    found.states.sort_unstable();
    assert_eq!(found, WindowsStatusRecord { device: ONE, at: at(1), covered: RevisionId(9000), states: all });
    replace(2, 9001, &[(id(7), ReportedState::Needed)]).await;
    let expected = WindowsStatusRecord {
        device: ONE,
        at: at(2),
        covered: RevisionId(9001),
        states: vec![(id(7), ReportedState::Needed)],
    };
    let mut loaded = Vec::new();
    windows_status::load(&mut reader, |row| {
        loaded.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(loaded, [expected]);
    store.write(|tx| Box::pin(windows_status::remove(tx, ONE))).await.unwrap();
    assert_eq!(windows_status::get(&mut reader, ONE).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn changes_are_numbered(db: Database) {
    let store = db.open().await;
    let touch = async |updates: Vec<u128>| {
        let updates: Vec<_> = updates.into_iter().map(id).collect();
        store.write(move |tx| Box::pin(async move { update_change::touch(tx, &updates).await })).await.unwrap()
    };
    assert_eq!(touch(vec![]).await, 0);
    assert_eq!(touch(vec![1, 2, 1]).await, 1);
    assert_eq!(touch(vec![2, 3]).await, 2);
    assert_eq!(touch(vec![]).await, 2);
    // More than one statement.
    assert_eq!(touch((100..1500).collect()).await, 3);
    let mut reader = store.reader().await.unwrap();
    let mut found = update_change::load(&mut reader).await.unwrap();
    found.sort_unstable();
    assert_eq!(found[..3], [(id(1), 1), (id(2), 2), (id(3), 2)]);
    assert_eq!((found.len(), counter::last(&mut reader, Counter::Change).await.unwrap()), (1403, 3));
    drop(reader);
    // A client may know a later number than the backup has.
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    assert_eq!(touch(vec![1]).await, 4);
    store.close().await;
    sluice_store::restore(&db.config(), &path).await.unwrap();
    let store = db.open().await;
    let next = store.write(|tx| Box::pin(async move { update_change::touch(tx, &[id(1)]).await })).await.unwrap();
    assert!(next > 4, "{next}");
    store.close().await;
}

async fn updates_are_declined(db: Database) {
    let store = db.open().await;
    let record = |n, second, reason: &str| DeclinedRecord {
        update: id(n),
        at: at(second),
        by: "ada".into(),
        reason: reason.into(),
    };
    let put = async |records: Vec<DeclinedRecord>| {
        store.write(move |tx| Box::pin(async move { declined::put(tx, &records).await })).await.unwrap();
    };
    put(vec![record(1, 1, "breaks printing"), record(2, 1, "")]).await;
    put(vec![record(1, 2, "still breaks printing")]).await;
    let mut reader = store.reader().await.unwrap();
    let listed = declined::list(&mut reader).await.unwrap();
    assert_eq!(listed, [record(1, 2, "still breaks printing"), record(2, 1, "")]);
    // One that is not there is seen by the check.
    assert_eq!(store.check().await.unwrap().len(), 2);
    store.write(|tx| Box::pin(async move { declined::remove(tx, &[id(1), id(9)]).await })).await.unwrap();
    assert_eq!(declined::list(&mut reader).await.unwrap(), [record(2, 1, "")]);
    assert_eq!(declined::get(&mut reader, id(2)).await.unwrap(), Some(record(2, 1, "")));
    assert_eq!(declined::get(&mut reader, id(1)).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn categories_are_deselected(db: Database) {
    let store = db.open().await;
    let [one, two, three] = [1, 2, 3].map(|n| CategoryId(uuid(n)));
    store
        .write(move |tx| {
            Box::pin(async move {
                deselected::add(tx, &[one, two]).await?;
                deselected::add(tx, &[two, three]).await?;
                deselected::remove(tx, &[one, one]).await
            })
        })
        .await
        .unwrap();
    assert_eq!(deselected::list(&mut store.reader().await.unwrap()).await.unwrap(), [two, three]);
    store.close().await;
}

async fn licences_are_accepted(db: Database) {
    let store = db.open().await;
    let acceptance =
        |number, second, by: &str| LicenceAcceptance { licence: uuid(number), at: at(second), by: by.into() };
    for records in [vec![acceptance(2, 1, "ada"), acceptance(1, 1, "ada")], vec![acceptance(2, 5, "bob")], vec![]] {
        store.write(move |tx| Box::pin(async move { licence::put(tx, &records).await })).await.unwrap();
    }
    let mut reader = store.reader().await.unwrap();
    let listed = licence::list(&mut reader).await.unwrap();
    assert_eq!(listed, [acceptance(1, 1, "ada"), acceptance(2, 1, "ada")], "the first record stays");
    assert_eq!(store.check().await.unwrap(), []);
    store.write(|tx| Box::pin(async move { licence::remove(tx, &[uuid(1), uuid(9)]).await })).await.unwrap();
    assert_eq!(licence::list(&mut reader).await.unwrap(), [acceptance(2, 1, "ada")]);
    drop(reader);
    store.close().await;
}

async fn what_is_forgotten_leaves_nothing(db: Database) {
    let store = db.open().await;
    let first = add_windows_device(&store, 1).await;
    add_windows_device(&store, 2).await;
    store.write(|tx| Box::pin(async move { device::touch(tx, &[(ONE, at(9))]).await })).await.unwrap();
    let referred = store
        .write(move |tx| {
            Box::pin(async move {
                windows_client::upsert(tx, PackedWindowsClient::new(&client()).unwrap()).await?;
                device::forget(tx, ONE).await
            })
        })
        .await;
    assert!(matches!(referred, Err(StoreError::Reference { .. })), "{referred:?}");
    store.write(|tx| Box::pin(device::forget(tx, ONE))).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(device::get(&mut reader, ONE).await.unwrap(), None);
    drop(reader);
    let again = add_windows_device(&store, 1).await;
    assert!(again.number > first.number, "its number is not given again");
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}
