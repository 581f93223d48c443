//! A small catalog of Windows updates.

use sluice_model::{
    Category, CategoryId, CategoryKind, Classification, Update, UpdateContent, UpdateId, UpdateKind, WindowsContent,
};
use sluice_store::catalog::{CatalogBatch, commit_sync_batch};
use uuid::Uuid;

use crate::world::World;

pub const COMPANY: CategoryId = CategoryId(Uuid::from_u128(1));
pub const WINDOWS_10: CategoryId = CategoryId(Uuid::from_u128(10));
pub const WINDOWS_11: CategoryId = CategoryId(Uuid::from_u128(11));

pub fn id(number: u128) -> UpdateId {
    UpdateId(Uuid::from_u128(number))
}

/// Update 100 is for Windows 10, 110 and 111 for Windows 11, 112 a driver for both; 111 can be
/// uninstalled. 120 is a member of a bundle.
pub async fn publish(world: &mut World) {
    let node = |id, kind, parent, title: &str| Category { id, kind, parent, title: title.to_owned() };
    let update = |number, products: &[CategoryId], classification, change: fn(&mut WindowsContent)| {
        let mut content = WindowsContent { explicitly_deployable: true, ..WindowsContent::default() };
        change(&mut content);
        Update {
            id: id(number),
            number: 1,
            kind: if classification == Classification::Drivers { UpdateKind::Driver } else { UpdateKind::Software },
            title: format!("Update {number}"),
            description: String::new(),
            classification,
            products: products.to_vec(),
            released: None,
            advisories: Vec::new(),
            info_url: None,
            content: UpdateContent::Windows(Box::new(content)),
        }
        .into()
    };
    let rollups = Classification::UpdateRollups;
    let batch = CatalogBatch {
        categories: vec![
            node(COMPANY, CategoryKind::Company, None, "Microsoft"),
            node(WINDOWS_10, CategoryKind::Product, Some(COMPANY), "Windows 10"),
            node(WINDOWS_11, CategoryKind::Product, Some(COMPANY), "Windows 11"),
        ],
        revisions: vec![
            update(100, &[WINDOWS_10], rollups, |_| {}),
            update(110, &[WINDOWS_11], rollups, |_| {}),
            update(111, &[WINDOWS_11], rollups, |content| content.uninstallable = true),
            update(112, &[WINDOWS_10, WINDOWS_11], Classification::Drivers, |_| {}),
            update(120, &[WINDOWS_11], rollups, |content| content.explicitly_deployable = false),
        ],
        raise_version: true,
        ..CatalogBatch::default()
    };
    let (batch, at, store) = (batch.pack().unwrap(), world.now(), world.store().await);
    store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, at))).await.unwrap();
    store.close().await;
    world.restart().await;
}
