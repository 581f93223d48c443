//! The writer, readers, errors, locks, the epoch.

use std::time::Duration;

use futures_util::future::join_all;
use sluice_model::CollectionId;
use sluice_store::counter::{self, Counter};
use sluice_store::{Store, StoreConfig, StoreError, collection, device, meta};

use crate::database::{Database, cases};
use crate::samples::{add_device, at, new_device, uuid};

cases![
    meta_values_and_epoch,
    numbers_are_dense_and_unique_under_load,
    a_failing_job_undoes_only_itself,
    a_panicking_job_undoes_only_itself,
    a_job_that_ignores_an_error_hurts_only_itself,
    readers_cannot_write,
    a_snapshot_sees_one_moment,
    two_stores_share_a_database,
    one_process_serves,
    a_closed_store_says_so,
    a_corrupt_row_is_named,
    nul_characters_are_replaced,
    a_lost_connection_is_replaced,
    a_full_disk_is_named_and_survived,
    settings_that_durability_rests_on,
];

async fn meta_values_and_epoch(db: Database) {
    let store = db.open().await;
    let mut reader = store.reader().await.unwrap();
    let epoch = meta::epoch(&mut reader).await.unwrap();
    assert_eq!((epoch.id, epoch.restores), ([7; 16], 0));
    assert_eq!(meta::get(&mut reader, "site").await.unwrap(), None);
    let first = store.write(|tx| Box::pin(meta::set_if_none(tx, "site", b"a"))).await.unwrap();
    let second = store.write(|tx| Box::pin(meta::set_if_none(tx, "site", b"b"))).await.unwrap();
    assert_eq!((first, second), (b"a".to_vec(), b"a".to_vec()));
    store.write(|tx| Box::pin(meta::set(tx, "site", b"\x00\xff"))).await.unwrap();
    assert_eq!(meta::get(&mut reader, "site").await.unwrap(), Some(vec![0, 255]));
    store.write(|tx| Box::pin(meta::remove(tx, "site"))).await.unwrap();
    assert_eq!(meta::get(&mut reader, "site").await.unwrap(), None);
    drop(reader);
    store.close().await;
    // A database that exists keeps its epoch.
    let store = Store::open(StoreConfig::new(db.url(), [9; 16])).await.unwrap();
    assert_eq!(meta::epoch(&mut store.reader().await.unwrap()).await.unwrap(), epoch);
    store.close().await;
}

