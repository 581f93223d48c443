//! `/Content`: the files of updates, by digest (protocols.md §1.4).
//!
//! Plain HTTP is enough here: an agent checks size, digests and signature of what it gets against
//! metadata that it got elsewhere. Never compressed; one range at a time, as Delivery Optimization
//! and BITS ask; `HEAD` as BITS asks.

mod range;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_MATCH,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use sluice_content::{ContentFile, ContentName};
use sluice_site::Site;
use sluice_site::content::Asker;
use sluice_site::content::demand::{ComingError, ComingFile, Offer};
use tokio_util::sync::DropGuard;

use crate::problem::Problem;
use crate::server::Cutoff;
use range::{Part, Range};

/// Bytes sent at a time of a file that arrives. A peer that does not read keeps one of them, or of
/// [`ContentFile::piece`], in memory on each of its connections.
const PIECE: u64 = 128 << 10;

/// How long a request waits for its first byte of a file that is on its way. Agents wait a minute.
const FIRST_BYTE: Duration = Duration::from_secs(20);
/// When a peer that waited so long shall come again.
const COME_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// Longest time that a peer is told to stay away, seconds.
const LONGEST_WAIT: i64 = 600;

/// A file of content changes never; its name is its digest. A day, because agents may share a proxy
/// that should not fill up with what was deployed last year.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Whether a path is below `/Content`, in any case and with doubled slashes.
pub(crate) fn is_content(path: &str) -> Option<&str> {
    let path = path.trim_start_matches('/');
    let (folder, rest) = path.split_once('/')?;
    folder.eq_ignore_ascii_case("content").then(|| rest.trim_start_matches('/'))
}

/// Whether a path is below `/SelfUpdate`, in any case.
pub(crate) fn is_self_update(path: &str) -> bool {
    let folder = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    folder.eq_ignore_ascii_case("selfupdate")
}

/// Agents of Windows 8.1 and older update themselves from here before they scan, with files that
/// Microsoft signed and does not let others hand out (protocols.md §3.10). Windows 10, Server 2016
/// and newer never ask.
pub(crate) fn no_self_update() -> Response {
    let text = "This site has no self-update tree. Agents of Windows 8.1, Server 2012 R2 and older need one that \
        Microsoft signed, so they cannot be served. Newer Windows does not ask for it.\n";
    (StatusCode::NOT_FOUND, text).into_response()
}

