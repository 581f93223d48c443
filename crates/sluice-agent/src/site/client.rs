//! HTTP to the site: bounded in time and size, no redirects, no proxy from the environment.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::redirect::Policy;
use rustls::client::danger::ServerCertVerifier;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sluice_wire::{
    BASE_PATH, CheckInRequest, CheckInResponse, DeviceCredential, InventoryResponse, InventoryUpload, MAX_BODY,
    Problem, ReportRequest, ReportResponse,
};

use super::{ContactError, Site, TrustError, tls_with};
use crate::host::{BoxFuture, Clock};

/// Time for a connection to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// Time for a whole request: an inventory over a slow line.
const REQUEST_LIMIT: Duration = Duration::from_secs(120);
/// How long an unused connection is kept: less than any check-in interval, so that an idle agent
/// holds none.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// A connection to a site.
pub(crate) struct SiteClient {
    http: reqwest::Client,
    server: String,
    authorization: Option<HeaderValue>,
}

impl SiteClient {
    /// To `server` (`https://name:port`, no trailing slash), as nobody yet or as a device.
    pub(crate) fn new(
        server: &str,
        verifier: Arc<dyn ServerCertVerifier>,
        clock: Arc<dyn Clock>,
        credential: Option<&DeviceCredential>,
        version: &str,
    ) -> Result<Self, TrustError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_with(verifier, clock)?)
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .timeout(REQUEST_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .user_agent(format!("sluice-agent/{version}"))
            .build()
            .map_err(|e| rustls::Error::General(e.to_string()))?;
        let authorization = credential.and_then(|credential| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", credential.encode())).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Ok(Self { http, server: server.to_owned(), authorization })
    }

    /// `POST`s `body` and reads the answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        operation: &str,
        body: &impl Serialize,
    ) -> Result<T, ContactError> {
        let failed = |error: reqwest::Error| ContactError::of(&self.server, &error);
        let protocol = |why: String| ContactError::Protocol { server: self.server.clone(), why };
        let mut request = self.http.post(format!("{}{BASE_PATH}/{operation}", self.server)).json(body);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let mut response = request.send().await.map_err(failed)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(protocol("its answer is too large".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        let status = response.status();
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|e| protocol(format!("its answer cannot be read ({e})")));
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(ContactError::Refused { server: self.server.clone(), problem: Box::new(problem) }),
            Err(_) => Err(protocol(format!("it answered with status {status}"))),
        }
    }
}

impl Site for SiteClient {
    fn check_in<'a>(&'a self, request: &'a CheckInRequest) -> BoxFuture<'a, Result<CheckInResponse, ContactError>> {
        Box::pin(self.post("check-in", request))
    }

    fn inventory<'a>(&'a self, upload: &'a InventoryUpload) -> BoxFuture<'a, Result<InventoryResponse, ContactError>> {
        Box::pin(self.post("inventory", upload))
    }

    fn report<'a>(&'a self, report: &'a ReportRequest) -> BoxFuture<'a, Result<ReportResponse, ContactError>> {
        Box::pin(self.post("report", report))
    }
}
