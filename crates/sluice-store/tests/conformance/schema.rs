//! Migrations.

use sluice_model::{CategoryId, Choice, DeviceId, DeviceKind, Sha256, UpdateId};
use sluice_store::internals::{migrate_to, tables};
use sluice_store::{SCHEMA_VERSION, Store, StoreError, catalog, collection, device, selection, update_change};
use uuid::Uuid;

use crate::database::{Database, cases};

cases![
    fresh_is_upgraded_step_by_step,
    a_database_of_the_first_release_is_upgraded,
    what_was_deselected_stays_so,
    a_newer_schema_is_refused,
    a_changed_step_is_refused,
    a_backup_knows_every_table
];

async fn fresh_is_upgraded_step_by_step(db: Database) {
    let other = db.other();
    other.create().await;
    for version in 1..=SCHEMA_VERSION {
        migrate_to(&other.config(), version).await.unwrap();
    }
    let (fresh, upgraded) = (db.open().await, other.open().await);
    assert_eq!(tables(&fresh).await.unwrap(), tables(&upgraded).await.unwrap());
    let indexes = async |db: &Database| {
        let sql = if db.is_postgres() {
            "SELECT CAST(indexdef AS TEXT) AS text FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
        } else {
            "SELECT coalesce(sql, name) AS text FROM sqlite_master ORDER BY type, name"
        };
        let rows = sqlx::query(sql).fetch_all(&mut db.raw().await).await.unwrap();
        rows.iter().map(|row| sqlx::Row::get::<String, _>(row, "text")).collect::<Vec<_>>()
    };
    let (expected, found) = (indexes(&db).await, indexes(&other).await);
    assert!(expected.len() > 30);
    assert_eq!(found, expected);
    fresh.close().await;
    upgraded.close().await;
    other.drop().await;
}

async fn a_database_of_the_first_release_is_upgraded(db: Database) {
    migrate_to(&db.config(), 5).await.unwrap();
    let blob = |byte: &str, times| {
        let bytes = byte.repeat(times);
        if db.is_postgres() { format!("'\\x{bytes}'") } else { format!("x'{bytes}'") }
    };
    // An update of the first release: postcard's variant 0 is a Debian package.
    let (id, member, hash) = (blob("01", 16), blob("02", 16), blob("03", 32));
    let binary = "046375726c05616d6436340131016107".to_owned() + &"aa".repeat(32) + "00";
    // raw, kind 0, "curl", "", "security", no product, date, advisory or address, the package curl 1
    let body = blob(&format!("0000046375726c000873656375726974790000000000046375726c013101{binary}"), 1);
    db.execute(&format!(
        "INSERT INTO device VALUES ({id}, 1, 'web', {hash}, 5, '0.1.0', NULL); \
         UPDATE counter SET value = 1 WHERE name IN ('device', 'revision'); \
         INSERT INTO collection VALUES ({member}, 'Ring 1', 'static', 5); \
         INSERT INTO collection_member VALUES ({member}, {id}); \
         INSERT INTO update_revision VALUES (1, {id}, 1, 5, {body})"
    ))
    .await;
    let store = db.open().await;
    let mut reader = store.reader().await.unwrap();
    let device = device::get(&mut reader, DeviceId(Uuid::from_bytes([1; 16]))).await.unwrap().unwrap();
    assert_eq!((device.kind, device.secret_hash), (DeviceKind::Linux, Some([3; 32])));
    let collections = collection::list(&mut reader).await.unwrap();
    assert_eq!(collections.iter().map(|c| (c.name.as_str(), c.parent)).collect::<Vec<_>>(), [("Ring 1", None)]);
    let mut updates = Vec::new();
    catalog::load_revisions(&mut reader, None, |row| {
        updates.push(row?.update);
        Ok(())
    })
    .await
    .unwrap();
    let [update] = updates.as_slice() else { panic!("{updates:?}") };
    let [binary] = update.content.binaries() else { panic!("{update:?}") };
    assert_eq!((binary.name.as_str(), binary.size, binary.sha256), ("curl", 7, Sha256([0xaa; 32])));
    drop(reader);
    // Its counters go on, and the new ones begin.
    let change = store.write(|tx| Box::pin(async move { update_change::touch(tx, &[UpdateId(Uuid::nil())]).await }));
    assert_eq!(change.await.unwrap(), 1);
    store.close().await;
}

async fn what_was_deselected_stays_so(db: Database) {
    migrate_to(&db.config(), 6).await.unwrap();
    let category = Uuid::from_bytes([7; 16]);
    let value = if db.is_postgres() { "'\\x" } else { "x'" };
    db.execute(&format!("INSERT INTO deselected VALUES ({value}{}')", "07".repeat(16))).await;
    let store = db.open().await;
    let choices = selection::choices(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(choices, [(CategoryId(category), Choice::Deselected)]);
    store.close().await;
}

async fn a_newer_schema_is_refused(db: Database) {
    db.open().await.close().await;
    let newer = SCHEMA_VERSION + 1;
    let checksum = if db.is_postgres() { "'\\x00'" } else { "x'00'" };
    db.execute(&format!("INSERT INTO schema_step (version, name, checksum) VALUES ({newer}, 'future', {checksum})"))
        .await;
    let error = Store::open(db.config()).await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found, known } if found == newer && known == SCHEMA_VERSION));
}

async fn a_changed_step_is_refused(db: Database) {
    db.open().await.close().await;
    db.execute(
        "UPDATE schema_step SET checksum = (SELECT checksum FROM schema_step WHERE version = 1) WHERE version = 2",
    )
    .await;
    let error = Store::open(db.config()).await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::ForeignSchema { version: 2 }));
}

async fn a_backup_knows_every_table(db: Database) {
    let store = db.open().await;
    for (table, _, backed_up) in tables(&store).await.unwrap() {
        assert!(backed_up.is_some(), "table {table} is neither in backups nor left out on purpose");
    }
    store.close().await;
}
