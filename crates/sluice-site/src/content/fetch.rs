//! Fetching one file: from the places it may be at, one after the other, until it is here.

use std::sync::Arc;

use sluice_content::{ContentError, Part};
use sluice_store::content_origin;

use super::download::{DownloadError, Tools, download};
use super::origin::{Place, WantedContent, is_fetchable, recorded_places, shown};
use super::room::{self, RESERVE};
use super::state::Transfer;
use crate::error::chain;
use crate::site::Site;

/// Bytes that stay free of those that no deployment names, for the files of deployed updates.
const UNDEPLOYED_RESERVE: u64 = 4 << 30;
/// Tries of one place in a row that bring nothing new.
const ATTEMPTS: u32 = 3;
/// Most tries of one place; a server that sends a few bytes each time is given up.
const MAX_TRIES: u32 = 1_000;

/// Why a file is not here.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// Nobody says where it is.
    #[error("no source says where it is")]
    Homeless,
    /// There is no room for it.
    #[error("there is no room for it: {missing} bytes more are needed on the disk of {place}")]
    Full { missing: u64, place: String },
    /// Every place gave something else.
    #[error("what comes is not the file: {0}")]
    Wrong(String),
    /// No place has it now.
    #[error("{0}")]
    Failed(String),
    /// It cannot be stored.
    #[error("it could not be stored: {0}")]
    Store(String),
}

impl FetchError {
    /// What can be done about it.
    pub(super) fn fix(&self) -> &'static str {
        match self {
            Self::Homeless => "Upload it: `sluice content add`.",
            Self::Full { .. } => "Free space there; it is tried again by itself.",
            Self::Wrong(_) => "Look for a broken mirror or proxy, or upload the file: `sluice content add`.",
            Self::Failed(_) => "Check the network and the proxy; it is tried again by itself.",
            Self::Store(_) => "Check the place of the content: `sluice doctor`.",
        }
    }
}

/// Fetches a file.
pub(super) async fn fetch(site: &Arc<Site>, transfer: &Transfer) -> Result<(), FetchError> {
    let file = &transfer.file;
    let (store, name) = (Arc::clone(&site.content), file.name.clone());
    if blocking(move || store.size(&name)).await? == Some(file.size) {
        return Ok(());
    }
    let places = places(site, transfer).await?;
    if places.is_empty() {
        return Err(FetchError::Homeless);
    }
    let mut part = open(site, transfer).await?;
    room(site, transfer, file.size - part.arrived())?;
    let (mut failed, mut wrong) = (Vec::new(), Vec::new());
    for place in &places {
        transfer.tell(|progress| progress.from = shown(&place.url));
        // What was here before may be the wrong half.
        let mut doubtful = part.arrived() > 0;
        loop {
            let (back, result) = from_place(site, transfer, place, part).await;
            part = back;
            let why = match result {
                Ok(()) => match finish(site, transfer, part).await {
                    Ok(()) => return Ok(()),
                    Err(error) if error.is_wrong_content() => {
                        part = open(site, transfer).await?;
                        let why = format!("{}: {}", shown(&place.url), chain(&error));
                        tracing::warn!(file = %file.name, why, "what came is not the file");
                        if std::mem::take(&mut doubtful) {
                            continue;
                        }
                        wrong.push(why);
                        break;
                    }
                    Err(error) => return Err(store_error(site, &error)),
                },
                Err(DownloadError::Store(error)) => return Err(store_error(site, &error)),
                Err(error @ DownloadError::Wrong { .. }) => {
                    restart(transfer, &mut part)?;
                    if std::mem::take(&mut doubtful) {
                        continue;
                    }
                    wrong.push(chain(&error));
                    break;
                }
                Err(error) => {
                    ask_upstream(site, transfer, place, &error).await;
                    chain(&error)
                }
            };
            tracing::info!(file = %file.name, why, "a file did not come");
            failed.push(why);
            break;
        }
    }
    match (wrong.into_iter().next(), failed.into_iter().next()) {
        (Some(why), None) => Err(FetchError::Wrong(why)),
        (_, Some(why)) => Err(FetchError::Failed(why)),
        (None, None) => Err(FetchError::Homeless),
    }
}

