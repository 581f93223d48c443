//! A site in a temporary directory, and documents to import.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::{Stream, stream};
use jiff::{SignedDuration, Timestamp};
use sluice_model::{RevisionRef, UpdateId};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_wsus::xpress;
use tempfile::TempDir;
use uuid::Uuid;

use crate::error::SiteResult;
use crate::host::{Clock, Entropy, Host};
use crate::page::PageRequest;
use crate::windows::fragments::StoredFragment;
use crate::windows::import::ImportSummary;
use crate::{Caller, Site, SiteConfig};

/// A clock that moves on by a second each time it is looked at.
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// Different bytes at every call, the same in every run.
struct TestEntropy(AtomicU64);

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&n.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) struct World {
    pub(crate) site: Arc<Site>,
    pub(crate) admin: Caller,
    pub(crate) directory: TempDir,
    host: Host,
}

impl World {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000)));
        let host = Host { clock, entropy: Arc::new(TestEntropy(AtomicU64::new(0))) };
        let site = open(&directory, host.clone()).await;
        Self { site, admin: Caller::system(), directory, host }
    }

    /// Stops the site and starts it again on the same store.
    pub(crate) async fn restart(&mut self) {
        self.site.close().await;
        self.site = open(&self.directory, self.host.clone()).await;
    }

    pub(crate) async fn import(&self, name: &str, bytes: impl Into<Bytes>) -> SiteResult<ImportSummary> {
        self.import_stream(name, pieces(bytes.into())).await
    }

    pub(crate) async fn import_stream(
        &self,
        name: &str,
        body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> SiteResult<ImportSummary> {
        self.site.import_catalog(&self.admin, name, None, body).await
    }

    /// What is in quarantine: items and reasons, sorted.
    pub(crate) async fn quarantine(&self) -> Vec<(String, String)> {
        let page = PageRequest { cursor: None, limit: Some(200) };
        let items = self.site.quarantine(&self.admin, page).await.unwrap().items;
        let mut all: Vec<_> = items.into_iter().map(|item| (item.item, item.reason)).collect();
        all.sort();
        all
    }

    /// The titles of everything in the catalog, sorted, with revision numbers.
    pub(crate) fn titles(&self) -> Vec<String> {
        let catalog = self.site.catalog();
        let windows = catalog.current_windows().iter();
        let title = |id| catalog.revision(sluice_model::RevisionId(id)).map(|u| format!("{} r{}", u.title, u.number));
        let mut titles: Vec<_> = windows.filter_map(title).collect();
        titles.sort();
        titles
    }
}

async fn open(directory: &TempDir, host: Host) -> Arc<Site> {
    let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
    let store = Store::open(StoreConfig::new(url, [7; 16])).await.unwrap();
    let config = SiteConfig {
        name: "Test".into(),
        database: "SQLite",
        authority_sha256: [1; 32],
        authority_certificate: b"a certificate".to_vec(),
        clients_url: "https://updates.example.org:8531".into(),
        data_directory: directory.path().to_owned(),
        content_directory: directory.path().join("content"),
        metadata_memory: 64 << 20,
        plain_port: None,
        certificate_expires: Timestamp::MAX,
        check_in: SignedDuration::from_mins(15),
        silent_after: SignedDuration::from_hours(72),
    };
    Site::open(config, store, host).await.unwrap()
}

/// A body in uneven pieces.
pub(crate) fn pieces(bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
    const PIECE: usize = 7919;
    let pieces: Vec<_> =
        (0..bytes.len()).step_by(PIECE).map(|at| bytes.slice(at..bytes.len().min(at + PIECE))).collect();
    stream::iter(pieces.into_iter().map(Ok))
}

/// The plain bytes of a fragment, as a client gets them.
pub(crate) async fn plain(fragment: Option<StoredFragment>) -> Vec<u8> {
    let read = fragment.expect("the fragment is there").read().await.unwrap();
    if read.packed { xpress::decompress(&read.bytes, 1 << 30).unwrap() } else { read.bytes.to_vec() }
}

pub(crate) fn update_id(number: u128) -> UpdateId {
    UpdateId(Uuid::from_u128(0x0fa1_201d_0000_0000_0000_0000_0000_0000 + number))
}

pub(crate) fn revision(id: u128, number: u32) -> RevisionRef {
    RevisionRef { update: update_id(id), number }
}

/// A document: `properties` are attributes, `rest` sections after the title.
pub(crate) fn document(id: u128, number: u32, title: &str, properties: &str, rest: &str) -> String {
    format!(
        "<upd:Update xmlns:upd=\"http://schemas.microsoft.com/msus/2002/12/Update\" \
         xmlns:cat=\"http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <upd:UpdateIdentity UpdateID=\"{}\" RevisionNumber=\"{number}\"/>\
         <upd:Properties DefaultPropertiesLanguage=\"en\" {properties}/>\
         <upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language>\
         <upd:Title>{title}</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection>{rest}</upd:Update>",
        update_id(id)
    )
}

/// An update that can be deployed.
pub(crate) fn software(id: u128, number: u32, title: &str, needs: &[u128]) -> String {
    document(id, number, title, "ExplicitlyDeployable=\"true\"", &relations(needs, false))
}

/// A company, family or product below another one.
pub(crate) fn category(id: u128, title: &str, kind: &str, below: &[u128]) -> String {
    let rest = format!(
        "{}<upd:HandlerSpecificData xsi:type=\"cat:Category\"><cat:CategoryInformation CategoryType=\"{kind}\"/>\
         </upd:HandlerSpecificData>",
        relations(below, true)
    );
    document(id, 1, title, "UpdateType=\"Category\"", &rest)
}

fn relations(needs: &[u128], categories: bool) -> String {
    let clause = |id: &u128| {
        format!(
            "<upd:AtLeastOne{}><upd:UpdateIdentity UpdateID=\"{}\"/></upd:AtLeastOne>",
            if categories { " IsCategory=\"true\"" } else { "" },
            update_id(*id)
        )
    };
    let clauses: String = needs.iter().map(clause).collect();
    format!("<upd:Relationships><upd:Prerequisites>{clauses}</upd:Prerequisites></upd:Relationships>")
}

/// A file of the recorded data, which lies outside the project; says so when it is absent.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
    let root = std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so {path} was not checked", root.display());
        return None;
    }
    let file = root.join(path);
    assert!(file.exists(), "{} is there but not {path}", root.display());
    Some(file)
}
