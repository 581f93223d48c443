//! What an operation knows of the request around it, and what can come of it.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sluice_site::Site;
use sluice_site::downstream::ServerFault;
use sluice_site::windows::{AnswerPlace, AnswerShare, AskedBytes, ClientFault, Recipient};
use sluice_wsus::messages::client::Outline;
use sluice_wsus::soap::{ContentEncoding, Message, SoapError, SoapVersion, Template, write_response, write_template};
use sluice_wsus::xpress::XpressError;

use super::Exposure;

/// An answer, or why there is none.
pub(super) type Answered = Result<Answer, Failure>;

/// Answers above this many bytes are put together off the async threads.
const LARGE: u64 = 1 << 20;

/// An answer as it goes over the wire.
pub(super) struct Answer {
    /// Before the cookie, the cookie, after it; or all in the first.
    pub(super) pieces: [Bytes; 3],
    /// Kept until the answer has been sent.
    pub(super) memory: Option<AnswerShare>,
}

impl Answer {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self { pieces: [bytes.into(), Bytes::new(), Bytes::new()], memory: None }
    }
}

/// A request as it came, if its answer may be kept for others.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) outline: &'a Outline<'a>,
    pub(super) bytes: AskedBytes<'a>,
}

impl Asked<'_> {
    /// Keeps the answer, if the request is what it looks like.
    pub(super) fn keep(&self, place: &AnswerPlace, pieces: &[Bytes; 3]) {
        if self.outline.is_true() {
            let [head, _, tail] = pieces;
            place.keep(&self.bytes, head, tail);
        }
    }
}

/// How an answer is written.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub(super) version: SoapVersion,
    pub(super) encoding: ContentEncoding,
}

impl Writing {
    /// The bytes of a message.
    pub(super) fn bytes<'m, M: Message<'m>>(self, message: &M) -> Result<Vec<u8>, XpressError> {
        write_response(message, self.version, self.encoding)
    }

    /// The bytes of a message that leaves a gap for a cookie.
    pub(super) fn template<'m, M: Message<'m>>(self, message: &M) -> Result<Template, XpressError> {
        write_template(message, self.version, self.encoding)
    }
}

/// Around a request.
pub(super) struct Ask<'a> {
    pub(super) site: &'a Arc<Site>,
    pub(super) exposure: Exposure,
    pub(super) writing: Writing,
    /// `Host` of the request.
    pub(super) host: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) peer: IpAddr,
    pub(super) asked: Option<Asked<'a>>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The site refused a client.
    Fault(ClientFault),
    /// The site refused a server.
    Server(ServerFault),
    /// The request is no SOAP, or a value in it is not of its type.
    Soap(SoapError),
    /// Metadata that was prepared before is damaged.
    Damaged(XpressError),
}

impl From<ClientFault> for Failure {
    fn from(fault: ClientFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<ServerFault> for Failure {
    fn from(fault: ServerFault) -> Self {
        Self::Server(fault)
    }
}

impl Ask<'_> {
    /// Whom the answer goes to.
    pub(super) fn recipient(&self) -> Recipient {
        Recipient { peer: self.peer, unpacks: self.writing.encoding == ContentEncoding::Xpress }
    }

    /// An answer without metadata.
    pub(super) fn write<'m, M: Message<'m>>(&self, message: &M) -> Answered {
        self.writing.bytes(message).map(Answer::of).map_err(Failure::Damaged)
    }

    /// What `write` makes of a value for which there is this share of memory; of a large one off the async threads.
    pub(super) async fn write_with<T: Send + 'static, W: Send + 'static>(
        &self,
        value: T,
        memory: Option<&AnswerShare>,
        write: impl FnOnce(Writing, &T) -> Result<W, XpressError> + Send + 'static,
    ) -> Result<W, Failure> {
        let writing = self.writing;
        let written = if memory.is_some_and(|share| share.size() <= LARGE) {
            write(writing, &value)
        } else {
            let work = tokio::task::spawn_blocking(move || write(writing, &value));
            work.await.map_err(|_| Failure::Fault(ClientFault::Internal))?
        };
        written.map_err(Failure::Damaged)
    }

    /// Counts an answer that is not counted yet.
    pub(super) async fn counted(&self, answer: Answer) -> Answered {
        if answer.memory.is_some() {
            return Ok(answer);
        }
        let size: usize = answer.pieces.iter().map(Bytes::len).sum();
        let share = self.site.windows_answer_share(self.peer, size as u64).await?;
        Ok(Answer { memory: Some(share), ..answer })
    }

    /// The root of this server as the client knows it: `https://host:8531/`. `None`: it did not say,
    /// or nonsense.
    pub(super) fn root(&self) -> Option<String> {
        root(self.exposure, self.host)
    }

    /// Where the client gets content.
    pub(super) fn content_root(&self) -> Option<String> {
        content_root(self.site, self.exposure, self.host)
    }
}

fn root(exposure: Exposure, host: Option<&str>) -> Option<String> {
    let scheme = match exposure {
        Exposure::Tls => "https",
        Exposure::Plain => "http",
    };
    host.filter(|host| is_host(host)).map(|host| format!("{scheme}://{host}/"))
}

/// Where a client gets content: from the plain listener if there is one, because the agent verifies
/// what it gets there by digests and signatures (protocols.md §1.1), else from where it asks.
pub(super) fn content_root(site: &Site, exposure: Exposure, host: Option<&str>) -> Option<String> {
    match site.windows_plain_port() {
        Some(port) => {
            let host = host.filter(|host| is_host(host)).map(without_port)?;
            Some(format!("http://{host}:{port}/"))
        }
        None => root(exposure, host),
    }
}

/// The bytes that stand in Base64.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Whether a `Host` can be one: it goes into addresses that the client opens.
fn is_host(host: &str) -> bool {
    (1..=261).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an IPv6 address are in brackets.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lose_their_ports() {
        assert_eq!(without_port("wsus.example:8531"), "wsus.example");
        assert_eq!(without_port("wsus.example"), "wsus.example");
        assert_eq!(without_port("[2001:db8::1]:8531"), "[2001:db8::1]");
        assert_eq!(without_port("[2001:db8::1]"), "[2001:db8::1]");
    }

    #[test]
    fn hosts_with_more_than_a_name_are_none() {
        assert!(is_host("192.0.2.1:8530") && is_host("[::1]:1") && is_host("a_b-c.example"));
        for odd in ["", "a/b", "a b", "user@host", "a?b", "a#b", "\u{fc}", "a\"b"] {
            assert!(!is_host(odd), "{odd}");
        }
    }
}
