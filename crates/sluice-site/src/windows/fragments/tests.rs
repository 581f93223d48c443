use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use sluice_model::{Classification, Update, UpdateContent, UpdateId, UpdateKind};
use sluice_store::catalog::{CatalogBatch, FragmentWrite, RevisionRef, commit_sync_batch};
use sluice_store::{DatabaseUrl, StoreConfig};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

struct World {
    directory: TempDir,
    store: Store,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        Self { store: Store::open(StoreConfig::new(url, [7; 16])).await.unwrap(), directory }
    }

    async fn load(&self, budget: u64) -> FragmentCache {
        FragmentCache::load(&self.store, self.directory.path(), budget).await.unwrap()
    }

    /// Stores a revision whose fragments have these sizes; its fragments, as an import adds them.
    async fn store(&self, number: u32, core: usize, extended: usize, languages: &[&str]) -> Vec<NewFragment> {
        let update = Update {
            id: UpdateId(Uuid::from_u128(u128::from(number))),
            number,
            kind: UpdateKind::Software,
            title: "An update".into(),
            description: String::new(),
            classification: Classification::Updates,
            products: Vec::new(),
            released: None,
            advisories: Vec::new(),
            info_url: None,
            content: UpdateContent::Windows(Box::default()),
        };
        let fragment = |kind, language: &str, size: usize| FragmentWrite {
            revision: RevisionRef::New(0),
            kind,
            language: language.into(),
            plain_size: size as u64 * 3,
            packed: false,
            body: vec![number.to_le_bytes()[0]; size],
        };
        let mut fragments = vec![
            fragment(FragmentKind::Core, "", core),
            fragment(FragmentKind::Extended, "", extended),
            fragment(FragmentKind::Document, "", 50),
        ];
        fragments.extend(languages.iter().map(|language| fragment(FragmentKind::Localized, language, 10)));
        let batch =
            CatalogBatch { revisions: vec![Arc::new(update)], fragments: fragments.clone(), ..CatalogBatch::default() };
        let batch = batch.pack().unwrap();
        let commit = self.store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, Timestamp::UNIX_EPOCH)));
        let revision = commit.await.unwrap().revisions[0];
        assert_eq!(revision.0, number);
        let new = |f: FragmentWrite| NewFragment {
            key: FragmentKey { revision, kind: f.kind, language: f.language },
            plain_size: f.plain_size,
            packed: f.packed,
            body: f.body,
        };
        fragments.into_iter().map(new).collect()
    }

    /// The files there are, by name.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.paths().iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    fn paths(&self) -> Vec<PathBuf> {
        let [epoch] = &listed(&self.directory.path().join("fragments"))[..] else { panic!("more than one epoch") };
        listed(epoch)
    }
}

