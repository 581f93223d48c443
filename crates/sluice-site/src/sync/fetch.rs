//! Fetching files from upstreams over HTTP: bounded, conditional, with retries.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use reqwest::header::{ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, USER_AGENT};
use reqwest::{Client, Proxy, StatusCode};

use crate::host::Host;

/// Most time to reach a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Most time without a single byte.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Slowest server that is waited for, bytes per second: one that sends a byte a minute must not keep
/// other sources from their turn.
const MIN_RATE: u64 = 16 << 10;
/// Tries of a file, the first included.
const ATTEMPTS: u32 = 3;
/// Wait before the second try; doubled for each further one, with up to half of it added at random.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);

/// What a server said about a file, to ask later whether it changed (RFC 9110 §13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// The answer to a request.
#[derive(Debug)]
pub enum Fetched {
    /// The file.
    File {
        /// Its bytes.
        bytes: Bytes,
        /// For the next time.
        validators: Validators,
    },
    /// The file is as it was.
    NotModified,
}

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, name not known, connection lost, time out, bad TLS.
    #[error("{url} cannot be reached ({why})")]
    Unreachable {
        /// The file.
        url: String,
        /// In a few words.
        why: &'static str,
        /// For the log.
        #[source]
        source: reqwest::Error,
    },
    /// Another status than 200 or 304.
    #[error("{url} answered with status {status}")]
    Status {
        /// The file.
        url: String,
        /// The status.
        status: u16,
    },
    /// More bytes than expected.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        url: String,
        /// The most accepted.
        limit: u64,
    },
    /// The bytes come too slowly.
    #[error("{url} comes too slowly")]
    TooSlow {
        /// The file.
        url: String,
    },
    /// The address or proxy is not one.
    #[error("{url} is not an address that can be fetched")]
    BadUrl {
        /// The text.
        url: String,
    },
}

impl FetchError {
    /// The server says there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410 | 403, .. })
    }

    fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429 || *status == 408,
            Self::TooSlow { .. } | Self::TooLarge { .. } | Self::BadUrl { .. } => false,
        }
    }

    /// What an administrator can do.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::TooSlow { .. } => {
                "Check the address, the network and the proxy of the source; the site tries again by itself."
            }
            Self::Status { status: 401 | 407, .. } => "The upstream or the proxy wants credentials; check the source.",
            Self::Status { status: 403..=410, .. } => "Check the address, suite and component of the source.",
            Self::Status { .. } => "The upstream has a problem of its own; the site tries again by itself.",
            Self::TooLarge { .. } => "The upstream sends more than it announced; look for a broken mirror or proxy.",
            Self::BadUrl { .. } => "Correct the address or the proxy of the source.",
        }
    }
}

/// HTTP clients, one for each proxy, kept for their connections.
pub struct Fetcher {
    host: Host,
    clients: Mutex<HashMap<Option<String>, Client>>,
}

impl Fetcher {
    /// Without connections yet.
    #[must_use]
    pub fn new(host: Host) -> Self {
        Self { host, clients: Mutex::default() }
    }

    pub(crate) fn client(&self, proxy: Option<&str>) -> Result<Client, FetchError> {
        let key = proxy.map(str::to_owned);
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        // Not its address, which may hold a password.
        let bad = |_| FetchError::BadUrl { url: "the proxy of the source".to_owned() };
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("sluice/", env!("CARGO_PKG_VERSION"))));
        let mut builder = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .redirect(reqwest::redirect::Policy::limited(5));
        builder = match proxy {
            Some(proxy) => builder.no_proxy().proxy(Proxy::all(proxy).map_err(bad)?),
            None => builder,
        };
        let client = builder.build().map_err(bad)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    /// Fetches a file of at most `limit` bytes; with `known`, only if it changed. Passing failures
    /// are tried again.
    ///
    /// # Errors
    /// What went wrong at the last try.
    pub async fn fetch(
        &self,
        url: &str,
        proxy: Option<&str>,
        known: Option<&Validators>,
        limit: u64,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Fetched, FetchError> {
        let client = self.client(proxy)?;
        let mut backoff = FIRST_BACKOFF;
        for _ in 1..ATTEMPTS {
            match self.in_time(&client, url, known, limit, on_bytes).await {
                Err(error) if error.is_passing() => {
                    tracing::info!(url, %error, "fetching again");
                    tokio::time::sleep(backoff + self.jitter(backoff / 2)).await;
                    backoff *= 2;
                }
                done => return done,
            }
        }
        self.in_time(&client, url, known, limit, on_bytes).await
    }

    async fn in_time(
        &self,
        client: &Client,
        url: &str,
        known: Option<&Validators>,
        limit: u64,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Fetched, FetchError> {
        let most = READ_TIMEOUT + Duration::from_secs(limit / MIN_RATE);
        let answer = tokio::time::timeout(most, self.once(client, url, known, limit, on_bytes)).await;
        answer.unwrap_or_else(|_| Err(FetchError::TooSlow { url: url.to_owned() }))
    }

    /// Waits before a try after so many that failed in a row.
    pub(crate) async fn pause(&self, failed: u32) {
        if let Some(doublings) = failed.checked_sub(1) {
            let backoff = FIRST_BACKOFF * (1 << doublings.min(5));
            tokio::time::sleep(backoff + self.jitter(backoff / 2)).await;
        }
    }

    fn jitter(&self, most: Duration) -> Duration {
        let mut byte = [0];
        self.host.entropy.fill(&mut byte);
        most * u32::from(byte[0]) / 255
    }

    async fn once(
        &self,
        client: &Client,
        url: &str,
        known: Option<&Validators>,
        limit: u64,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Fetched, FetchError> {
        let unreachable =
            |source: reqwest::Error| FetchError::Unreachable { url: url.to_owned(), why: why(&source), source };
        let too_large = || FetchError::TooLarge { url: url.to_owned(), limit };
        let mut request = client.get(url);
        if let Some(etag) = known.and_then(|k| k.etag.as_deref()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = known.and_then(|k| k.last_modified.as_deref()) {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        let response = request.send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Fetched::NotModified),
            status => return Err(FetchError::Status { url: url.to_owned(), status: status.as_u16() }),
        }
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let validators = Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
        let expected = response.content_length().unwrap_or(0).min(limit);
        let mut bytes = BytesMut::with_capacity(usize::try_from(expected).unwrap_or(0));
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(unreachable)?;
            if bytes.len() as u64 + chunk.len() as u64 > limit {
                return Err(too_large());
            }
            on_bytes(chunk.len() as u64);
            bytes.extend_from_slice(&chunk);
        }
        Ok(Fetched::File { bytes: bytes.freeze(), validators })
    }
}

fn why(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_redirect() {
        "too many redirections"
    } else if error.is_body() || error.is_decode() {
        "the connection broke off"
    } else {
        "the request failed"
    }
}
