//! Single requests to an S3-compatible store.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use rusty_s3::{Bucket, Credentials, S3Action};

use super::{S3Credentials, SigningClock};
use crate::error::ContentError;

/// How long a signed request is good for; it covers clocks that differ.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);
/// Most time to reach the store.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Most time without a single byte.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Tries of a request, the first included.
const ATTEMPTS: u32 = 3;
/// Wait before the second try; doubled for the third.
const BACKOFF: Duration = Duration::from_millis(500);
/// Longest answer that is text: a list of a thousand files takes about 500 KiB.
const MAX_TEXT: usize = 8 << 20;

/// What sends them.
pub(super) struct Requests {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    clock: SigningClock,
}

impl Requests {
    pub(super) fn new(bucket: Bucket, credentials: &S3Credentials, clock: SigningClock) -> Result<Self, ContentError> {
        let S3Credentials { access_key, secret_key, session_token } = credentials;
        let credentials = match session_token {
            Some(token) => Credentials::new_with_token(access_key, secret_key, token),
            None => Credentials::new(access_key, secret_key),
        };
        let client = Client::builder()
            .user_agent(concat!("sluice/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            // A redirection would carry the signature to somewhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let client = client.map_err(|error| remote("making an HTTP client", &error))?;
        Ok(Self { client, bucket, credentials, clock })
    }

    /// A page of the list, as text.
    pub(super) async fn list(&self, prefix: &str, token: Option<&str>, most: usize) -> Result<String, ContentError> {
        let doing = "listing the bucket";
        let request = || {
            let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
            action.with_max_keys(most);
            if !prefix.is_empty() {
                action.with_prefix(prefix);
            }
            if let Some(token) = token {
                action.with_continuation_token(token);
            }
            self.signed(Method::GET, &action)
        };
        text(doing, self.send(doing, request).await?).await
    }

    pub(super) async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ContentError> {
        let action = self.bucket.put_object(Some(&self.credentials), key);
        self.send("uploading to the bucket", || self.with_body(&action, bytes.clone())).await.map(drop)
    }

    /// The size of a file; `None` when it is not there.
    pub(super) async fn size(&self, key: &str) -> Result<Option<u64>, ContentError> {
        let action = self.bucket.head_object(Some(&self.credentials), key);
        match self.send("looking at a file of the bucket", || self.signed(Method::HEAD, &action)).await {
            Ok(response) => {
                let length = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
                Ok(length)
            }
            Err(ContentError::RemoteStatus { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A part of a file.
    pub(super) async fn range(&self, key: &str, first: u64, len: u64) -> Result<Bytes, ContentError> {
        let doing = "reading from the bucket";
        if len == 0 {
            return Ok(Bytes::new());
        }
        let range = format!("bytes={first}-{}", first + len - 1);
        let action = self.bucket.get_object(Some(&self.credentials), key);
        let request = || self.signed(Method::GET, &action).header(RANGE, &range);
        let response = self.send(doing, request).await?;
        // A store that does not know ranges would send everything.
        if response.status() != StatusCode::PARTIAL_CONTENT || response.content_length() != Some(len) {
            return Err(ContentError::Remote { doing, why: "it does not answer requests for ranges".into() });
        }
        response.bytes().await.map_err(|error| remote(doing, &error))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), ContentError> {
        let action = self.bucket.delete_object(Some(&self.credentials), key);
        match self.send("removing from the bucket", || self.signed(Method::DELETE, &action)).await {
            Ok(_) | Err(ContentError::RemoteStatus { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Begins an upload in parts; the answer as text.
    pub(super) async fn begin(&self, key: &str) -> Result<String, ContentError> {
        let doing = "beginning an upload to the bucket";
        let action = self.bucket.create_multipart_upload(Some(&self.credentials), key);
        text(doing, self.send(doing, || self.with_body(&action, Bytes::new())).await?).await
    }

    /// Uploads a part; its entity tag.
    pub(super) async fn part(
        &self,
        key: &str,
        upload: &str,
        number: u16,
        bytes: Bytes,
    ) -> Result<String, ContentError> {
        let doing = "uploading to the bucket";
        let action = self.bucket.upload_part(Some(&self.credentials), key, number, upload);
        let response = self.send(doing, || self.with_body(&action, bytes.clone())).await?;
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        tag.ok_or_else(|| ContentError::Remote { doing, why: "the answer has no entity tag".into() })
    }

    pub(super) async fn complete(&self, key: &str, upload: &str, tags: &[String]) -> Result<(), ContentError> {
        let doing = "finishing an upload to the bucket";
        let tags = || tags.iter().map(String::as_str);
        let make = || self.bucket.complete_multipart_upload(Some(&self.credentials), key, upload, tags());
        let body = Bytes::from(make().body());
        let request = || self.with_body(&make(), body.clone()).header(CONTENT_TYPE, "application/xml");
        let answer = text(doing, self.send(doing, request).await?).await?;
        // Failures come with status 200 here (AWS, CompleteMultipartUpload).
        if answer.contains("<Error>") {
            return Err(ContentError::Remote { doing, why: "the store could not put the parts together".into() });
        }
        Ok(())
    }

    pub(super) async fn abort(&self, key: &str, upload: &str) -> Result<(), ContentError> {
        let action = self.bucket.abort_multipart_upload(Some(&self.credentials), key, upload);
        self.send("giving up an upload to the bucket", || self.signed(Method::DELETE, &action)).await.map(drop)
    }

    fn signed<'a>(&self, method: Method, action: &impl S3Action<'a>) -> RequestBuilder {
        self.client.request(method, action.sign_with_time(SIGNED_FOR, &(self.clock)()))
    }

    fn with_body<'a, A: S3Action<'a>>(&self, action: &A, body: Bytes) -> RequestBuilder {
        let method = if A::METHOD == rusty_s3::Method::Post { Method::POST } else { Method::PUT };
        self.signed(method, action).header(CONTENT_LENGTH, body.len()).body(body)
    }

    /// Sends a request; passing failures are tried again, signed anew.
    async fn send(&self, doing: &'static str, request: impl Fn() -> RequestBuilder) -> Result<Response, ContentError> {
        let mut wait = BACKOFF;
        for _ in 1..ATTEMPTS {
            match once(doing, request()).await {
                Err(error) if error.is_passing() => tokio::time::sleep(wait).await,
                done => return done,
            }
            wait *= 2;
        }
        once(doing, request()).await
    }
}

async fn once(doing: &'static str, request: RequestBuilder) -> Result<Response, ContentError> {
    let response = request.send().await.map_err(|error| remote(doing, &error))?;
    match response.status() {
        status if status.is_success() => Ok(response),
        status => Err(ContentError::RemoteStatus { doing, status: status.as_u16() }),
    }
}

async fn text(doing: &'static str, mut response: Response) -> Result<String, ContentError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| remote(doing, &error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_TEXT {
            return Err(ContentError::Remote { doing, why: format!("the answer has more than {MAX_TEXT} bytes") });
        }
    }
    String::from_utf8(bytes).map_err(|_| ContentError::Remote { doing, why: "the answer is not text".into() })
}

/// Without the address, which is signed.
fn remote(doing: &'static str, error: &reqwest::Error) -> ContentError {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the connection broke off"
    } else {
        "the request failed"
    };
    ContentError::Remote { doing, why: why.to_owned() }
}