fn listed(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

async fn sizes(cache: &FragmentCache, number: u32) -> (usize, usize) {
    let revision = RevisionId(number);
    let size = async |fragment: Option<StoredFragment>| {
        let bytes = fragment.unwrap().read().await.unwrap().bytes;
        assert!(bytes.iter().all(|byte| *byte == number.to_le_bytes()[0]));
        bytes.len()
    };
    (size(cache.core(revision)).await, size(cache.extended(revision)).await)
}

fn recipient(unpacks: bool) -> Recipient {
    Recipient { peer: std::net::Ipv4Addr::LOCALHOST.into(), unpacks }
}

/// Bytes of all Core fragments, for those who unpack and for those who do not.
fn all(cache: &FragmentCache) -> (u64, u64) {
    (cache.core_bytes_for(recipient(true)), cache.core_bytes_for(recipient(false)))
}

#[tokio::test]
async fn what_is_added_is_served_and_comes_back_at_the_next_start() {
    let world = World::new().await;
    let cache = world.load(1000).await;
    assert!(cache.core(RevisionId(1)).is_none());
    cache.add(world.store(1, 300, 20, &["en"]).await);
    cache.add(world.store(2, 400, 30, &["en"]).await);
    assert_eq!((sizes(&cache, 1).await, sizes(&cache, 2).await), ((300, 20), (400, 30)));
    assert_eq!(world.files(), [""; 0]);
    // Over the budget the largest ones become files.
    cache.add(world.store(3, 500, 40, &["en"]).await);
    assert_eq!(world.files(), ["00000003-core"]);
    assert_eq!(all(&cache), (300 + 400 + 500, 3 * (300 + 400 + 500)));
    assert_eq!((sizes(&cache, 2).await, sizes(&cache, 3).await), ((400, 30), (500, 40)));
    for budget in [1000, 100, 0] {
        let cache = world.load(budget).await;
        for (number, wanted) in [(1, (300, 20)), (2, (400, 30)), (3, (500, 40))] {
            assert_eq!(sizes(&cache, number).await, wanted, "budget {budget}");
        }
        assert!(cache.index.load().in_memory() <= budget);
        let size = |unpacks| cache.core_size_for(RevisionId(1), recipient(unpacks));
        assert_eq!((size(true), size(false)), (300, 900), "expanded for those who do not unpack");
        assert_eq!(all(&cache), (300 + 400 + 500, 3 * (300 + 400 + 500)));
    }
}

#[tokio::test]
async fn damaged_missing_and_foreign_files_do_no_harm() {
    let world = World::new().await;
    let cache = world.load(0).await;
    cache.add(world.store(1, 300, 20, &[]).await);
    assert_eq!(world.files(), ["00000001-core", "00000001-extended"]);
    let root = world.directory.path().join("fragments");
    let path = |name: &str| world.paths().into_iter().find(|p| p.ends_with(name)).unwrap();
    // A flipped bit, a short file, none at all: the store has the rest.
    let (core, extended) = (path("00000001-core"), path("00000001-extended"));
    let mut bytes = fs::read(&core).unwrap();
    bytes[7] ^= 1;
    fs::write(&core, &bytes).unwrap();
    fs::write(&extended, b"short").unwrap();
    assert_eq!(sizes(&cache, 1).await, (300, 20));
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(sizes(&cache, 1).await, (300, 20));

    fs::create_dir_all(core.parent().unwrap()).unwrap();
    fs::write(&core, b"short").unwrap();
    fs::write(core.with_file_name("00000009-core"), b"of a revision that is gone").unwrap();
    fs::write(core.with_file_name("3.new"), b"unfinished").unwrap();
    fs::create_dir_all(root.join("another epoch/x")).unwrap();
    let cache = world.load(0).await;
    assert_eq!(world.files(), [""; 0]);
    assert_eq!(listed(&root).len(), 1);
    assert_eq!(sizes(&cache, 1).await, (300, 20));
}

#[tokio::test]
async fn texts_come_in_the_languages_asked_and_in_english() {
    let world = World::new().await;
    let cache = world.load(1000).await;
    cache.add(world.store(1, 1, 1, &["de", "en", "pt-br", "pt"]).await);
    cache.add(world.store(2, 1, 1, &["fr", "de"]).await);
    let languages = |number: u32, locales: &[&str]| {
        cache.localized(RevisionId(number), locales).into_iter().map(|f| f.key.language).collect::<Vec<_>>()
    };
    assert_eq!(languages(1, &["en-US", "en"]), ["en"]);
    assert_eq!(languages(1, &["pt-BR"]), ["pt-br", "en"]);
    assert_eq!(languages(1, &["pt-PT", "DE", "xx"]), ["pt", "de", "en"]);
    assert_eq!(languages(1, &[]), ["en"]);
    assert_eq!(languages(2, &["de-AT"]), ["de"]);
    assert_eq!(languages(2, &["es"]), ["fr"]);
    assert_eq!(languages(3, &["en"]), [""; 0]);
}

#[test]
fn the_smallest_come_into_memory() {
    assert_eq!(largest_that_fits(&mut [5, 1, 3, 3], 7), 3);
    assert_eq!(largest_that_fits(&mut [5, 1, 3, 3], 6), 1);
    assert_eq!(largest_that_fits(&mut [5, 1, 3, 3], 100), 5);
    assert_eq!(largest_that_fits(&mut [], 100), 0);
}
