//! What an operation knows of the request around it, and what can come of it.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use sluice_site::Site;
use sluice_site::downstream::ServerFault;
use sluice_site::windows::{AnswerShare, ClientFault, Recipient};
use sluice_wsus::soap::{ContentEncoding, Message, SoapError, SoapVersion, write_response};
use sluice_wsus::xpress::XpressError;

use super::Exposure;

/// An answer, or why there is none.
pub(super) type Answered = Result<Answer, Failure>;

/// Answers above this many bytes are put together off the async threads.
const LARGE: u64 = 1 << 20;

/// An answer as it goes over the wire.
pub(super) struct Answer {
    pub(super) bytes: Bytes,
    /// Kept until the answer has been sent.
    pub(super) memory: Option<AnswerShare>,
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
        let bytes = self.writing.bytes(message).map_err(Failure::Damaged)?;
        Ok(Answer { bytes: bytes.into(), memory: None })
    }

    /// An answer with metadata for which there is this share of memory, put together by `write`.
    pub(super) async fn write_with<T: Send + 'static>(
        &self,
        value: T,
        memory: Option<AnswerShare>,
        write: impl FnOnce(Writing, &T) -> Result<Vec<u8>, XpressError> + Send + 'static,
    ) -> Answered {
        let writing = self.writing;
        let bytes = if memory.as_ref().is_some_and(|share| share.size() <= LARGE) {
            write(writing, &value)
        } else {
            let work = tokio::task::spawn_blocking(move || write(writing, &value));
            work.await.map_err(|_| Failure::Fault(ClientFault::Internal))?
        };
        Ok(Answer { bytes: bytes.map_err(Failure::Damaged)?.into(), memory })
    }

    /// Counts an answer that is not counted yet.
    pub(super) async fn counted(&self, answer: Answer) -> Answered {
        if answer.memory.is_some() {
            return Ok(answer);
        }
        let share = self.site.windows_answer_share(self.peer, answer.bytes.len() as u64).await?;
        Ok(Answer { memory: Some(share), ..answer })
    }

    /// The root of this server as the client knows it: `https://host:8531/`. `None`: it did not say,
    /// or nonsense.
    pub(super) fn root(&self) -> Option<String> {
        let scheme = self.scheme();
        self.host.filter(|host| is_host(host)).map(|host| format!("{scheme}://{host}/"))
    }

    /// Where the client gets content: from the plain listener if there is one, because the agent
    /// verifies what it gets there by digests and signatures (protocols.md §1.1), else from where it
    /// asks.
    pub(super) fn content_root(&self) -> Option<String> {
        match self.site.windows_plain_port() {
            Some(port) => {
                let host = self.host.filter(|host| is_host(host)).map(without_port)?;
                Some(format!("http://{host}:{port}/"))
            }
            None => self.root(),
        }
    }

    fn scheme(&self) -> &'static str {
        match self.exposure {
            Exposure::Tls => "https",
            Exposure::Plain => "http",
        }
    }
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