async fn numbers_are_dense_and_unique_under_load(db: Database) {
    let store = db.open().await;
    let jobs = (1..=300).map(|n| add_device(&store, n));
    let mut numbers: Vec<u32> = join_all(jobs).await.into_iter().map(|d| d.unwrap().number.0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    assert_eq!(counter::last(&mut store.reader().await.unwrap(), Counter::Device).await.unwrap(), 300);
    store.close().await;
}

async fn a_failing_job_undoes_only_itself(db: Database) {
    let store = db.open().await;
    let jobs = (0..60).map(|n| {
        let store = store.clone();
        async move {
            store
                .write(move |tx| {
                    Box::pin(async move {
                        // Every third does half of its work and then fails.
                        meta::set(tx, &format!("before {n}"), b"x").await?;
                        if n % 3 == 0 {
                            meta::set(tx, "before 1", b"overwritten").await?;
                            return Err(StoreError::Invalid { what: "no".into() });
                        }
                        Ok(())
                    })
                })
                .await
        }
    });
    let results = join_all(jobs).await;
    let mut reader = store.reader().await.unwrap();
    for (n, result) in results.into_iter().enumerate() {
        let stored = meta::get(&mut reader, &format!("before {n}")).await.unwrap();
        if n % 3 == 0 {
            assert!(matches!(result, Err(StoreError::Invalid { .. })));
            assert_eq!(stored, None);
        } else {
            result.unwrap();
            assert_eq!(stored.as_deref(), Some(&b"x"[..]));
        }
    }
    drop(reader);
    store.close().await;
}

async fn a_panicking_job_undoes_only_itself(db: Database) {
    let store = db.open().await;
    let panicking = store.write(|tx| {
        Box::pin(async move {
            meta::set(tx, "a", b"x").await?;
            std::panic::panic_any("a defect");
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok(())
        })
    });
    let fine = store.write(|tx| Box::pin(meta::set(tx, "b", b"x")));
    let (panicked, fine) = futures_util::future::join(panicking, fine).await;
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    fine.unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(meta::get(&mut reader, "a").await.unwrap(), None);
    assert_eq!(meta::get(&mut reader, "b").await.unwrap(), Some(b"x".to_vec()));
    drop(reader);
    store.close().await;
}

async fn a_job_that_ignores_an_error_hurts_only_itself(db: Database) {
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    let careless = store.write(|tx| {
        Box::pin(async move {
            assert!(device::enrol(tx, new_device(1), at(0)).await.is_err());
            Ok(())
        })
    });
    let fine = add_device(&store, 2);
    // SQLite lets it pass, PostgreSQL does not; neither may harm the other job.
    let (_, fine) = futures_util::future::join(careless, fine).await;
    fine.unwrap();
    assert!(device::get(&mut store.reader().await.unwrap(), sluice_model::DeviceId(uuid(2))).await.unwrap().is_some());
    store.close().await;
}

async fn readers_cannot_write(db: Database) {
    let store = db.open().await;
    // Every writing function takes a `Tx`; this goes around the types.
    let mut reader = store.reader().await.unwrap();
    let denied = sluice_store::internals::raw_write(&mut reader, "DELETE FROM meta").await;
    assert!(matches!(denied, Err(StoreError::Internal { .. } | StoreError::Unavailable { .. })), "{denied:?}");
    drop(reader);
    store.close().await;
}

async fn a_snapshot_sees_one_moment(db: Database) {
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    let count = async |reader: &mut sluice_store::Reader| {
        let mut count = 0;
        device::load(reader, |d| {
            d?;
            count += 1;
            Ok(())
        })
        .await
        .unwrap();
        count
    };
    let mut snapshot = store.snapshot().await.unwrap();
    assert_eq!(count(&mut snapshot).await, 1);
    add_device(&store, 2).await.unwrap();
    assert_eq!(count(&mut snapshot).await, 1);
    drop(snapshot);
    // The connection went back to the pool without its transaction.
    for _ in 0..8 {
        assert_eq!(count(&mut store.reader().await.unwrap()).await, 2);
    }
    store.close().await;
}

async fn two_stores_share_a_database(db: Database) {
    let (one, two) = (db.open().await, db.open().await);
    let jobs = (1..=40).map(|n| add_device(if n % 2 == 0 { &one } else { &two }, n));
    let mut numbers: Vec<u32> = join_all(jobs).await.into_iter().map(|d| d.unwrap().number.0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    one.close().await;
    two.close().await;
}

async fn a_closed_store_says_so(db: Database) {
    let store = db.open().await;
    store.close().await;
    assert!(matches!(add_device(&store, 1).await, Err(StoreError::Closed)));
    assert!(matches!(store.reader().await.map(drop), Err(StoreError::Closed)));
}

async fn one_process_serves(db: Database) {
    let (one, two) = (db.open().await, db.open().await);
    one.serve_alone(Duration::from_millis(50)).await.unwrap();
    assert!(matches!(two.serve_alone(Duration::from_millis(50)).await, Err(StoreError::Served)));
    one.close().await;
    two.serve_alone(Duration::from_secs(10)).await.unwrap();
    two.close().await;
}

async fn a_corrupt_row_is_named(db: Database) {
    let store = db.open().await;
    add_device(&store, 0x0102).await.unwrap();
    let record = collection::CollectionRecord {
        id: CollectionId(uuid(3)),
        name: sluice_model::Name::new("Ring 1").unwrap(),
        kind: collection::CollectionKind::Static,
        created_at: at(0),
        parent: None,
    };
    store.write(move |tx| Box::pin(async move { collection::insert(tx, &record).await })).await.unwrap();
    db.execute("UPDATE device SET number = -5; UPDATE collection SET kind = 'odd'").await;
    let mut reader = store.reader().await.unwrap();
    let error = device::get(&mut reader, sluice_model::DeviceId(uuid(0x0102))).await.unwrap_err();
    insta::assert_snapshot!(error, @"the database holds something that cannot be read in table device, column number, row 00000000-0000-0000-0000-000000000102: -5 is out of range; run `sluice store check` for the whole picture and restore a backup");
    let error = collection::list(&mut reader).await.unwrap_err();
    assert!(error.to_string().contains("table collection, column kind, row 00000000-0000-0000-0000-000000000003"));
    drop(reader);
    // The check goes on after the first and finds both.
    let problems = store.check().await.unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    store.close().await;
}

async fn nul_characters_are_replaced(db: Database) {
    let store = db.open().await;
    let mut new = new_device(1);
    new.hostname = "a\0b".into();
    store.write(move |tx| Box::pin(device::enrol(tx, new, at(0)))).await.unwrap();
    let stored = device::get(&mut store.reader().await.unwrap(), sluice_model::DeviceId(uuid(1))).await.unwrap();
    assert_eq!(stored.unwrap().hostname, "a\u{fffd}b");
    store.close().await;
}

async fn a_lost_connection_is_replaced(db: Database) {
    let store = db.open().await;
    if db.is_postgres() {
        // Every connection is cut: what happens when the server is restarted.
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    }
    add_device(&store, 1).await.unwrap();
    store.close().await;
}

async fn a_full_disk_is_named_and_survived(db: Database) {
    if db.is_postgres() {
        // Its disk is not ours to fill.
        return;
    }
    let store = db.open().await;
    add_device(&store, 1).await.unwrap();
    let limit = async |pages: &'static str| {
        let set = store.write(move |tx| Box::pin(sluice_store::internals::raw_write(tx, pages)));
        set.await.unwrap();
    };
    limit("PRAGMA max_page_count = 1").await;
    let big = || store.write(|tx| Box::pin(async move { meta::set(tx, "big", &[7; 1 << 20]).await }));
    // The failure also reaches those that share the transaction, or they are stored: never a lie.
    let small = store.write(|tx| Box::pin(meta::set(tx, "small", b"x")));
    let (full, small) = futures_util::future::join(big(), small).await;
    assert!(matches!(full, Err(StoreError::DiskFull { .. })), "{full:?}");
    let stored = meta::get(&mut store.reader().await.unwrap(), "small").await.unwrap();
    assert_eq!(stored.is_some(), small.is_ok());
    limit("PRAGMA max_page_count = 1000000").await;
    big().await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn settings_that_durability_rests_on(db: Database) {
    use sluice_store::internals::setting;

    let store = db.open().await;
    let settings: &[(&str, &str)] = if db.is_postgres() {
        &[("SHOW synchronous_commit", "on")]
    } else {
        &[("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
    };
    for (sql, expected) in settings {
        let found = store.write(move |tx| Box::pin(setting(tx, sql))).await.unwrap();
        assert_eq!(found, *expected, "{sql}");
    }
    if let sluice_store::DatabaseUrl::Sqlite(path) = db.url() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "others must not read hashes of secrets");
    }
    store.close().await;
}
