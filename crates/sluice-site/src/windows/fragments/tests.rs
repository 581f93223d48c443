use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use sluice_model::{Classification, RevisionId, Update, UpdateContent, UpdateId, UpdateKind};
use sluice_store::catalog::{CatalogBatch, DocumentWrite, RevisionRef, commit_sync_batch};
use sluice_store::{DatabaseUrl, StoreConfig};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::windows::import::tests::world::plain;

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

    async fn load(&self, budget: u64) -> Arc<FragmentCache> {
        FragmentCache::load(&self.store, self.directory.path(), budget).await.unwrap()
    }

    /// Stores a revision with this document; its number.
    async fn store(&self, number: u32, text: &str) -> RevisionId {
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
        let body = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
        let document = DocumentWrite { revision: RevisionRef::New(0), plain_size: text.len() as u64, body };
        let batch =
            CatalogBatch { revisions: vec![Arc::new(update)], documents: vec![document], ..CatalogBatch::default() };
        let batch = batch.pack().unwrap();
        let commit = self.store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, Timestamp::UNIX_EPOCH)));
        let revision = commit.await.unwrap().revisions[0];
        assert_eq!(revision.0, number);
        revision
    }

    /// The files there are.
    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.directory.path().join("fragments")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

/// A document with rules of about so many bytes that do not pack well, and texts.
fn document(number: u32, rules: usize, languages: &[&str]) -> String {
    let mut state = number;
    let mut word = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("{state:08x}")
    };
    let rules: String = (0..rules / 8).map(|_| word()).collect();
    let texts = |language: &&str| {
        format!(
            "<u:LocalizedProperties><u:Language>{language}</u:Language><u:Title>in {language}</u:Title></u:LocalizedProperties>"
        )
    };
    let texts: String = languages.iter().map(texts).collect();
    format!(
        "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
         <u:UpdateIdentity UpdateID=\"{}\" RevisionNumber=\"{number}\"/>\
         <u:LocalizedPropertiesCollection>{texts}</u:LocalizedPropertiesCollection>\
         <u:ApplicabilityRules><u:Metadata><a xmlns=\"urn:x\">{rules}</a></u:Metadata></u:ApplicabilityRules></u:Update>",
        Uuid::from_u128(u128::from(number))
    )
}

async fn one(cache: &Arc<FragmentCache>, revision: RevisionId) -> Option<RevisionFragments> {
    cache.of(&[revision]).await.unwrap().pop().unwrap()
}

async fn core(cache: &Arc<FragmentCache>, revision: RevisionId) -> String {
    String::from_utf8(plain(one(cache, revision).await.map(|found| found.core())).await).unwrap()
}

fn recipient(unpacks: bool) -> Recipient {
    Recipient { peer: std::net::Ipv4Addr::LOCALHOST.into(), unpacks }
}

