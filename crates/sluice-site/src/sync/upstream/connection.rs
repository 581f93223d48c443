//! SOAP over HTTP to one server: bounded, with retries.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Proxy, StatusCode};
use sluice_wsus::messages::server_sync::GetCookieResponse;
use sluice_wsus::soap::{self, AnswerError, SoapVersion};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::UpstreamError;
use super::trust;
use super::why::Why;
use crate::host::Host;
use crate::sources::{UpstreamSource, certificates};

/// Most time to reach a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Most time without a single byte. A WSUS thinks for minutes before it lists everything.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// Most time of one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1800);
/// Tries of a request, the first included.
const ATTEMPTS: u32 = 5;
/// Answers above this size are held one at a time. A server bounds its own at 2,000,000 bytes (note 37).
const LARGE: usize = 8 << 20;
/// Most bytes of an error page that are looked at.
const MAX_FAULT: u64 = 1 << 20;

/// How long to wait before the second try; doubled for each further one, with up to half of it added at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace(pub(crate) Duration);

impl Default for Pace {
    fn default() -> Self {
        Self(Duration::from_secs(1))
    }
}

/// What is asked.
pub(super) struct Question<'a> {
    /// The operation, for people.
    pub(super) operation: &'static str,
    /// Path of the service below the root.
    pub(super) path: &'a str,
    /// The SOAPAction, without quotes.
    pub(super) action: String,
    pub(super) body: Bytes,
    /// Most bytes of the answer.
    pub(super) limit: u64,
}

/// The body of an answer.
pub(super) struct Body {
    pub(super) bytes: Bytes,
    /// Held while a large one is in memory.
    _large: Option<OwnedSemaphorePermit>,
}

/// A server and the way to it.
pub(super) struct Connection {
    client: Client,
    /// Root of the server, without a slash at its end.
    pub(super) root: String,
    host: Host,
    pace: Pace,
    attempts: u32,
    large: Arc<Semaphore>,
}

impl Connection {
    pub(super) fn new(source: &UpstreamSource, host: Host, pace: Pace) -> Result<Self, UpstreamError> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("sluice/", env!("CARGO_PKG_VERSION"))));
        let mut builder = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            // A request with a body is not to be repeated somewhere else.
            .redirect(Policy::none());
        if let Some(proxy) = &source.proxy {
            builder = builder.no_proxy().proxy(Proxy::all(proxy).map_err(UpstreamError::Proxy)?);
        }
        let client = trusting(builder, source)?.build().map_err(|error| UpstreamError::Trust(Box::new(error)))?;
        let root = source.url.trim_end_matches('/').to_owned();
        Ok(Self { client, root, host, pace, attempts: ATTEMPTS, large: Arc::new(Semaphore::new(1)) })
    }

    /// What it asks with.
    pub(super) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Fails at the first failure.
    pub(super) fn without_retries(self) -> Self {
        Self { attempts: 1, ..self }
    }

    /// Asks, and asks again after passing failures.
    pub(super) async fn ask(
        &self,
        question: &Question<'_>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Body, UpstreamError> {
        let mut pause = self.pace.0;
        for _ in 1..self.attempts {
            match self.in_time(question, on_bytes).await {
                Err(error) if error.is_passing() => {
                    tracing::info!(operation = question.operation, %error, "asking the upstream again");
                    tokio::time::sleep(pause + self.jitter(pause / 2)).await;
                    pause *= 2;
                }
                done => return done,
            }
        }
        self.in_time(question, on_bytes).await
    }

    fn jitter(&self, most: Duration) -> Duration {
        let mut byte = [0];
        self.host.entropy.fill(&mut byte);
        most * u32::from(byte[0]) / 255
    }

    async fn in_time(
        &self,
        question: &Question<'_>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Body, UpstreamError> {
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, self.once(question, on_bytes)).await;
        answer.unwrap_or_else(|_| Err(UpstreamError::TooSlow { url: self.root.clone() }))
    }

    async fn once(
        &self,
        question: &Question<'_>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Body, UpstreamError> {
        let url = || self.root.clone();
        let unreachable = |error: reqwest::Error| {
            let why = Why::of(&error);
            // Its text may name the proxy with its password.
            UpstreamError::Unreachable { url: url(), why, source: error.without_url() }
        };
        let request = self
            .client
            .post(format!("{}/{}", self.root, question.path))
            .header(CONTENT_TYPE, SoapVersion::Soap11.content_type())
            .header("SOAPAction", format!("\"{}\"", question.action))
            .body(question.body.clone());
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let limit = if status == StatusCode::OK { question.limit } else { MAX_FAULT };
        let too_large = || UpstreamError::TooLarge { url: url(), limit };
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(if status == StatusCode::OK { too_large() } else { self.status(status) });
        }
        let expected = response.content_length().unwrap_or(0).min(LARGE as u64);
        let mut bytes = BytesMut::with_capacity(usize::try_from(expected).unwrap_or(0));
        let mut large = None;
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(unreachable)?;
            let size = bytes.len() + chunk.len();
            if size as u64 > limit {
                return Err(too_large());
            }
            if size > LARGE && large.is_none() {
                // Never closed.
                large = Arc::clone(&self.large).acquire_owned().await.ok();
            }
            on_bytes(chunk.len() as u64);
            bytes.extend_from_slice(&chunk);
        }
        let bytes = bytes.freeze();
        if status == StatusCode::OK {
            Ok(Body { bytes, _large: large })
        } else {
            Err(self.failure(question, status, &bytes))
        }
    }

    fn status(&self, status: StatusCode) -> UpstreamError {
        UpstreamError::Status { url: self.root.clone(), status: status.as_u16() }
    }

    /// The fault in the body of an answer that is no success; failing that, its status.
    fn failure(&self, question: &Question<'_>, status: StatusCode, body: &[u8]) -> UpstreamError {
        let text = soap::decode(body, None).ok();
        match text.map(|text| soap::read_response::<GetCookieResponse>(&text)) {
            Some(Err(AnswerError::Fault(fault))) => {
                UpstreamError::Fault { url: self.root.clone(), operation: question.operation, fault }
            }
            _ => self.status(status),
        }
    }
}

fn trusting(builder: ClientBuilder, source: &UpstreamSource) -> Result<ClientBuilder, UpstreamError> {
    if !source.pinned.is_empty() {
        let digest = |text: &String| {
            let mut pin = [0; 32];
            hex::decode_to_slice(text, &mut pin).map(|()| pin).map_err(|e| UpstreamError::Trust(Box::new(e)))
        };
        let pins = source.pinned.iter().map(digest).collect::<Result<Vec<_>, _>>()?;
        let tls = trust::pinned(pins).map_err(|e| UpstreamError::Trust(Box::new(e)))?;
        return Ok(builder.tls_backend_preconfigured(tls));
    }
    let Some(pem) = &source.authorities else { return Ok(builder) };
    let found = certificates(pem).map_err(|e| UpstreamError::Trust(Box::new(e)))?;
    let mut more = Vec::with_capacity(found.len());
    for certificate in found {
        more.push(Certificate::from_der(&certificate).map_err(|e| UpstreamError::Trust(Box::new(e)))?);
    }
    Ok(builder.tls_certs_merge(more))
}
