//! Devices, inventories, enrolment, events, enforcement, reports.

use futures_util::future::join_all;
use sluice_model::{DeploymentId, DeviceId, DeviceNumber, EnforcementState, ErrorCode, Sha256, TokenId, UpdateId};
use sluice_store::device_event::DeviceEvent;
use sluice_store::enforcement::EnforcementRecord;
use sluice_store::enrollment::EnrollmentTokenRecord;
use sluice_store::inventory::{InventoryRecord, PackedInventory};
use sluice_store::report::Ingested;
use sluice_store::{StoreError, device, device_event, enforcement, enrollment, inventory, report};

use crate::database::{Database, cases};
use crate::samples::{add_device, at, new_device, uuid};

cases![
    a_device_lives,
    contacts_only_move_forward,
    inventories_come_back,
    a_token_enrols_as_often_as_it_says,
    events_in_pages,
    a_report_counts_once,
    no_choice_of_serial_numbers_keeps_more_events,
    enforcement_keeps_the_last_state,
];

const ONE: DeviceId = DeviceId(uuid::Uuid::from_u128(1));

async fn a_device_lives(db: Database) {
    let store = db.open().await;
    let enrolled = add_device(&store, 1).await.unwrap();
    assert_eq!(enrolled.number, DeviceNumber(1));
    let mut reader = store.reader().await.unwrap();
    assert_eq!(device::get(&mut reader, ONE).await.unwrap(), Some(enrolled.clone()));
    let error = add_device(&store, 1).await.unwrap_err();
    assert_eq!(error.to_string(), format!("device {ONE} is enrolled already"));
    store
        .write(|tx| {
            Box::pin(async move {
                device::update(tx, ONE, "db.example", "0.2.0").await?;
                device::set_secret(tx, ONE, [9; 32]).await?;
                device::remove(tx, ONE, at(8)).await
            })
        })
        .await
        .unwrap();
    let expected = device::DeviceRecord {
        hostname: "db.example".into(),
        agent_version: "0.2.0".into(),
        secret_hash: Some([9; 32]),
        removed_at: Some(at(8)),
        ..enrolled
    };
    assert_eq!(device::get(&mut reader, ONE).await.unwrap(), Some(expected));
    for result in [
        store.write(|tx| Box::pin(device::remove(tx, ONE, at(9)))).await,
        store.write(|tx| Box::pin(device::set_secret(tx, ONE, [1; 32]))).await,
        store.write(|tx| Box::pin(device::update(tx, DeviceId(uuid(5)), "x", "y"))).await,
        store.write(|tx| Box::pin(device::update(tx, ONE, "x", "y"))).await,
    ] {
        assert!(matches!(result, Err(StoreError::NotFound { what: "device", .. })));
    }
    // A removed device keeps its number; the failed enrolment had none.
    assert_eq!(add_device(&store, 2).await.unwrap().number, DeviceNumber(2));
    drop(reader);
    store.close().await;
}