/// Answers a request for `rest` below `/Content`. With a cutoff the connection ends when its peer does not take a
/// piece in time; it goes on by a range on another one.
pub(crate) async fn serve(
    site: Arc<Site>,
    method: &Method,
    headers: &HeaderMap,
    rest: &str,
    cutoff: Option<&Cutoff>,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let Some(name) = name(rest) else { return StatusCode::NOT_FOUND.into_response() };
    let asker = if method == Method::HEAD { Asker::Looker } else { Asker::Anybody };
    let offer = match site.content_for(asker, &name).await {
        Ok(offer) => offer,
        Err(error) => {
            tracing::error!(error = sluice_site::error::chain(&error), "a file of content could not be opened");
            return Problem::internal().into_response();
        }
    };
    match offer {
        Offer::Here(content) => {
            let modified = Timestamp::try_from(content.modified).unwrap_or(Timestamp::UNIX_EPOCH);
            let about = About { len: content.len, etag: content.etag.clone(), modified: Some(modified) };
            match about.part(headers) {
                Ok(answer) => answer.with(method, |part| body(content, part, cutoff.cloned())),
                Err(refusal) => refusal,
            }
        }
        Offer::Coming(coming) => {
            let about = About { len: coming.len, etag: coming.etag.clone(), modified: None };
            match about.part(headers) {
                Ok(answer) => match arriving(method, answer, coming, cutoff.cloned()).await {
                    Ok(response) => response,
                    Err(ComingError::Slow) => later(COME_AGAIN),
                    // Nobody may have it at all, which is known now.
                    Err(ComingError::Failed) => match site.content_for(asker, &name).await {
                        Ok(Offer::Absent) => StatusCode::NOT_FOUND.into_response(),
                        Ok(Offer::Later(wait)) => later(wait),
                        _ => later(COME_AGAIN),
                    },
                },
                Err(refusal) => refusal,
            }
        }
        // Only who asks with HEAD is told no more.
        Offer::Known { len, etag } => match (About { len, etag, modified: None }).part(headers) {
            Ok(answer) => answer.with(&Method::HEAD, |_| Body::empty()),
            Err(refusal) => refusal,
        },
        Offer::Later(wait) => later(wait),
        Offer::Absent => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Hands out a file while it arrives: at once what is here, and what comes within a moment. For what
/// takes longer the peer is asked to come again, so that its connection is not held.
async fn arriving(
    method: &Method,
    answer: Answer,
    mut coming: ComingFile,
    cutoff: Option<Cutoff>,
) -> Result<Response, ComingError> {
    if method == Method::HEAD || answer.part.len == 0 {
        return Ok(answer.with(method, |_| Body::empty()));
    }
    coming.wait(answer.part.first, FIRST_BYTE).await?;
    Ok(answer.with(method, |part| {
        let end = part.first + part.len;
        Body::from_stream(stream::try_unfold(
            (coming, cutoff, part.first),
            move |(mut coming, cutoff, at)| async move {
                if at == end {
                    return Ok(None);
                }
                let piece = coming.read(at, PIECE.min(end - at)).await?;
                let next = at + piece.len() as u64;
                Ok::<_, io::Error>(Some((taken_in_time(piece, cutoff.as_ref()), (coming, cutoff, next))))
            },
        ))
    }))
}

/// Not now.
fn later(wait: SignedDuration) -> Response {
    let seconds = wait.as_secs().clamp(1, LONGEST_WAIT).to_string();
    let text = "The file is not here yet. It is being fetched; come again later.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], text).into_response()
}

/// The name of a file by its path below `/Content`: a folder of the last two digits of its digest.
fn name(rest: &str) -> Option<ContentName> {
    let (folder, file) = rest.split_once('/')?;
    let name = ContentName::parse(file.trim_start_matches('/'))?;
    let [.., last] = name.sha1();
    folder.eq_ignore_ascii_case(&format!("{last:02X}")).then_some(name)
}

/// What headers are decided by.
struct About {
    len: u64,
    etag: String,
    /// `None`: it is on its way.
    modified: Option<Timestamp>,
}

/// How a request is answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    part: Part,
}

impl Answer {
    fn with(self, method: &Method, body: impl FnOnce(Part) -> Body) -> Response {
        let body = if method == Method::HEAD { Body::empty() } else { body(self.part) };
        (self.status, self.headers, body).into_response()
    }
}

impl About {
    /// Which part to send, or the whole answer when none is.
    fn part(&self, request: &HeaderMap) -> Result<Answer, Response> {
        let answer = self.answer(request);
        match answer.status {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(answer),
            status => Err((status, answer.headers).into_response()),
        }
    }

    /// Preconditions first, then the range (RFC 9110 section 13.2.2).
    fn answer(&self, request: &HeaderMap) -> Answer {
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(ETAG, &self.etag);
        if let Some(modified) = self.modified {
            set(LAST_MODIFIED, &http_date(modified));
        }
        set(ACCEPT_RANGES, "bytes");
        let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
        let whole = Part { first: 0, len: self.len };
        let refused = match (text(IF_MATCH), text(IF_UNMODIFIED_SINCE)) {
            (Some(tags), _) => !self.matches(tags, false),
            (None, Some(date)) => self.changed_since(date).unwrap_or(false),
            (None, None) => false,
        };
        if refused {
            return Answer { status: StatusCode::PRECONDITION_FAILED, headers, part: whole };
        }
        let unchanged = match (text(IF_NONE_MATCH), text(IF_MODIFIED_SINCE)) {
            (Some(tags), _) => self.matches(tags, true),
            (None, Some(date)) => self.changed_since(date).is_some_and(|changed| !changed),
            (None, None) => false,
        };
        if unchanged {
            return Answer { status: StatusCode::NOT_MODIFIED, headers, part: whole };
        }
        let date = self.modified.map(http_date);
        let same = text(IF_RANGE).is_none_or(|tag| tag.trim() == self.etag || date.as_deref() == Some(tag.trim()));
        let (status, part) = match range::read(text(RANGE).filter(|_| same), self.len) {
            Range::Whole => (StatusCode::OK, whole),
            Range::Part(part) => {
                set(CONTENT_RANGE, &format!("bytes {}-{}/{}", part.first, part.first + part.len - 1, self.len));
                (StatusCode::PARTIAL_CONTENT, part)
            }
            Range::NotSatisfiable => {
                set(CONTENT_RANGE, &format!("bytes */{}", self.len));
                return Answer { status: StatusCode::RANGE_NOT_SATISFIABLE, headers, part: whole };
            }
        };
        set(CONTENT_LENGTH, &part.len.to_string());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CACHE_CONTROL, KEPT);
        Answer { status, headers, part }
    }

    /// Whether it changed after a date; `None` when that cannot be said.
    fn changed_since(&self, date: &str) -> Option<bool> {
        Some(self.modified?.as_second() > parse_http_date(date)?.as_second())
    }

    /// Whether a list of entity tags names this file; `weak` ones count where only reading is at stake.
    fn matches(&self, tags: &str, weak: bool) -> bool {
        tags.split(',').map(str::trim).any(|tag| {
            tag == "*" || tag == self.etag || (weak && tag.strip_prefix("W/").is_some_and(|tag| tag == self.etag))
        })
    }
}

/// A part of a file, read piece by piece off the async threads as the peer takes it.
fn body(file: ContentFile, part: Part, cutoff: Option<Cutoff>) -> Body {
    let file = Arc::new(file);
    let end = part.first + part.len;
    Body::from_stream(stream::try_unfold(part.first, move |at| {
        let (file, cutoff) = (Arc::clone(&file), cutoff.clone());
        async move {
            let len = file.piece().min(end - at);
            if len == 0 {
                return Ok(None);
            }
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; usize::try_from(len).unwrap_or(0)];
                file.read_exact_at(&mut piece, at).map(|()| Bytes::from(piece))
            });
            let piece = read.await.map_err(io::Error::other)??;
            Ok::<_, io::Error>(Some((taken_in_time(piece, cutoff.as_ref()), at + len)))
        }
    }))
}

