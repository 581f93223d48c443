//! HTTP/1.1 as Windows Update speaks it (protocols.md §1.2, §1.3).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode, Url};
use sluice_wsus::soap::{Limits, Message, SoapVersion, decode, read_response, write_request};
use sluice_wsus::xpress;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::operations::Caller;
use super::options::{ServerOptions, Trust};
use super::{AgentError, Meter, tls};
use crate::error::SimError;
use crate::host::Host;
use crate::windows::scan::Knowledge;

/// Time for a whole request. Pages of a large catalog take long on a busy server.
const REQUEST_LIMIT: Duration = Duration::from_secs(300);

/// Agents close connections that were idle for 27 to 30 seconds (peer-wsus-rs.md Q9).
const IDLE_LIMIT: Duration = Duration::from_secs(27);

/// Bytes of one answer, compressed or not: ten fragments of 47 MB may be in one page.
const MAX_ANSWER: usize = Limits::RESPONSE.bytes;

/// MiB that large answers of all clients may take at a time; others wait for their turn. One that needs more has all of
/// it for itself.
const BUDGET: u32 = 1024;

/// An answer is there as text, its fragments are taken out of it once more, and rules are read from that.
const COPIES: usize = 3;

/// Longest description of an unknown encoding that is repeated in an error.
const MAX_ENCODING: usize = 40;

/// A server, and what the clients of this process share about it: connections, update fragments once read, figures.
pub struct Server {
    pub(in super::super) http: reqwest::Client,
    /// Without slash at the end.
    url: String,
    status_url: String,
    xpress: bool,
    budget: Arc<Semaphore>,
    pub(in super::super) host: Host,
    pub(in super::super) meter: Meter,
    pub(in super::super) knowledge: Knowledge,
}

impl Server {
    /// Prepares connections to a server; none is made yet.
    ///
    /// # Errors
    /// When the address is none, or the certificates cannot be used.
    pub fn new(options: &ServerOptions, host: Host) -> Result<Arc<Self>, SimError> {
        let url = address(&options.url, &options.trust)?;
        let status_url = match &options.status_url {
            Some(status_url) => address(status_url, &options.trust)?,
            None => url.clone(),
        };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(&options.trust)?)
            .http1_only()
            .http1_title_case_headers()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(REQUEST_LIMIT)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(options.connections)
            .pool_idle_timeout(IDLE_LIMIT)
            .build()
            .map_err(|error| SimError::Tls(Box::new(error)))?;
        let (meter, knowledge) = (Meter::default(), Knowledge::default());
        let (xpress, budget) = (options.xpress, Arc::new(Semaphore::new(BUDGET as usize)));
        Ok(Arc::new(Self { http, url, status_url, xpress, budget, host, meter, knowledge }))
    }

    /// What the requests took.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Counts a request that did not go through [`Self::post`].
    pub(in super::super) fn took(&self, operation: &str, begin: Timestamp, received: usize) {
        self.meter.took(operation, since(begin, self.host.clock.now()));
        self.meter.bytes(0, received, received);
    }

    /// `WUServer`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `WUStatusServer`.
    pub(super) fn status_url(&self) -> &str {
        &self.status_url
    }

    /// Sends a request and gives its answer as text, to be read by [`Answer::read`].
    pub(super) async fn post<'q, Q: Message<'q>>(
        &self,
        caller: &Caller,
        url: String,
        request: &Q,
        with_vector: bool,
    ) -> Result<Answer, AgentError> {
        let operation = Q::ELEMENT;
        let begin = self.host.clock.now();
        let body = write_request(request, SoapVersion::Soap11);
        let sent = body.len();
        let headers = self.headers(caller, &format!("\"{}/{operation}\"", Q::SERVICE.namespace), with_vector);
        let answered = async {
            let response = self.http.post(url).headers(headers).body(body).send().await;
            let response = response.map_err(|source| AgentError::Unreachable { operation, source })?;
            self.answer(operation, response, sent).await
        };
        let answer = answered.await;
        self.meter.took(operation, since(begin, self.host.clock.now()));
        if let Err(error) = &answer {
            self.meter.failed(error);
        }
        answer
    }

    fn headers(&self, caller: &Caller, action: &str, with_vector: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("cache-control", "no-cache");
        set("connection", "Keep-Alive");
        set("pragma", "no-cache");
        set("content-type", "text/xml; charset=utf-8");
        set("accept-encoding", if self.xpress { "xpress" } else { "identity" });
        set("user-agent", &caller.user_agent);
        set("soapaction", action);
        if with_vector {
            set("ms-cv", &caller.next_vector());
        }
        headers
    }

    async fn answer(&self, operation: &'static str, response: Response, sent: usize) -> Result<Answer, AgentError> {
        let status = response.status();
        let text_of = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let charset = text_of(CONTENT_TYPE).and_then(charset).map(str::to_owned);
        let encoding = text_of(CONTENT_ENCODING).unwrap_or_default().trim().to_owned();
        let body = body(response, MAX_ANSWER)
            .await
            .map_err(|source| AgentError::Unreachable { operation, source })?
            .ok_or(AgentError::TooLarge { operation, limit: MAX_ANSWER })?;
        let received = body.len();
        let plain = if encoding.is_empty() { received } else { xpress::plain_size(&body).unwrap_or(received) };
        let room = self.room(plain).await;
        let body = match encoding.to_ascii_lowercase().as_str() {
            "" | "identity" => body,
            "xpress" if self.xpress => {
                xpress::decompress(&body, MAX_ANSWER).map_err(|source| AgentError::Xpress { operation, source })?
            }
            _ => {
                let encoding = encoding.chars().take(MAX_ENCODING).collect();
                return Err(AgentError::Encoding { operation, encoding });
            }
        };
        self.meter.bytes(sent, received, body.len());
        if !status.is_success() && status != StatusCode::INTERNAL_SERVER_ERROR {
            return Err(AgentError::Status { operation, status: status.as_u16() });
        }
        let text = text(body, charset.as_deref()).map_err(|source| AgentError::Answer { operation, source })?;
        let answer = Answer { operation, text, received, _room: room };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Err(answer.fault(status));
        }
        Ok(answer)
    }
}