async fn contacts_only_move_forward(db: Database) {
    let store = db.open().await;
    for n in 1..=3 {
        add_device(&store, n).await.unwrap();
    }
    let touch = async |contacts: Vec<(u128, i64)>| {
        let contacts: Vec<_> = contacts.into_iter().map(|(n, s)| (DeviceId(uuid(n)), at(s))).collect();
        store.write(move |tx| Box::pin(async move { device::touch(tx, &contacts).await })).await
    };
    touch(vec![(1, 10), (2, 20), (1, 11)]).await.unwrap();
    touch(vec![(1, 5), (2, 25)]).await.unwrap();
    touch(vec![]).await.unwrap();
    let mut seen = Vec::new();
    device::load(&mut store.reader().await.unwrap(), |d| {
        seen.push(d?.last_contact);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(seen, [Some(at(11)), Some(at(25)), None]);
    assert!(matches!(touch(vec![(9, 1)]).await, Err(StoreError::Reference { table: "device_contact" })));
    store.close().await;
}

async fn inventories_come_back(db: Database) {
    let store = db.open().await;
    for n in 1..=20 {
        add_device(&store, n).await.unwrap();
    }
    let record = |n: u128, packages| InventoryRecord {
        device: DeviceId(uuid(n)),
        hash: Sha256([7; 32]),
        at: at(3),
        inventory: crate::samples::inventory(packages),
    };
    let save = |r: &InventoryRecord| {
        let (packed, store, device) = (PackedInventory::new(&r.inventory).unwrap(), store.clone(), r.device);
        async move {
            store.write(move |tx| Box::pin(inventory::save(tx, device, packed, Sha256([7; 32]), at(3)))).await.unwrap();
        }
    };
    let records: Vec<_> = (1..=20).map(|n| record(n, usize::try_from(n).unwrap() * 40)).collect();
    join_all(records.iter().map(save)).await;
    let mut reader = store.reader().await.unwrap();
    let mut loaded = Vec::new();
    inventory::load(&mut reader, |r| {
        loaded.push(r?);
        Ok(())
    })
    .await
    .unwrap();
    loaded.sort_by_key(|r| r.device);
    assert_eq!(loaded, records);
    save(&record(1, 0)).await;
    assert_eq!(inventory::get(&mut reader, ONE).await.unwrap(), Some(record(1, 0)));
    store.write(|tx| Box::pin(inventory::remove(tx, ONE))).await.unwrap();
    assert_eq!(inventory::get(&mut reader, ONE).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn a_token_enrols_as_often_as_it_says(db: Database) {
    let store = db.open().await;
    let token = EnrollmentTokenRecord {
        id: TokenId(uuid(1)),
        hash: [3; 32],
        uses_left: 3,
        expires_at: at(100),
        created_at: at(0),
        created_by: "ada".into(),
    };
    let expected = token.clone();
    store.write(move |tx| Box::pin(async move { enrollment::insert(tx, &token).await })).await.unwrap();
    assert_eq!(enrollment::list(&mut store.reader().await.unwrap()).await.unwrap(), [expected]);
    // An enrolment that fails costs no use.
    add_device(&store, 100).await.unwrap();
    let failed = store.write(|tx| {
        Box::pin(async move {
            assert!(enrollment::consume(tx, &[3; 32], at(1)).await?.is_some());
            device::enrol(tx, new_device(100), at(1)).await
        })
    });
    assert!(failed.await.is_err());
    let consume = |hash: [u8; 32], second| {
        let store = store.clone();
        async move {
            let used = store.write(move |tx| Box::pin(async move { enrollment::consume(tx, &hash, at(second)).await }));
            used.await.unwrap()
        }
    };
    let mut reader = store.reader().await.unwrap();
    assert!(enrollment::is_good(&mut reader, &[3; 32], at(99)).await.unwrap());
    assert!(!enrollment::is_good(&mut reader, &[3; 32], at(100)).await.unwrap());
    assert!(!enrollment::is_good(&mut reader, &[4; 32], at(1)).await.unwrap());
    assert_eq!(consume([4; 32], 1).await, None);
    assert_eq!(consume([3; 32], 100).await, None);
    let used = join_all((0..10).map(|_| consume([3; 32], 1))).await;
    assert_eq!(used.into_iter().flatten().collect::<Vec<_>>(), [TokenId(uuid(1)); 3]);
    assert!(!enrollment::is_good(&mut reader, &[3; 32], at(1)).await.unwrap(), "used up");
    drop(reader);
    assert_eq!(store.write(|tx| Box::pin(enrollment::prune(tx, at(1)))).await.unwrap(), 1);
    let gone = store.write(|tx| Box::pin(enrollment::remove(tx, TokenId(uuid(1))))).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })));
    store.close().await;
}

fn event(n: i64) -> DeviceEvent {
    DeviceEvent { at: at(n), kind: "scanned".into(), detail: format!("{{\"n\":{n}}}") }
}

async fn events_in_pages(db: Database) {
    let store = db.open().await;
    for n in 1..=2 {
        add_device(&store, n).await.unwrap();
        let events: Vec<_> = (0..7).map(event).collect();
        let append = store.write(move |tx| {
            Box::pin(async move {
                device_event::append(tx, DeviceId(uuid(n)), &events).await?;
                device_event::append(tx, DeviceId(uuid(n)), &[]).await
            })
        });
        append.await.unwrap();
    }
    let mut reader = store.reader().await.unwrap();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = device_event::list(&mut reader, ONE, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        seen.extend(page.into_iter().map(|e| e.event));
    }
    assert_eq!(seen, (0..7).rev().map(event).collect::<Vec<_>>());
    assert_eq!(store.write(|tx| Box::pin(device_event::prune(tx, ONE, 2))).await.unwrap(), 5);
    assert_eq!(store.write(|tx| Box::pin(device_event::prune(tx, ONE, 2))).await.unwrap(), 0);
    assert_eq!(device_event::list(&mut reader, ONE, None, 10).await.unwrap().len(), 2);
    assert_eq!(device_event::list(&mut reader, DeviceId(uuid(2)), None, 10).await.unwrap().len(), 7);
    drop(reader);
    store.close().await;
}

