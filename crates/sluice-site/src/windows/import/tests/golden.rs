//! Recorded documents: what is served is what a real WSUS serves, byte for byte.

use std::fs;

use sluice_model::{CategoryId, CategoryKind, UpdateKind};
use sluice_wsus::soap;
use sluice_wsus::update::UpdateDocument;

use super::world::{World, plain, shared};

/// Names and texts of the recorded documents.
fn documents() -> Vec<(String, String)> {
    let Some(folder) = shared("captures/update-metadata/full") else { return Vec::new() };
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
    };
    let mut all: Vec<_> = paths.map(read).collect();
    all.sort();
    all
}

async fn fragments_are_the_recorded_ones(world: &World, name: &str, text: &str) {
    let identity = UpdateDocument::parse(text).unwrap().revision;
    let revision = sluice_model::RevisionRef { update: identity.id, number: identity.number };
    let revision = world.site.catalog().exact(revision).unwrap_or_else(|| panic!("{name} is in the catalog"));
    let cache = &world.site.windows.fragments;
    let recorded = |kind: &str| {
        let path = shared(&format!("captures/update-metadata/fragments/{name}.{kind}.xml")).unwrap();
        soap::escape(&fs::read_to_string(path).unwrap())
    };
    let found = cache.of(&[revision]).await.unwrap().pop().unwrap().unwrap();
    assert_eq!(plain(Some(found.core())).await, recorded("core"), "{name}");
    assert_eq!(plain(Some(found.extended())).await, recorded("extended"), "{name}");
    let [english] = &found.localized(&["en-US", "en"])[..] else { panic!("{name}") };
    assert_eq!(plain(Some(english.clone())).await, recorded("localized-en"), "{name}");
}

#[tokio::test]
async fn recorded_documents_are_served_as_wsus_serves_them() {
    let documents = documents();
    if documents.is_empty() {
        return;
    }
    let mut world = World::new().await;
    let all: String = documents.iter().map(|(_, text)| text.as_str()).collect();
    let summary = world.import("full.xml", all).await.unwrap();
    assert_eq!((summary.documents, summary.new_updates, summary.quarantined), (6, 6, 0), "{:?}", summary.problems);
    for (name, text) in &documents {
        fragments_are_the_recorded_ones(&world, name, text).await;
    }
    world.restart().await;
    for (name, text) in &documents {
        fragments_are_the_recorded_ones(&world, name, text).await;
    }

    // What people see of it.
    let catalog = world.site.catalog();
    let windows: CategoryId = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d".parse().unwrap();
    let family = catalog.categories().get(windows).unwrap();
    assert_eq!((family.kind, family.title.as_str()), (CategoryKind::ProductFamily, "Windows"));
    let product: CategoryId = "dd78b8a1-0b20-45c1-add6-4da72e9364cf".parse().unwrap();
    assert_eq!(catalog.categories().get(product).unwrap().parent, Some(windows));
    // The four others are members of bundles: nobody sees them, and they have their files.
    assert!(catalog.current_revisions().is_empty());
    let software = catalog.current_windows().iter().filter_map(|id| catalog.revision(sluice_model::RevisionId(id)));
    let software: Vec<_> = software.filter(|update| update.kind == UpdateKind::Software).collect();
    assert_eq!(software.len(), 4);
    let files = software.iter().flat_map(|update| &update.content.windows().unwrap().files);
    assert!(files.clone().count() > 0 && files.clone().all(|file| file.sha256.is_some() && file.size > 0));
    for update in software {
        assert!(update.title.len() > 5 && update.released.is_some(), "{update:?}");
    }
}
