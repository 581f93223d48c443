//! Downloads as Delivery Optimization does them (protocols.md §1.4, peer-wsus-rs.md Q50, Q51).

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG};
use tokio::task::JoinSet;

use super::Trouble;
use super::ranges::{RANGE, content_range, windows};
use crate::windows::agent::WindowsClient;
use crate::windows::client::{Server, body, hresult};
use crate::windows::scan::{FileInfo, Talk};

/// Connections of one download.
const CONNECTIONS: usize = 7;

const USER_AGENT: &str = "Microsoft-Delivery-Optimization/10.1";

impl WindowsClient {
    /// Gets a file from where the server said it is. When that fails the server is asked once for another place.
    /// Answers how many bytes came.
    pub(super) async fn download(&mut self, file: &FileInfo) -> Result<u64, Trouble> {
        if !self.behaviour.download || file.size > self.behaviour.largest_file {
            return Ok(0);
        }
        if file.sha256.is_none() {
            let why = format!("{} has no SHA-256, which Windows 8 and newer demand", file.name);
            return Err(Trouble::new(hresult::UNKNOWN_ALGORITHM, why));
        }
        let first = match self.cache.locations.get(&file.sha1).cloned() {
            Some(url) => match self.fetch(file, url).await {
                Ok(bytes) => return Ok(bytes),
                Err(trouble) => trouble,
            },
            None => Trouble::new(hresult::NO_URL, format!("the server gave no address for {}", file.name)),
        };
        self.cache.locations.remove(&file.sha1);
        let mut talk = Talk::new(self.caller());
        while let Err(error) = self.ask_locations(&talk.caller, vec![file.sha1.to_vec()]).await {
            if self.react(&mut talk, error).await.is_err() {
                return Err(first);
            }
        }
        match self.cache.locations.get(&file.sha1).cloned() {
            Some(url) => self.fetch(file, url).await,
            None => Err(first),
        }
    }

    async fn fetch(&mut self, file: &FileInfo, url: Arc<str>) -> Result<u64, Trouble> {
        let vector = self.caller().vector;
        let mut hashes = Hashes::new();
        let mut etag = None;
        for window in windows(file.size, &mut self.random) {
            let mut parts = BTreeMap::new();
            let mut ranges = window.into_iter();
            let mut running = JoinSet::new();
            loop {
                while running.len() < CONNECTIONS {
                    let Some(range) = ranges.next() else { break };
                    let (server, url, vector) = (Arc::clone(&self.server), Arc::clone(&url), vector.clone());
                    let size = file.size;
                    running.spawn(async move { part(&server, &url, range, size, &vector).await });
                }
                let Some(ended) = running.join_next().await else { break };
                let ended = ended.map_err(|error| Trouble::new(hresult::UNEXPECTED, error.to_string()))?;
                let (at, bytes, tag) = ended.map_err(|trouble| explain(trouble, file))?;
                // Parts of different files must not be put together.
                if *etag.get_or_insert_with(|| tag.clone()) != tag {
                    let why = format!("{} has another ETag in each range", file.name);
                    return Err(Trouble::new(hresult::WRONG_DIGEST, why));
                }
                parts.insert(at, bytes);
            }
            parts.values().for_each(|bytes| hashes.update(bytes));
        }
        hashes.check(file)?;
        Ok(file.size)
    }
}

fn explain(trouble: Trouble, file: &FileInfo) -> Trouble {
    Trouble { why: format!("{}: {}", file.name, trouble.why), ..trouble }
}

/// One range: where it begins, its bytes, the file's ETag.
async fn part(
    server: &Server,
    url: &str,
    (first, last): (u64, u64),
    size: u64,
    vector: &str,
) -> Result<(u64, Vec<u8>, String), Trouble> {
    let begin = server.host.clock.now();
    let unreachable = |error: &reqwest::Error| {
        let code = if error.is_timeout() { hresult::TIMEOUT } else { hresult::CANNOT_CONNECT };
        Trouble::new(code, error.to_string())
    };
    let request = server
        .http
        .get(url)
        .header("Accept", "*/*")
        .header("Range", format!("bytes={first}-{last}"))
        .header("User-Agent", USER_AGENT)
        .header("MS-CV", format!("{vector}.{first}"))
        .header("Connection", "Keep-Alive")
        .header("Content-Length", "0");
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    if status != StatusCode::PARTIAL_CONTENT {
        let code = hresult::of_download_status(status.as_u16());
        return Err(Trouble::new(code, format!("{url} answers with status {status} instead of 206")));
    }
    let wrong = |what: String| Trouble::new(hresult::WRONG_DIGEST, format!("{url} answers with {what}"));
    let header =
        |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (range, etag, encoding, length) =
        (header(CONTENT_RANGE), header(ETAG), header(CONTENT_ENCODING), header(CONTENT_LENGTH));
    if content_range(&range) != Some((first, last, size)) {
        return Err(wrong(format!("Content-Range {range:?} to the range {first}-{last} of {size}")));
    }
    if !etag.starts_with('"') {
        return Err(wrong(format!("the ETag {etag:?}, which is not strong")));
    }
    if !encoding.is_empty() {
        return Err(wrong(format!("the encoding {encoding:?}; content is never compressed")));
    }
    let expected = last - first + 1;
    if length.parse() != Ok(expected) {
        return Err(wrong(format!("Content-Length {length:?} instead of {expected}")));
    }
    let limit = usize::try_from(RANGE).unwrap_or(usize::MAX);
    let bytes = body(response, limit).await.map_err(|error| unreachable(&error))?;
    let bytes = bytes.filter(|bytes| bytes.len() as u64 == expected);
    let bytes = bytes.ok_or_else(|| wrong(format!("other than the {expected} bytes it announced")))?;
    server.took("Content", begin, bytes.len());
    Ok((first, bytes, etag))
}

/// Both digests of a file, part by part.
struct Hashes {
    sha1: Context,
    sha256: Context,
}

impl Hashes {
    fn new() -> Self {
        Self { sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY), sha256: Context::new(&SHA256) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.sha256.update(bytes);
    }

    fn check(self, file: &FileInfo) -> Result<(), Trouble> {
        let wrong = |which: &str| {
            let why = format!("{} has another {which} than its metadata says", file.name);
            Err(Trouble::new(hresult::WRONG_DIGEST, why))
        };
        if self.sha1.finish().as_ref() != file.sha1 {
            return wrong("SHA-1");
        }
        match file.sha256 {
            Some(expected) if self.sha256.finish().as_ref() != expected => wrong("SHA-256"),
            _ => Ok(()),
        }
    }
}