#[tokio::test]
async fn what_was_derived_is_served_without_the_store() {
    let world = World::new().await;
    let cache = world.load(1 << 20).await;
    assert!(one(&cache, RevisionId(1)).await.is_none());
    let text = document(1, 300, &["en"]);
    let (revision, other) = (world.store(1, &text).await, world.store(2, &document(2, 300, &[])).await);
    cache.note(revision, text.len() as u64);
    let first = core(&cache, revision).await;
    assert!(first.starts_with("&lt;UpdateIdentity UpdateID=\"00000000-0000-0000-0000-000000000001\""), "{first}");
    assert!(one(&cache, other).await.is_none(), "nobody has told of it");
    // The next start knows all.
    let next = world.load(1 << 20).await;
    assert_eq!((core(&next, revision).await, one(&next, other).await.is_some()), (first.clone(), true));
    world.store.close().await;
    assert_eq!(core(&cache, revision).await, first);
    assert_eq!(world.files(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn many_are_found_in_their_order_whatever_there_is() {
    let world = World::new().await;
    for number in 1..=40 {
        world.store(number, &document(number, 100, &[])).await;
    }
    let cache = world.load(1 << 20).await;
    one(&cache, RevisionId(7)).await.unwrap();
    let wanted: Vec<_> = (0..=42).rev().map(RevisionId).collect();
    let found = cache.of(&wanted).await.unwrap();
    for (revision, found) in wanted.into_iter().zip(found) {
        assert_eq!(found.is_some(), (1..=40).contains(&revision.0), "{revision:?}");
        let id = format!("UpdateID=\"{}\"", Uuid::from_u128(u128::from(revision.0)));
        assert!(found.is_none() || core(&cache, revision).await.contains(&id));
    }
}

#[tokio::test]
async fn long_ones_are_files_that_may_be_lost() {
    let world = World::new().await;
    let text = document(1, 400_000, &["en"]);
    let revision = world.store(1, &text).await;
    let cache = world.load(1 << 20).await;
    let first = core(&cache, revision).await;
    assert!(first.len() > 400_000);
    let [file] = &world.files()[..] else { panic!("one file") };
    assert!(file.ends_with("00000001-core"), "{file:?}");
    // Damaged, short, gone: it is made again each time.
    let mut damaged = fs::read(file).unwrap();
    damaged[1000] ^= 1;
    for bytes in [Some(damaged), Some(b"short".to_vec()), None] {
        match bytes {
            Some(bytes) => fs::write(file, bytes).unwrap(),
            None => fs::remove_file(file).unwrap(),
        }
        assert_eq!(core(&cache, revision).await, first);
        assert!(fs::metadata(file).unwrap().len() > 100_000);
    }
    // Without a directory for files it stays in memory.
    fs::remove_dir_all(world.directory.path().join("fragments")).unwrap();
    world.store(2, &document(2, 400_000, &[])).await;
    cache.note(RevisionId(2), text.len() as u64);
    assert!(core(&cache, RevisionId(2)).await.len() > 400_000);
    // What earlier starts left is gone.
    fs::create_dir_all(world.directory.path().join("fragments/another epoch")).unwrap();
    let next = world.load(1 << 20).await;
    assert_eq!(world.files(), Vec::<PathBuf>::new());
    // From a file, not from the store.
    assert_eq!(core(&next, revision).await, first);
    world.store.close().await;
    assert_eq!(core(&next, revision).await, first);
}

#[tokio::test]
async fn without_memory_everything_is_derived_each_time() {
    let world = World::new().await;
    let revision = world.store(1, &document(1, 300, &[])).await;
    let cache = world.load(0).await;
    assert_eq!(core(&cache, revision).await, core(&cache, revision).await);
    assert!(cache.slots.get(revision).is_none());
    world.store.close().await;
    assert!(cache.of(&[revision]).await.is_err());
}

#[tokio::test]
async fn a_document_that_cannot_be_read_stops_no_other() {
    let world = World::new().await;
    world.store(1, "<Update/>").await;
    world.store(2, &document(2, 100, &[])).await;
    let cache = world.load(1 << 20).await;
    for _ in 0..2 {
        let found = cache.of(&[RevisionId(1), RevisionId(2)]).await.unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
        assert!(!cache.slots.is_missing(RevisionId(1)), "nobody tries it again and again");
        assert_eq!(cache.document_size(RevisionId(1)), 0, "it fills no page");
    }
}

#[tokio::test]
async fn lengths_are_known_before_anything_is_derived() {
    let world = World::new().await;
    let texts = [document(1, 800, &[]), document(2, 8000, &["en"])];
    for (number, text) in (1..).zip(&texts) {
        world.store(number, text).await;
    }
    let cache = world.load(1 << 20).await;
    let sizes = || [1, 2, 3].map(|number| cache.document_size(RevisionId(number)));
    let before = sizes();
    assert_eq!(before, [texts[0].len() as u64, texts[1].len() as u64, 0]);
    cache.of(&[RevisionId(1), RevisionId(2)]).await.unwrap();
    assert_eq!(sizes(), before);
    assert_eq!((weight(1000, recipient(true)), weight(1000, recipient(false))), (250, 1000));
}

#[tokio::test]
async fn texts_come_in_the_languages_asked_and_in_english() {
    let world = World::new().await;
    world.store(1, &document(1, 1, &["de", "en", "pt-BR", "pt"])).await;
    world.store(2, &document(2, 1, &["fr", "de"])).await;
    world.store(3, &document(3, 1, &[])).await;
    let cache = world.load(1 << 20).await;
    let languages = async |number: u32, locales: &[&str]| {
        let found = one(&cache, RevisionId(number)).await.unwrap();
        found.localized(locales).iter().map(|fragment| fragment.name().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(languages(1, &["en-US", "en"]).await, ["en"]);
    assert_eq!(languages(1, &["pt-BR"]).await, ["pt-br", "en"]);
    assert_eq!(languages(1, &["pt-PT", "DE", "xx"]).await, ["pt", "de", "en"]);
    assert_eq!(languages(1, &[]).await, ["en"]);
    assert_eq!(languages(2, &["de-AT"]).await, ["de"]);
    assert_eq!(languages(2, &["es"]).await, ["fr"]);
    assert_eq!(languages(3, &["en"]).await, [""; 0]);
}
