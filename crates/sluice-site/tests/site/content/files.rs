//! Updates with files, and a site that knows where these are.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use sluice_content::ContentName;
use sluice_model::{DeploymentId, DeploymentTarget, UpdateId};
use sluice_site::SiteEvent;
use sluice_site::content::Asker;
use sluice_site::content::demand::Offer;
use sluice_site::content::status::FetchStatus;
use sluice_store::content_origin::{self, ContentOriginRecord};
use tokio::sync::broadcast::Receiver;

use crate::deployments::spec;
use crate::windows_documents::{self as documents, id};
use crate::world::World;

/// A file of an update.
pub struct TestFile {
    pub name: ContentName,
    pub bytes: Vec<u8>,
    pub update: UpdateId,
}

/// Bytes that repeat nowhere near.
pub fn bytes(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed).collect()
}

pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().try_into().unwrap()
}

/// Imports an update with one file.
pub async fn add(world: &World, number: u128, file_name: &str, bytes: Vec<u8>) -> TestFile {
    let (sha1, sha256) = (sha1(&bytes), digest(&SHA256, &bytes));
    let file = format!(
        r#"<upd:Files><upd:File Digest="{}" DigestAlgorithm="SHA1" FileName="{file_name}" Size="{}"><upd:AdditionalDigest Algorithm="SHA256">{}</upd:AdditionalDigest></upd:File></upd:Files>"#,
        STANDARD.encode(sha1),
        bytes.len(),
        STANDARD.encode(sha256.as_ref())
    );
    documents::import(world, &[documents::with_files(number, &file)]).await;
    TestFile { name: ContentName::of_file(sha1, file_name), bytes, update: id(number) }
}

/// Records where a file is.
pub async fn place(world: &World, file: &TestFile, url: &str) {
    let source = world.site.list_sources(&world.admin).await.unwrap()[0].id;
    let record = ContentOriginRecord {
        sha1: file.name.sha1(),
        source,
        url: url.into(),
        upstream_url: String::new(),
        size: None,
        sha256: None,
    };
    let store = world.store().await;
    store.write(move |tx| Box::pin(async move { content_origin::put_many(tx, &[record]).await })).await.unwrap();
    store.close().await;
    world.site.content_origins_changed();
}

pub async fn deploy(world: &World, name: &str, file: &TestFile) -> DeploymentId {
    let spec = spec(world, name, DeploymentTarget::Updates(vec![file.update]));
    world.site.create_deployment(&world.admin, spec).await.unwrap().id
}

/// Waits for an event about content after which something holds.
pub async fn until(
    world: &World,
    events: &mut Receiver<SiteEvent>,
    holds: impl Fn(&FetchStatus) -> bool,
) -> FetchStatus {
    let waiting = async {
        loop {
            let status = world.site.fetch_status(&world.admin).await.unwrap();
            if holds(&status) {
                return status;
            }
            while events.recv().await.unwrap() != SiteEvent::Content {}
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it holds within a minute")
}

/// Waits until there are these alerts.
pub async fn until_alerts(world: &World, events: &mut Receiver<SiteEvent>, kinds: &[&str]) {
    let waiting = async {
        loop {
            let alerts = world.site.alerts(&world.admin, true).await.unwrap();
            if alerts.iter().map(|alert| alert.kind.as_str()).eq(kinds.iter().copied()) {
                return;
            }
            events.recv().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it holds within a minute");
}

/// Asks for a file as an approved server does, and reads it to its end.
pub async fn read(world: &World, name: &ContentName) -> Result<Vec<u8>, String> {
    read_as(world, Asker::Known, name).await
}

/// Asks for a file and reads it to its end.
pub async fn read_as(world: &World, asker: Asker, name: &ContentName) -> Result<Vec<u8>, String> {
    match world.site.content_for(asker, name).await.unwrap() {
        Offer::Here(file) => {
            let mut bytes = vec![0; usize::try_from(file.len).unwrap()];
            file.read_exact_at(&mut bytes, 0).unwrap();
            Ok(bytes)
        }
        Offer::Coming(mut coming) => {
            let mut bytes = Vec::new();
            while (bytes.len() as u64) < coming.len {
                let piece = coming.read(bytes.len() as u64, 1 << 16).await.map_err(|error| error.to_string())?;
                bytes.extend_from_slice(&piece);
            }
            Ok(bytes)
        }
        Offer::Known { len, .. } => Err(format!("{len} bytes")),
        Offer::Later(wait) => Err(format!("later: {wait:#}")),
        Offer::Absent => Err("absent".into()),
    }
}

/// Whether it is here.
pub fn is_here(world: &World, name: &ContentName) -> bool {
    world.site.content().find(name).unwrap().is_some()
}

pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