/// A piece that is in memory until its last byte has been sent.
struct Held {
    piece: Bytes,
    _in_time: DropGuard,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

/// A piece that ends the connection when it is not sent in time.
fn taken_in_time(piece: Bytes, cutoff: Option<&Cutoff>) -> Bytes {
    let Some(cutoff) = cutoff else { return piece };
    Bytes::from_owner(Held { piece, _in_time: cutoff.start() })
}

/// A time as HTTP writes it (RFC 9110 section 5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    let date = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text.trim()).ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;
    use crate::server::cutoff::TIME;

    fn about() -> About {
        About { len: 100, etag: "\"abc\"".into(), modified: Some(Timestamp::from_second(1_790_000_000).unwrap()) }
    }

    fn ask(headers: &[(HeaderName, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, HeaderValue::from_str(value).unwrap());
        }
        about().answer(&map)
    }

    /// A few bytes a minute: each piece has its time, however large the file is.
    #[tokio::test(start_paused = true)]
    async fn a_piece_that_is_not_taken_ends_the_connection() {
        let directory = tempfile::tempdir().unwrap();
        let store = sluice_content::ContentStore::open(directory.path()).unwrap();
        let bytes = vec![7; 1 << 20];
        let name = store.add(&mut &bytes[..], "a.cab", &sluice_content::Expected::default()).unwrap().name;
        let (file, cutoff) = (store.find(&name).unwrap().unwrap(), Cutoff::default());
        let mut body = body(file, Part { first: 0, len: 1 << 20 }, Some(cutoff.clone())).into_data_stream();
        let almost = TIME - Duration::from_secs(1);
        for _ in 0..3 {
            let piece = body.next().await.unwrap().unwrap();
            assert!(tokio::time::timeout(almost, cutoff.reached()).await.is_err());
            drop(piece);
        }
        let _not_taken = body.next().await.unwrap().unwrap();
        tokio::time::timeout(TIME + Duration::from_secs(1), cutoff.reached()).await.unwrap();
    }

    #[test]
    fn dates_go_both_ways() {
        let at = about().modified.unwrap();
        assert_eq!(http_date(at), "Mon, 21 Sep 2026 14:13:20 GMT");
        assert_eq!(parse_http_date(&http_date(at)), Some(at));
        assert_eq!(parse_http_date("yesterday"), None);
    }

    #[test]
    fn ranges_carry_what_delivery_optimization_checks() {
        let answer = ask(&[(RANGE, "bytes=10-19")]);
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.headers[CONTENT_RANGE], "bytes 10-19/100");
        assert_eq!(answer.headers[CONTENT_LENGTH], "10");
        assert_eq!(answer.headers[ETAG], "\"abc\"");
        assert_eq!(answer.headers[ACCEPT_RANGES], "bytes");
        let answer = ask(&[(RANGE, "bytes=100-")]);
        assert_eq!(
            (answer.status, &answer.headers[CONTENT_RANGE]),
            (StatusCode::RANGE_NOT_SATISFIABLE, &HeaderValue::from_static("bytes */100"))
        );
    }

    #[test]
    fn preconditions_come_before_ranges() {
        assert_eq!(ask(&[(IF_NONE_MATCH, "W/\"abc\""), (RANGE, "bytes=0-1")]).status, StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&[(IF_MATCH, "\"other\"")]).status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(ask(&[(IF_MATCH, "*")]).status, StatusCode::OK);
        assert_eq!(ask(&[(IF_RANGE, "\"other\""), (RANGE, "bytes=0-1")]).status, StatusCode::OK);
        assert_eq!(ask(&[(IF_RANGE, "\"abc\""), (RANGE, "bytes=0-1")]).status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(ask(&[(IF_MODIFIED_SINCE, "Mon, 21 Sep 2026 14:13:20 GMT")]).status, StatusCode::NOT_MODIFIED);
        assert_eq!(
            ask(&[(IF_UNMODIFIED_SINCE, "Mon, 21 Sep 2026 14:13:19 GMT")]).status,
            StatusCode::PRECONDITION_FAILED
        );
    }

    #[test]
    fn a_file_is_named_by_its_folder_too() {
        let path = "49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe";
        assert_eq!(name(path).map(|name| name.to_string()).as_deref(), path.split_once('/').map(|(_, file)| file));
        assert_eq!(name(&path.to_lowercase()), name(path));
        for bad in ["50/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe", "49/../x", "49/A3.exe", "A3.exe", ""] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }

    #[test]
    fn paths_are_taken_as_agents_write_them() {
        assert_eq!(is_content("/Content/49/A3.exe"), Some("49/A3.exe"));
        assert_eq!(is_content("//content//49/A3.exe"), Some("49/A3.exe"));
        assert_eq!(is_content("/Contents/49/A3.exe"), None);
        assert_eq!(is_content("/content"), None);
    }
}
