//! Migrations.

use sluice_store::internals::{migrate_to, tables};
use sluice_store::{SCHEMA_VERSION, Store, StoreError};

use crate::database::{Database, cases};

cases![
    fresh_is_upgraded_step_by_step,
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
