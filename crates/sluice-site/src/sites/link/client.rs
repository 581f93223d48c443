//! HTTPS to the site above: bounded in time and size, its authority pinned.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sluice_wire::site::{BASE_PATH, MAX_BODY, MAX_HOLD, SiteCredential};

use super::LinkError;
use crate::sync::{Why, pinned};

/// Most time for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Most time of a request: what is held is answered in time, and a report is small.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(MAX_HOLD + 20);

/// A connection to the site above.
pub(crate) struct ParentClient {
    http: Client,
    url: String,
    authorization: Option<HeaderValue>,
}

impl ParentClient {
    /// To the site at `url`, whose certificate an authority with this fingerprint vouches for; as nobody yet, or as a
    /// site that joined.
    pub(crate) fn new(
        url: &str,
        authority_sha256: [u8; 32],
        proxy: Option<&str>,
        credential: Option<&SiteCredential>,
    ) -> Result<Self, LinkError> {
        let tls = pinned(vec![authority_sha256]).map_err(|error| LinkError::SetUp(error.into()))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .user_agent(concat!("sluice/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = proxy {
            // Its text holds the password.
            let proxy = Proxy::all(proxy).map_err(|error| LinkError::SetUp(error.without_url().into()))?;
            builder = builder.proxy(proxy);
        }
        let authorization = credential.and_then(|credential| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", credential.encode())).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        let http = builder.build().map_err(|error| LinkError::SetUp(error.into()))?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), authorization })
    }

    /// `POST`s a body and reads the answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        operation: &str,
        body: &impl Serialize,
    ) -> Result<T, LinkError> {
        let url = || self.url.clone();
        let failed = |error: reqwest::Error| {
            let why = Why::of(&error);
            LinkError::Unreachable { url: url(), why, source: error.without_url() }
        };
        let mut request = self.http.post(format!("{}{BASE_PATH}/{operation}", self.url)).json(body);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let mut response = request.send().await.map_err(failed)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(LinkError::Unknown { url: url() }),
            status => return Err(LinkError::Status { url: url(), status: status.as_u16() }),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(LinkError::Answer { url: url() });
            }
            bytes.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&bytes).map_err(|_| LinkError::Answer { url: url() })
    }
}
