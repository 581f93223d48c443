//! Backup and restore.

use sluice_model::RevisionId;
use sluice_store::catalog::{CatalogBatch, commit_sync_batch};
use sluice_store::counter::{self, Counter};
use sluice_store::{
    BackupSummary, Store, StoreConfig, StoreError, device, file_key, inventory, meta, restore, session, user,
};

use crate::content::keys;
use crate::database::{Database, cases};
use crate::samples::{add_device, add_source, at, update, uuid};

cases![
    a_backup_of_a_running_store_comes_back,
    a_backup_moves_to_the_other_database,
    numbers_are_not_used_again,
    bad_files_change_nothing,
    a_backup_never_overwrites,
];

async fn fill(store: &Store) {
    let source = add_source(store).await;
    let batch = crate::catalog::batch(source);
    let batch = batch.pack().unwrap();
    store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, at(1)))).await.unwrap();
    for n in 1..=450 {
        add_device(store, n).await.unwrap();
    }
    let file = ([1; 20], sluice_model::RevisionRef { update: sluice_model::UpdateId(uuid(1)), number: 1 });
    let key = ([1; 20], vec![0, 255, 7]);
    let write = store.write(move |tx| {
        Box::pin(async move {
            file_key::want(tx, &[file, ([2; 20], file.1)]).await?;
            file_key::put(tx, &[key]).await
        })
    });
    write.await.unwrap();
    let packed = inventory::PackedInventory::new(&crate::samples::inventory(500)).unwrap();
    let device = sluice_model::DeviceId(uuid(1));
    let hash = sluice_model::Sha256([1; 32]);
    store.write(move |tx| Box::pin(inventory::save(tx, device, packed, hash, at(2)))).await.unwrap();
}

async fn devices(store: &Store) -> Vec<device::DeviceRecord> {
    let mut out = Vec::new();
    device::load(&mut store.reader().await.unwrap(), |d| {
        out.push(d?);
        Ok(())
    })
    .await
    .unwrap();
    out
}

async fn a_backup_of_a_running_store_comes_back(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let ada = user::UserRecord {
        id: sluice_model::UserId(uuid(1)),
        name: "ada".into(),
        role: "administrator".into(),
        password: "x".into(),
        failed_logins: 0,
        locked_until: None,
        created_at: at(0),
    };
    let signed_in = session::SessionRecord {
        token_hash: [1; 32],
        user: ada.id,
        csrf_hash: [2; 32],
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(9),
    };
    store
        .write(move |tx| {
            Box::pin(async move {
                user::insert(tx, &ada).await?;
                session::insert(tx, &signed_in).await
            })
        })
        .await
        .unwrap();
    let before = devices(&store).await;
    let path = db.directory.path().join("backup");
    // Somebody keeps writing meanwhile.
    let (backup, later) = futures_util::future::join(store.backup(&path), add_device(&store, 1000)).await;
    let BackupSummary { rows, bytes } = backup.unwrap();
    later.unwrap();
    assert!(rows > 460);
    assert_eq!(bytes, std::fs::metadata(&path).unwrap().len());
    assert!(!path.with_extension("part").exists());

    let config = StoreConfig::new(db.url(), [8; 16]);
    assert!(matches!(restore(&config, &path).await, Err(StoreError::InUse)));
    add_device(&store, 2000).await.unwrap();
    store.close().await;
    let restored = restore(&config, &path).await.unwrap();
    assert_eq!((restored.rows, restored.epoch.id, restored.epoch.restores), (rows, [8; 16], 1));
    let store = db.open().await;
    let after: Vec<_> = devices(&store).await.into_iter().filter(|d| d.id.0 != uuid(1000)).collect();
    assert_eq!(after, before);
    let mut reader = store.reader().await.unwrap();
    assert_eq!(meta::epoch(&mut reader).await.unwrap(), restored.epoch);
    let inventory = inventory::get(&mut reader, sluice_model::DeviceId(uuid(1))).await.unwrap().unwrap();
    assert_eq!(inventory.inventory, crate::samples::inventory(500));
    // Nobody is signed in by a restore.
    assert_eq!(user::list(&mut reader).await.unwrap().len(), 1);
    assert_eq!(session::list(&mut reader).await.unwrap(), []);
    assert_eq!(store.check().await.unwrap(), []);
    drop(reader);
    store.close().await;
}