impl Server {
    /// Waits until there is room for an answer; small ones need not wait.
    async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let needed = u32::try_from(bytes.saturating_mul(COPIES) >> 20).unwrap_or(u32::MAX).min(BUDGET);
        if needed == 0 {
            return None;
        }
        Arc::clone(&self.budget).acquire_many_owned(needed).await.ok()
    }
}

/// An answer as text.
pub(super) struct Answer {
    operation: &'static str,
    text: String,
    /// What it takes of the memory for large answers.
    _room: Option<OwnedSemaphorePermit>,
    /// Bytes as they came.
    pub received: usize,
}

impl Answer {
    /// Reads the answer.
    pub(super) fn read<'a, A: Message<'a>>(&'a self) -> Result<A, AgentError> {
        read_response(&self.text).map_err(|error| AgentError::answer(self.operation, error))
    }

    /// The fault that an answer with status 500 is.
    fn fault(&self, status: StatusCode) -> AgentError {
        use sluice_wsus::messages::client::RegisterComputerResponse;
        // Any message will do: a fault is told by its own element.
        match read_response::<RegisterComputerResponse>(&self.text) {
            Err(error @ sluice_wsus::soap::AnswerError::Fault(_)) => AgentError::answer(self.operation, error),
            Ok(_) | Err(_) => AgentError::Status { operation: self.operation, status: status.as_u16() },
        }
    }
}

/// The bytes of an answer; `None` when there are too many.
pub(in super::super) async fn body(mut response: Response, limit: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    // What the server announces is not believed further than this before it came.
    const AT_ONCE: u64 = 1 << 20;
    let announced = response.content_length().unwrap_or(0).min(AT_ONCE);
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn text(body: Vec<u8>, charset: Option<&str>) -> Result<String, sluice_wsus::soap::SoapError> {
    let other = match decode(&body, charset)? {
        // The usual case: the bytes are the text.
        Cow::Borrowed(text) if text.len() == body.len() => None,
        other => Some(other.into_owned()),
    };
    match other {
        Some(text) => Ok(text),
        None => String::from_utf8(body).map_err(|_| sluice_wsus::soap::SoapError::Encoding { encoding: "UTF-8" }),
    }
}

fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("charset")).map(|(_, value)| value)
}

fn address(text: &str, trust: &Trust) -> Result<String, SimError> {
    let wrong = || SimError::UpdateServer(text.to_owned());
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let scheme = if *trust == Trust::Plain { "http" } else { "https" };
    if url.scheme() != scheme || url.host().is_none() || url.query().is_some() {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Time between two readings of a clock, which may have been set back.
pub(in super::super) fn since(begin: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(begin)).unwrap_or_default()
}