/// Goes on at a place as long as that brings anything.
async fn from_place(
    site: &Arc<Site>,
    transfer: &Transfer,
    place: &Place,
    mut part: Part,
) -> (Part, Result<(), DownloadError>) {
    let bad = |why: &str| DownloadError::Wrong { url: shown(&place.url), why: why.to_owned() };
    if !is_fetchable(&place.url) {
        return (part, Err(bad("it is no address of a web server")));
    }
    let client = match &place.client {
        Some(client) => client.clone(),
        None => match site.fetcher.client(place.proxy.as_deref()) {
            Ok(client) => client,
            Err(_) => return (part, Err(bad("the proxy of the source is no address"))),
        },
    };
    let tools = Tools {
        client: &client,
        limiter: &site.fetching.limiter,
        rate: &|| site.fetching.settings().bandwidth,
        arrived: &|bytes| transfer.arrived(bytes, None),
    };
    let (mut idle, mut tries) = (0, 0);
    loop {
        tries += 1;
        let before = part.arrived();
        let (back, result) = download(&tools, &place.url, part).await;
        part = back;
        match result {
            Err(error) if error.is_passing() => {
                idle = if part.arrived() > before { 0 } else { idle + 1 };
                if idle >= ATTEMPTS || tries >= MAX_TRIES {
                    return (part, Err(error));
                }
                tracing::info!(file = %part.name(), error = chain(&error), "going on with a file");
                site.fetcher.pause(idle).await;
            }
            done => return (part, done),
        }
    }
}

/// Where the file may be, as sources and upstream servers say.
async fn places(site: &Arc<Site>, transfer: &Transfer) -> Result<Vec<Place>, FetchError> {
    let file = &transfer.file;
    let read = async {
        let mut reader = site.store.reader().await?;
        content_origin::of_files(&mut reader, &[file.name.sha1()]).await
    };
    let records = read.await.map_err(|error| FetchError::Failed(error.to_string()))?;
    Ok(match site.fetching.origin() {
        Some(origin) => origin.places(site, &looked_for(transfer), &records).await,
        None => recorded_places(&records, |_| None),
    })
}

fn looked_for(transfer: &Transfer) -> WantedContent {
    let file = &transfer.file;
    WantedContent { sha1: file.name.sha1(), path: file.name.address(), size: file.size }
}

/// An upstream server that does not have it is asked to get it.
async fn ask_upstream(site: &Arc<Site>, transfer: &Transfer, place: &Place, error: &DownloadError) {
    let (DownloadError::Missing { .. }, Some(source), Some(origin)) = (error, place.upstream, site.fetching.origin())
    else {
        return;
    };
    if let Err(why) = origin.request(site, source, &looked_for(transfer)).await {
        tracing::warn!(file = %transfer.file.name, why, "the upstream server was not asked to get a file");
    }
}

async fn open(site: &Arc<Site>, transfer: &Transfer) -> Result<Part, FetchError> {
    let (store, name, size) = (Arc::clone(&site.content), transfer.file.name.clone(), transfer.file.size);
    let (part, reader) = blocking(move || {
        let part = store.part(&name, size)?;
        let reader = part.reader()?;
        Ok((part, reader))
    })
    .await?;
    transfer.arrived(part.arrived(), Some(reader));
    Ok(part)
}

fn restart(transfer: &Transfer, part: &mut Part) -> Result<(), FetchError> {
    transfer.arrived(0, None);
    part.restart().map_err(|error| FetchError::Store(chain(&error)))
}

async fn finish(site: &Arc<Site>, transfer: &Transfer, part: Part) -> Result<(), ContentError> {
    let (store, expected) = (Arc::clone(&site.content), transfer.file.expected());
    let done = tokio::task::spawn_blocking(move || store.finish(part, &expected).map(drop)).await;
    done.unwrap_or_else(|error| Err(ContentError::Read(std::io::Error::other(error))))
}

/// Whether there is room for so many bytes more of a file.
fn room(site: &Site, transfer: &Transfer, bytes: u64) -> Result<(), FetchError> {
    let reserve = if transfer.undeployed { UNDEPLOYED_RESERVE } else { RESERVE };
    match room::missing(free_bytes(site), bytes, reserve) {
        None => Ok(()),
        Some(missing) => Err(FetchError::Full { missing, place: site.content.directory().display().to_string() }),
    }
}

/// Bytes that are free where files arrive.
pub(super) fn free_bytes(site: &Site) -> Option<u64> {
    room::free_bytes(site.content.directory())
}

fn store_error(site: &Site, error: &ContentError) -> FetchError {
    if error.is_disk_full() {
        return FetchError::Full { missing: RESERVE, place: site.content.directory().display().to_string() };
    }
    FetchError::Store(chain(error))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContentError> + Send + 'static,
) -> Result<T, FetchError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| FetchError::Store(error.to_string()))?;
    done.map_err(|error| FetchError::Store(chain(&error)))
}