/// On the run with PostgreSQL: from SQLite to PostgreSQL and back.
async fn a_backup_moves_to_the_other_database(db: Database) {
    let sqlite = Database::sqlite();
    let store = sqlite.open().await;
    fill(&store).await;
    let (before, keys_before) = (devices(&store).await, keys(&store).await);
    assert_eq!(keys_before.len(), 2);
    let path = sqlite.directory.path().join("to-postgres");
    store.backup(&path).await.unwrap();
    store.close().await;

    restore(&StoreConfig::new(db.url(), [2; 16]), &path).await.unwrap();
    let store = db.open().await;
    assert_eq!(devices(&store).await, before);
    assert_eq!(keys(&store).await, keys_before);
    assert_eq!(store.check().await.unwrap(), []);
    let path = sqlite.directory.path().join("to-sqlite");
    store.backup(&path).await.unwrap();
    store.close().await;

    let back = Database::sqlite();
    let restored = restore(&StoreConfig::new(back.url(), [3; 16]), &path).await.unwrap();
    assert_eq!(restored.epoch, meta::Epoch { id: [3; 16], restores: 2 });
    let store = back.open().await;
    assert_eq!(devices(&store).await, before);
    assert_eq!(store.check().await.unwrap(), []);
    store.close().await;
}

async fn numbers_are_not_used_again(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    // Given out after the backup, and known to clients.
    let lost = add_device(&store, 5000).await.unwrap().number;
    let newer = CatalogBatch { revisions: vec![update("bash", "5.2-1").into()], ..CatalogBatch::default() };
    let newer = newer.pack().unwrap();
    let lost_revision =
        store.write(move |tx| Box::pin(commit_sync_batch(tx, newer, at(3)))).await.unwrap().revisions[0];
    store.close().await;
    for round in 1..=2 {
        let config = StoreConfig::new(db.url(), [round; 16]);
        assert_eq!(restore(&config, &path).await.unwrap().epoch.restores, u64::from(round));
    }
    let store = db.open().await;
    assert!(add_device(&store, 6000).await.unwrap().number > lost);
    let newer = CatalogBatch { revisions: vec![update("zsh", "5.9-1").into()], ..CatalogBatch::default() };
    let newer = newer.pack().unwrap();
    let revision = store.write(move |tx| Box::pin(commit_sync_batch(tx, newer, at(4)))).await.unwrap().revisions[0];
    assert!(revision > lost_revision);
    assert!(revision > RevisionId(1 << 18));
    let version = counter::last(&mut store.reader().await.unwrap(), Counter::CatalogVersion).await.unwrap();
    assert!(version > 1);
    store.close().await;
}

async fn bad_files_change_nothing(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let before = devices(&store).await;
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    store.close().await;
    let good = std::fs::read(&path).unwrap();
    let bad = db.directory.path().join("bad");
    let mut changed = good.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for content in [&b"not a backup at all"[..], b"", &good[..good.len() - 10], &good[..100], &changed] {
        std::fs::write(&bad, content).unwrap();
        let error = restore(&StoreConfig::new(db.url(), [8; 16]), &bad).await.unwrap_err();
        assert!(matches!(error, StoreError::Backup { .. }), "{error:?}");
    }
    let missing = restore(&db.config(), &db.directory.path().join("missing")).await.unwrap_err();
    assert!(matches!(missing, StoreError::File { .. }));
    let store = db.open().await;
    assert_eq!(devices(&store).await, before);
    assert_eq!(meta::epoch(&mut store.reader().await.unwrap()).await.unwrap().id, [7; 16]);
    store.close().await;
}

async fn a_backup_never_overwrites(db: Database) {
    let store = db.open().await;
    let path = db.directory.path().join("backup");
    std::fs::write(&path, "precious").unwrap();
    let error = store.backup(&path).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot create "), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    let nowhere = store.backup(&db.directory.path().join("no/such/directory")).await;
    assert!(matches!(nowhere, Err(StoreError::File { .. })));
    store.close().await;
}
