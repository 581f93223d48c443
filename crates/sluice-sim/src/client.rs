//! HTTP to the site. Simulated devices share connections: a machine cannot hold one for each of
//! 100,000 devices, and the site authenticates every request anyway.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sluice_wire::{BASE_PATH, EnrollmentToken, MAX_BODY, Problem};

use crate::error::{ContactError, SimError};
use crate::trust;

/// Time for a whole request; a site under full load is slow.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    http: reqwest::Client,
    server: String,
    sent: AtomicU64,
}

impl Client {
    pub(crate) fn new(server: &str, token: &EnrollmentToken, at_once: usize) -> Result<Self, SimError> {
        let url = reqwest::Url::parse(server.trim()).ok().filter(|url| url.scheme() == "https" && url.host().is_some());
        let url = url.ok_or_else(|| SimError::Server(server.to_owned()))?;
        let tls = trust::pinned_to(token.authority_sha256).map_err(|e| SimError::Tls(Box::new(e)))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .timeout(REQUEST_LIMIT)
            .pool_max_idle_per_host(at_once)
            .user_agent(concat!("sluice-simulate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| SimError::Tls(Box::new(e)))?;
        Ok(Self { http, server: url.as_str().trim_end_matches('/').to_owned(), sent: AtomicU64::new(0) })
    }

    /// Bytes of request bodies so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        credential: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, ContactError> {
        let broken = |error: reqwest::Error| ContactError::Unreachable { operation, why: innermost(&error) };
        let protocol = |why: String| ContactError::Protocol { operation, why };
        let body = serde_json::to_vec(body).map_err(|e| protocol(e.to_string()))?;
        self.sent.fetch_add(body.len() as u64, Ordering::Relaxed);
        let mut request = self.http.post(format!("{}{BASE_PATH}/{operation}", self.server)).body(body);
        request = request.header("content-type", "application/json");
        if let Some(credential) = credential {
            request = request.bearer_auth(credential);
        }
        let mut response = request.send().await.map_err(broken)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(protocol("it is too large".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        let status = response.status();
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|e| protocol(e.to_string()));
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(ContactError::Refused { operation, problem }),
            Err(_) => Err(protocol(format!("status {status}"))),
        }
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
