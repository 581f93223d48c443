//! Messages of Windows agents, answered without the router: nine of ten requests of a fleet are these.
//!
//! What is not a plain POST to a service with a short body is left to hyper, with the bytes that were read, for the
//! rest of the connection's life. So nothing is decided here about what HTTP allows: only what has one meaning is
//! read. The bounds are those of the router: sizes, times, the memory of answers.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures_util::FutureExt as _;
use sluice_site::Site;
use sluice_wsus::soap::ContentEncoding;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::connection::HEADER_TIME;
use super::cutoff;
use super::head::Head;
use crate::content::http_date;
use crate::soap::{self, Call, Exposure, Reply, Unread};

/// Bytes read at a time, into memory that all connections of a thread share: one that waits has none of its own.
const SCRATCH: usize = 64 << 10;

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
    /// The last second that was written as a date.
    static DATE: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
}

/// Answers agents.
#[derive(Clone)]
pub(crate) struct Direct {
    pub(crate) site: Arc<Site>,
    pub(crate) exposure: Exposure,
}

/// Why a connection is not served here any more.
pub(super) enum Ended {
    /// It is at its end.
    Closed,
    /// What comes, beginning with these bytes, is for hyper.
    Other(Vec<u8>),
}

/// What comes next on a connection.
enum Next {
    Known(Reply),
    /// A whole message that has to be read.
    Message(Bytes),
    Other,
    TooSlow,
    Closed,
}

