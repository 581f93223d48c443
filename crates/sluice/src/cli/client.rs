//! Asking the site.

use std::error::Error as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Certificate, Client, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sluice_web::{Problem, api};

use super::connection::Credentials;
use super::error::CliError;

/// Time to reach the site.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Time an answer may take, a little more than the site gives itself.
const ANSWER_TIME: Duration = Duration::from_secs(90);

/// Time a backup or a check of the whole store may take.
const STORE_TIME: Duration = Duration::from_secs(3700);

/// Time an upload may take, a little more than the site gives it.
const UPLOAD_TIME: Duration = Duration::from_secs(12 * 3600 + 60);

/// Parameters after the question mark.
pub type Query = Vec<(&'static str, String)>;

/// The site's API.
#[derive(Debug)]
pub struct Api {
    client: Client,
    base: Url,
    token: Option<String>,
}

/// An answer: as the API sent it, and read.
#[derive(Clone, Debug)]
pub struct Got<T> {
    /// As the API sent it.
    pub value: Value,
    /// Read.
    pub data: T,
}

impl Api {
    /// A client for the site of these credentials.
    pub(super) fn new(credentials: Credentials) -> Result<Self, CliError> {
        // It is there already when the same process has started a client before.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let base = base(&credentials.url)?;
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .redirect(reqwest::redirect::Policy::none());
        if is_local(&base) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &credentials.ca {
            builder = builder.tls_certs_only(authority(path)?);
        }
        let client = builder
            .build()
            .map_err(|error| CliError::failed("the HTTP client cannot be set up", causes(&error), String::new()))?;
        Ok(Self { client, base, token: credentials.token })
    }

    /// `GET`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<Got<T>, CliError> {
        self.read(self.request(Method::GET, path, query)?).await
    }

    /// `GET` of a file, as it is.
    pub(super) async fn file(&self, path: &str, query: &Query) -> Result<Vec<u8>, CliError> {
        let response = self.send(self.request(Method::GET, path, query)?).await?;
        Ok(response.bytes().await.map_err(|error| self.unreachable(&error))?.into())
    }

    /// `POST` with a body.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Got<T>, CliError> {
        self.read(self.request(Method::POST, path, &Query::new())?.json(body)).await
    }

    /// `POST` that may take long.
    pub(super) async fn post_slow<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Got<T>, CliError> {
        self.read(self.request(Method::POST, path, &Query::new())?.json(body).timeout(STORE_TIME)).await
    }

    /// `PUT`.
    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Got<T>, CliError> {
        self.read(self.request(Method::PUT, path, &Query::new())?.json(body)).await
    }

    /// `PATCH`.
    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Got<T>, CliError> {
        self.read(self.request(Method::PATCH, path, &Query::new())?.json(body)).await
    }

    /// A request whose body is a file; it may take as long as it takes.
    pub(super) async fn upload<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &Query,
        size: Option<u64>,
        body: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    ) -> Result<Got<T>, CliError> {
        let request = self.request(method, path, query)?.timeout(UPLOAD_TIME).body(Body::wrap_stream(body));
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        self.read(match size {
            Some(size) => request.header(CONTENT_LENGTH, size),
            None => request,
        })
        .await
    }

    /// `POST` whose answer is a file of any size; it may take as long as it takes.
    pub(super) async fn download(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<Response, CliError> {
        self.send(self.request(Method::POST, path, &Query::new())?.json(body).timeout(UPLOAD_TIME)).await
    }

    /// `POST` without body or answer.
    pub(super) async fn poke(&self, path: &str) -> Result<(), CliError> {
        self.send(self.request(Method::POST, path, &Query::new())?).await.map(drop)
    }

    /// `DELETE`.
    pub(super) async fn delete(&self, path: &str) -> Result<(), CliError> {
        self.send(self.request(Method::DELETE, path, &Query::new())?).await.map(drop)
    }

    fn request(&self, method: Method, path: &str, query: &Query) -> Result<RequestBuilder, CliError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}{path}", self.base.path().trim_end_matches('/'), api::BASE_PATH));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => Ok(request.bearer_auth(token)),
            None => Err(CliError::usage(
                format!("no token for {} is given", self.base),
                "Give --token or SLUICE_TOKEN; `sluice token create` on the site's machine makes one.",
            )),
        }
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Got<T>, CliError> {
        let response = self.send(request).await?;
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
        let data = T::deserialize(&value).map_err(|error| unreadable(&error))?;
        Ok(Got { value, data })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, CliError> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let bytes = response.bytes().await.unwrap_or_default();
        Err(match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => problem.into(),
            Err(_) => CliError::failed(
                format!("the answer of {} is not Sluice's", self.base),
                format!("it is HTTP status {status}, without a problem description"),
                "Check --url; something else may answer at this address.",
            ),
        })
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        let hint = if error.is_timeout() {
            "Try again; if it happens again, see the site's log."
        } else {
            "Is the site running? Start it with `sluice serve` or `sluice quickstart`, or name another with --url."
        };
        CliError::failed(format!("the site at {} does not answer", self.base), causes(error), hint)
    }
}

fn base(text: &str) -> Result<Url, CliError> {
    let wrong = || CliError::usage(format!("`{text}` is not the address of a site"), "Write http://… or https://….");
    let url = Url::parse(text).map_err(|_| wrong())?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(wrong()) }
}

/// A site on this machine is never asked through a proxy.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn authority(path: &Path) -> Result<Vec<Certificate>, CliError> {
    let what = || format!("the authority's certificate {} cannot be used", path.display());
    let hint = "It is a PEM file; the credentials file names it as `ca`.";
    let pem = std::fs::read(path).map_err(|error| CliError::failed(what(), error.to_string(), hint))?;
    Certificate::from_pem_bundle(&pem).map_err(|error| CliError::failed(what(), causes(&error), hint))
}

fn unreadable(error: &serde_json::Error) -> CliError {
    CliError::failed(
        "the site's answer cannot be read",
        error.to_string(),
        "The site may be of another version; compare `sluice --version` here and there.",
    )
}

/// An error with its causes, each said once.
fn causes(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next: Option<&dyn std::error::Error> = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        // The HTTP library's own layer says nothing that its cause does not say better.
        if parts.last() != Some(&text) && !text.starts_with("client error (") {
            parts.push(text);
        }
        next = error.source();
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_sites() {
        assert!(base("http://127.0.0.1:8480").is_ok());
        assert!(base("127.0.0.1:8480").is_err());
        assert!(base("file:///etc/passwd").is_err());
        assert!(is_local(&base("http://[::1]:8480").unwrap()));
        assert!(is_local(&base("http://localhost").unwrap()));
        assert!(!is_local(&base("https://updates.example.org").unwrap()));
    }
}