fn state(update: u128, state: EnforcementState) -> EnforcementRecord {
    EnforcementRecord {
        device: ONE,
        update: UpdateId(uuid(update)),
        state,
        code: Some(ErrorCode::DISK_FULL),
        detail: "/var".into(),
        output: "dpkg: error\n".into(),
        deployment: Some(DeploymentId(uuid(77))),
        at: at(4),
    }
}

async fn a_report_counts_once(db: Database) {
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    let ingest = async |device: DeviceId, serial, n| {
        let states = vec![state(1, EnforcementState::Installing), state(1, EnforcementState::Installed)];
        let job = store
            .write(move |tx| Box::pin(async move { report::ingest(tx, device, serial, &[event(n)], &states).await }));
        job.await
    };
    assert_eq!(ingest(ONE, 5, 1).await.unwrap(), Ingested::New);
    assert_eq!(ingest(ONE, 5, 2).await.unwrap(), Ingested::Duplicate { newest: 5 });
    assert_eq!(ingest(ONE, 4, 3).await.unwrap(), Ingested::New);
    assert_eq!(ingest(ONE, 2000, 4).await.unwrap(), Ingested::New);
    // Forgotten by now, but too old to be new.
    assert_eq!(ingest(ONE, 5, 5).await.unwrap(), Ingested::Duplicate { newest: 2000 });
    assert_eq!(ingest(ONE, 1999, 6).await.unwrap(), Ingested::New);
    assert!(matches!(ingest(DeviceId(uuid(9)), 1, 7).await, Err(StoreError::Reference { .. })));
    let mut reader = store.reader().await.unwrap();
    let events = device_event::list(&mut reader, ONE, None, 10).await.unwrap();
    assert_eq!(events.into_iter().map(|e| e.event).collect::<Vec<_>>(), [6, 4, 3, 1].map(event));
    let states = enforcement::of_device(&mut reader, ONE).await.unwrap();
    assert_eq!(states, [state(1, EnforcementState::Installed)]);
    drop(reader);
    store.close().await;
}

async fn no_choice_of_serial_numbers_keeps_more_events(db: Database) {
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    // Never a round number.
    for serial in [1_u64, 51] {
        let events: Vec<_> = (0..i64::from(report::MAX_EVENTS) - 1).map(event).collect();
        let job =
            store.write(move |tx| Box::pin(async move { report::ingest(tx, ONE, serial, &events, &[]).await })).await;
        assert_eq!(job.unwrap(), Ingested::New);
    }
    let mut count = 0;
    device_event::load(&mut store.reader().await.unwrap(), |_| {
        count += 1;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(count, report::MAX_EVENTS);
    store.close().await;
}

async fn enforcement_keeps_the_last_state(db: Database) {
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    for s in EnforcementState::ALL {
        store
            .write(move |tx| Box::pin(async move { enforcement::put(tx, &[state(1, s), state(2, s)]).await }))
            .await
            .unwrap();
        let mut reader = store.reader().await.unwrap();
        assert_eq!(enforcement::get(&mut reader, ONE, UpdateId(uuid(1))).await.unwrap(), Some(state(1, s)));
    }
    let bare = EnforcementRecord {
        code: None,
        deployment: None,
        output: "é".repeat(enforcement::MAX_OUTPUT),
        ..state(1, EnforcementState::Held)
    };
    let record = bare.clone();
    store.write(move |tx| Box::pin(async move { enforcement::put(tx, &[record]).await })).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let stored = enforcement::of_update(&mut reader, UpdateId(uuid(1))).await.unwrap();
    let [one] = stored.as_slice() else { panic!("{stored:?}") };
    assert_eq!(one.output.len(), enforcement::MAX_OUTPUT);
    assert_eq!((one.code, one.deployment, one.state), (None, None, EnforcementState::Held));
    let mut count = 0;
    enforcement::load(&mut reader, |r| {
        assert_eq!(r?.output, "");
        count += 1;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(count, 2);
    store.write(|tx| Box::pin(enforcement::remove_device(tx, ONE))).await.unwrap();
    assert_eq!(enforcement::of_device(&mut reader, ONE).await.unwrap(), []);
    drop(reader);
    store.close().await;
}
