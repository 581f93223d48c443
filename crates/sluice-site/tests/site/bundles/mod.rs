//! Bundles from one site to another.

mod arrive;
mod chain;
mod refused;
mod resume;

use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use sluice_model::RevisionId;
use sluice_site::SiteResult;
use sluice_site::bundles::{BundleOutcome, CHOSEN_BY_DEFAULT, ContentChoice, ExportRequest, Part};

use crate::windows_documents;
use crate::world::World;

/// SHA-1 of `abc` as documents have it, and as addresses do.
const DIGEST: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
const NAME: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D.exe";

/// Two sites; the second trusts the first.
async fn pair() -> (World, World) {
    let (from, to) = (World::numbered(1).await, World::numbered(2).await);
    let key = from.site.bundle_key(&from.admin).unwrap();
    to.site.trust_signer(&to.admin, "North", &key.public_key.to_string()).await.unwrap();
    (from, to)
}

/// The small catalog, whose files have the content `abc`.
fn catalog() -> Vec<String> {
    let real = |text: String| text.replace("o3nVUm+zp6BCPaHNf8MYKo1EhEk=", DIGEST).replace("Size=\"5\"", "Size=\"3\"");
    windows_documents::catalog().into_iter().map(real).collect()
}

fn body(bytes: &[u8]) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static {
    let pieces: Vec<_> = bytes.chunks(7919).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

fn request(since: Option<&str>) -> ExportRequest {
    ExportRequest {
        since: since.map(str::to_owned),
        content: ContentChoice::All,
        parts: Part::ALL.to_vec(),
        expires_in: SignedDuration::from_hours(24 * 30),
        intended: None,
    }
}

async fn export_as(world: &World, request: ExportRequest) -> Vec<u8> {
    let mut exported = world.site.export_bundle(&world.admin, request).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = exported.body.recv().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

async fn export(world: &World, since: Option<&str>) -> Vec<u8> {
    export_as(world, request(since)).await
}

async fn import(world: &World, bytes: &[u8]) -> SiteResult<BundleOutcome> {
    world.site.import_bundle(&world.admin, CHOSEN_BY_DEFAULT.to_vec(), body(bytes)).await
}

async fn add_file(world: &World) {
    let name = sluice_content::ContentName::parse(NAME).unwrap();
    world.site.add_content(&world.admin, &name, None, None, body(b"abc")).await.unwrap();
}

/// Everything the store holds, to the byte.
async fn stored(world: &World) -> Vec<u8> {
    let store = world.store().await;
    let path = world.directory().join(format!("dump-{}", uuid::Uuid::from_u128(rand_free(world))));
    store.backup(&path).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    bytes
}

/// A number that no file there has yet.
fn rand_free(world: &World) -> u128 {
    (0..).find(|n| !world.directory().join(format!("dump-{}", uuid::Uuid::from_u128(*n))).exists()).unwrap()
}

/// What is decided and known, as text in which equal sites are equal, whatever their numbers.
async fn state(world: &World) -> String {
    let (site, admin) = (&world.site, &world.admin);
    let catalog = site.catalog();
    let mut lines = Vec::new();
    for id in (0..=10_000).map(RevisionId) {
        if let Some(update) = catalog.revision(id) {
            let current = catalog.current(update.id) == Some(id);
            let declined = site.declined(admin, update.id).await.unwrap();
            lines.push(format!("{update:?} current {current} declined {declined:?}"));
        }
    }
    lines.sort();
    let mut text = lines.join("\n");
    for category in site.selection(admin).unwrap() {
        writeln!(text, "\n{} {} {:?}", category.id, category.selected, category.parent).unwrap();
    }
    for collection in site.list_collections(admin).await.unwrap() {
        writeln!(text, "{collection:?}").unwrap();
    }
    let page = sluice_site::PageRequest { cursor: None, limit: Some(200) };
    for group in site.list_groups(admin).await.unwrap() {
        let updates = site.group_updates(admin, group.id, &page).await.unwrap();
        let updates: Vec<_> = updates.items.into_iter().map(|row| row.id).collect();
        writeln!(text, "{} {} {updates:?}", group.id, group.name).unwrap();
    }
    let mut deployments = site.list_deployments(admin).await.unwrap();
    deployments.sort_by_key(|deployment| deployment.id);
    for d in deployments {
        let updates = site.deployment_updates(admin, d.id, &page).await.unwrap();
        let updates: Vec<_> = updates.items.into_iter().map(|row| row.id).collect();
        let (phase, group) = (d.phase, d.group);
        writeln!(text, "{} {} {} {phase:?} {group:?} {updates:?}", d.id, d.name, d.collection_name).unwrap();
    }
    text
}