/// A connection.
pub(super) struct Talk<'a, S> {
    pub(super) stream: &'a mut S,
    pub(super) direct: &'a Direct,
    pub(super) peer: IpAddr,
    /// What was read and not yet answered.
    buffer: Vec<u8>,
    /// Bytes of the request in the buffer, as soon as that is known.
    whole: Option<usize>,
    /// When the wait for a head or a body began, and for how long it may last.
    waiting: (Instant, Duration),
    timer: Pin<Box<Sleep>>,
    /// The next answer is the last.
    ending: bool,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    pub(super) fn new(stream: &'a mut S, direct: &'a Direct, peer: IpAddr) -> Self {
        let waiting = (Instant::now(), HEADER_TIME);
        let timer = Box::pin(tokio::time::sleep(HEADER_TIME));
        Self { stream, direct, peer, buffer: Vec::new(), whole: None, waiting, timer, ending: false }
    }

    /// Serves it, no longer than `end` lasts; then the request under way is the last.
    pub(super) async fn serve(mut self, mut end: Pin<&mut impl Future<Output = ()>>) -> io::Result<Ended> {
        loop {
            let next = std::future::poll_fn(|cx| self.poll_next(cx, end.as_mut())).await?;
            let reply = match next {
                Next::Known(reply) => reply,
                Next::Message(message) => {
                    let Some(reply) = self.answer(message).await else { return Ok(Ended::Closed) };
                    reply
                }
                Next::Other => return Ok(Ended::Other(self.buffer)),
                Next::TooSlow => {
                    self.refuse(&Unread::TooSlow).await?;
                    return Ok(Ended::Closed);
                }
                Next::Closed => return Ok(Ended::Closed),
            };
            self.send(reply).await?;
            if self.ending {
                self.stream.shutdown().await?;
                return Ok(Ended::Closed);
            }
            self.waiting = (Instant::now(), HEADER_TIME);
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, end: Pin<&mut impl Future<Output = ()>>) -> Poll<io::Result<Next>> {
        // What came together with the last request.
        if self.whole.is_none() && !self.buffer.is_empty() {
            let buffer = std::mem::take(&mut self.buffer);
            if let Some(next) = self.take(&buffer) {
                return Poll::Ready(Ok(next));
            }
        }
        loop {
            let read = READ.with_borrow_mut(|scratch| {
                let mut into = ReadBuf::new(scratch);
                ready!(Pin::new(&mut *self.stream).poll_read(cx, &mut into))?;
                let bytes = into.filled();
                if bytes.is_empty() {
                    return Poll::Ready(Ok(Some(Next::Closed)));
                }
                if self.buffer.is_empty() {
                    return Poll::Ready(Ok::<_, io::Error>(self.take(bytes)));
                }
                self.buffer.extend_from_slice(bytes);
                if self.whole.is_some_and(|whole| self.buffer.len() < whole) {
                    return Poll::Ready(Ok(None));
                }
                let buffer = std::mem::take(&mut self.buffer);
                Poll::Ready(Ok(self.take(&buffer)))
            });
            match read {
                Poll::Ready(Ok(Some(next))) => return Poll::Ready(Ok(next)),
                Poll::Ready(Ok(None)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
        }
        if !self.ending && end.poll(cx).is_ready() {
            if self.buffer.is_empty() {
                return Poll::Ready(Ok(Next::Closed));
            }
            self.ending = true;
        }
        self.poll_time(cx)
    }

    /// The timer is set again when it rings, not with every request.
    fn poll_time(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Next>> {
        let (since, time) = self.waiting;
        let due = since + time;
        if self.timer.deadline() > due {
            self.timer.as_mut().reset(due);
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(Ok(if self.buffer.is_empty() { Next::Closed } else { Next::TooSlow }));
            }
            self.timer.as_mut().reset(due);
        }
        Poll::Pending
    }

    /// Takes the request that these bytes begin with, once it is whole; keeps the rest.
    fn take(&mut self, bytes: &[u8]) -> Option<Next> {
        let Some(head) = Head::read(bytes) else {
            self.buffer = bytes.to_vec();
            return Some(Next::Other);
        };
        let whole = head.whole();
        let Some((request, rest)) = bytes.split_at_checked(whole) else {
            if self.whole.is_none() {
                self.waiting = (Instant::now(), soap::BODY_TIME);
            }
            self.buffer = bytes.to_vec();
            self.whole = Some(whole);
            return None;
        };
        self.buffer = rest.to_vec();
        self.whole = None;
        // On the plain listener messages are for those sites only whose settings allow it.
        let plain = self.direct.exposure == Exposure::Plain;
        if plain && !(self.direct.site.windows_allows_plain() && self.direct.site.windows_serves_plain()) {
            self.buffer = bytes.to_vec();
            return Some(Next::Other);
        }
        let body = request.get(head.length..).unwrap_or_default();
        Some(match self.call(&head).recall(body) {
            Some(reply) => Next::Known(reply),
            None => Next::Message(Bytes::copy_from_slice(request)),
        })
    }

    fn call<'h>(&'h self, head: &Head<'h>) -> Call<'h> {
        Call {
            site: &self.direct.site,
            exposure: self.direct.exposure,
            service: head.service,
            path: head.path,
            peer: self.peer,
            host: Some(head.host),
            content_type: head.content_type,
            action: head.action,
            encoding: if head.packs { ContentEncoding::Xpress } else { ContentEncoding::Identity },
        }
    }

    /// Reads a message and answers it. `None`: that panicked.
    async fn answer(&self, message: Bytes) -> Option<Reply> {
        let head = Head::read(&message)?;
        let body = message.slice(head.length..);
        let answered = AssertUnwindSafe(self.call(&head).answer(body, false)).catch_unwind().await;
        if answered.is_err() {
            tracing::error!("an answer to a Windows device panicked; please report this");
        }
        answered.ok()
    }

    /// Sends an answer in one write, if it is not large.
    async fn send(&mut self, reply: Reply) -> io::Result<()> {
        let head = date(&self.direct.site, |date| reply.head(date, self.ending));
        let [before, cookie, after] = reply.pieces();
        let mut all = Bytes::from(head).chain(before).chain(cookie).chain(after);
        let sending = async {
            self.stream.write_all_buf(&mut all).await?;
            self.stream.flush().await
        };
        if !reply.is_counted() {
            return sending.await;
        }
        // The share of memory is held as long as this lasts.
        match tokio::time::timeout(cutoff::TIME, sending).await {
            Ok(sent) => sent,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the peer reads a large answer too slowly")),
        }
    }

    async fn refuse(&mut self, why: &Unread) -> io::Result<()> {
        let (status, line) = why.answer();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{line}",
            line.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.shutdown().await
    }
}

/// The date of an answer, written once a second.
fn date<R>(site: &Site, write: impl FnOnce(&str) -> R) -> R {
    let now = site.now();
    DATE.with_borrow_mut(|(second, text)| {
        if *second != now.as_second() {
            *text = http_date(now);
            *second = now.as_second();
        }
        write(text)
    })
}
