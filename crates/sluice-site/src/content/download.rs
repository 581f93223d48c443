//! One request for the rest of a file, and what came of it.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use sluice_content::{ContentError, Part};

use super::limiter::Limiter;
use super::origin::shown;
use super::range::parse_range;

/// Bytes gathered before they are written, at most about.
const PIECE: usize = 256 << 10;
/// Most time for as many bytes: a server that is slower keeps others from their turn.
const PIECE_TIME: Duration = Duration::from_secs(60);

/// Why a place did not give a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    #[error("{url} cannot be fetched from ({why})")]
    Broken { url: String, why: &'static str },
    #[error("{url} comes too slowly")]
    Slow { url: String },
    #[error("{url} ended before the file did")]
    Short { url: String },
    #[error("{url} does not have it (status {status})")]
    Missing { url: String, status: u16 },
    #[error("{url} answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} has something else ({why})")]
    Wrong { url: String, why: String },
    #[error("it could not be stored")]
    Store(#[from] ContentError),
}

impl DownloadError {
    /// What is there already is worth going on with, from the same place and soon.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::Slow { .. } | Self::Short { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429 || *status == 408,
            Self::Missing { .. } | Self::Wrong { .. } | Self::Store(_) => false,
        }
    }
}

/// What a download may use.
pub(super) struct Tools<'t> {
    pub(super) client: &'t Client,
    pub(super) limiter: &'t Limiter,
    /// Bytes per second that are allowed now.
    pub(super) rate: &'t (dyn Fn() -> Option<u64> + Send + Sync),
    /// Called with the bytes that are here.
    pub(super) arrived: &'t (dyn Fn(u64) + Send + Sync),
}

/// Fetches what is missing of a part. The part comes back whatever happens.
pub(super) async fn download(tools: &Tools<'_>, url: &str, mut part: Part) -> (Part, Result<(), DownloadError>) {
    if part.arrived() == part.size() {
        return (part, Ok(()));
    }
    let response = match ask(tools.client, url, part.arrived()).await {
        Ok(response) => response,
        Err(error) => return (part, Err(error)),
    };
    match begins_at(&response, url, &part) {
        Ok(at) if at == part.arrived() => {}
        Ok(_) => {
            // It sends the whole; what is here is of no use.
            if let Err(error) = part.restart() {
                return (part, Err(error.into()));
            }
            (tools.arrived)(0);
        }
        Err(error) => return (part, Err(error)),
    }
    receive(tools, url, response, part).await
}

async fn ask(client: &Client, url: &str, from: u64) -> Result<Response, DownloadError> {
    let mut request = client.get(url).header(ACCEPT_ENCODING, "identity");
    if from > 0 {
        request = request.header(RANGE, format!("bytes={from}-"));
    }
    let response = request.send().await.map_err(|error| broken(url, &error))?;
    let shown = || shown(url);
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(response),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(DownloadError::Missing { url: shown(), status: response.status().as_u16() })
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            Err(DownloadError::Wrong { url: shown(), why: "it is shorter than what came before".into() })
        }
        status => Err(DownloadError::Status { url: shown(), status: status.as_u16() }),
    }
}

/// Where the bytes of an answer begin in the file, if it is of such a file.
fn begins_at(response: &Response, url: &str, part: &Part) -> Result<u64, DownloadError> {
    let wrong = |why: String| DownloadError::Wrong { url: shown(url), why };
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(encoding) = header(CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        let encoding: String = encoding.chars().take(20).collect();
        return Err(wrong(format!("it is encoded as {encoding:?}, unasked")));
    }
    let (first, total) = if response.status() == StatusCode::PARTIAL_CONTENT {
        let range = header(CONTENT_RANGE).and_then(parse_range);
        range.ok_or_else(|| wrong("it does not say which part it sends".into()))?
    } else {
        (0, response.content_length())
    };
    if let Some(total) = total.filter(|total| *total != part.size()) {
        return Err(wrong(format!("it has {total} bytes, not {}", part.size())));
    }
    if first != 0 && first != part.arrived() {
        return Err(wrong("it sends another part than was asked for".into()));
    }
    Ok(first)
}

async fn receive(
    tools: &Tools<'_>,
    url: &str,
    response: Response,
    mut part: Part,
) -> (Part, Result<(), DownloadError>) {
    let mut stream = response.bytes_stream();
    let mut patience = pin!(tokio::time::sleep(PIECE_TIME));
    let mut since = 0;
    loop {
        let gathered = tokio::select! {
            gathered = gather(&mut stream, url) => gathered,
            () = patience.as_mut() => (Bytes::new(), Err(DownloadError::Slow { url: shown(url) })),
        };
        let (piece, more) = gathered;
        let len = piece.len() as u64;
        // What came before the end, or before the connection broke, is kept in any case.
        let (back, written) = write(part, piece).await;
        part = back;
        match written {
            Ok(()) => (tools.arrived)(part.arrived()),
            Err(ContentError::Size { .. }) => {
                let why = format!("it sends more than {} bytes", part.size());
                return (part, Err(DownloadError::Wrong { url: shown(url), why }));
            }
            Err(error) => return (part, Err(error.into())),
        }
        match more {
            Ok(false) if part.arrived() < part.size() => {
                return (part, Err(DownloadError::Short { url: shown(url) }));
            }
            Ok(false) => return (part, Ok(())),
            Ok(true) => tools.limiter.came((tools.rate)(), len).await,
            Err(error) => return (part, Err(error)),
        }
        since += len;
        if since >= PIECE as u64 {
            since = 0;
            patience.set(tokio::time::sleep(PIECE_TIME));
        }
    }
}

/// Waits for some bytes and takes what is there at once: on a fast line much, on a slow one little,
/// so that who reads along does not wait. Whether more may come.
async fn gather<S>(stream: &mut S, url: &str) -> (Bytes, Result<bool, DownloadError>)
where
    S: Stream<Item = reqwest::Result<Bytes>> + Unpin,
{
    let mut buffer = BytesMut::new();
    let mut next = stream.next().await;
    loop {
        match next {
            Some(Ok(chunk)) => buffer.extend_from_slice(&chunk),
            Some(Err(error)) => return (buffer.freeze(), Err(broken(url, &error))),
            None => return (buffer.freeze(), Ok(false)),
        }
        if buffer.len() >= PIECE {
            return (buffer.freeze(), Ok(true));
        }
        next = match stream.next().now_or_never() {
            Some(next) => next,
            None => return (buffer.freeze(), Ok(true)),
        };
    }
}

/// Adds a piece off the async threads.
async fn write(mut part: Part, piece: Bytes) -> (Part, Result<(), ContentError>) {
    let writing = tokio::task::spawn_blocking(move || {
        let written = part.write(&piece);
        (part, written)
    });
    match writing.await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            // A defect of ours, handled where the file's task ends; what is on disk is found again.
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and this with it.
            Err(_) => std::future::pending().await,
        },
    }
}

fn broken(url: &str, error: &reqwest::Error) -> DownloadError {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_redirect() {
        "too many redirections, or one to what is no web server"
    } else if error.is_body() || error.is_decode() {
        "the connection broke off"
    } else {
        "the request failed"
    };
    DownloadError::Broken { url: shown(url), why }
}
