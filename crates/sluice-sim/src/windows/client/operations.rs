//! One function for each operation of the services.

use std::sync::atomic::{AtomicU32, Ordering};

use sluice_wsus::messages::client::{
    GetConfig, GetConfigResponse, GetCookie, GetCookieResponse, GetExtendedUpdateInfo, GetFileLocations,
    GetFileLocationsResponse, RefreshCache, RefreshCacheResponse, RegisterComputer, RegisterComputerResponse,
    StartCategoryScan, StartCategoryScanResponse, SyncUpdates,
};
use sluice_wsus::messages::reporting::{ReportEventBatch, ReportEventBatchResponse};
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::soap::Message;

use super::AgentError;
use super::transport::{Answer, Server};

/// Who calls: what is the same in all requests of an agent.
#[derive(Debug)]
pub(in super::super) struct Caller {
    /// `Windows-Update-Agent/… Client-Protocol/…`.
    pub user_agent: String,
    /// Correlation vector of the scan, without its last number.
    pub vector: String,
    /// The last number.
    pub requests: AtomicU32,
}

impl Caller {
    pub(super) fn next_vector(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        format!("{}.{number}", self.vector)
    }
}

/// The client service; agents write it with a small c (recorded).
const CLIENT: &str = "ClientWebService/client.asmx";
const REPORTING: &str = "ReportingWebService/ReportingWebService.asmx";

impl Server {
    pub(in super::super) async fn get_config(
        &self,
        caller: &Caller,
        request: &GetConfig,
    ) -> Result<GetConfigResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    /// `service` is the path that the configuration gave.
    pub(in super::super) async fn get_authorization_cookie(
        &self,
        caller: &Caller,
        service: &str,
        request: &GetAuthorizationCookie,
    ) -> Result<GetAuthorizationCookieResponse, AgentError> {
        let url = format!("{}/{}", self.url(), service.trim_start_matches('/'));
        self.post(caller, url, request, false).await?.read()
    }

    pub(in super::super) async fn get_cookie(
        &self,
        caller: &Caller,
        request: &GetCookie,
    ) -> Result<GetCookieResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    pub(in super::super) async fn register_computer(
        &self,
        caller: &Caller,
        request: &RegisterComputer,
    ) -> Result<RegisterComputerResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    pub(in super::super) async fn start_category_scan(
        &self,
        caller: &Caller,
        request: &StartCategoryScan,
    ) -> Result<StartCategoryScanResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    /// The answer is read by the caller: it may have hundreds of megabytes.
    pub(in super::super) async fn sync_updates(
        &self,
        caller: &Caller,
        request: &SyncUpdates,
    ) -> Result<ClientAnswer, AgentError> {
        self.client(caller, request).await.map(ClientAnswer)
    }

    pub(in super::super) async fn refresh_cache(
        &self,
        caller: &Caller,
        request: &RefreshCache,
    ) -> Result<RefreshCacheResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    /// The answer is read by the caller, as it is large.
    pub(in super::super) async fn get_extended_update_info(
        &self,
        caller: &Caller,
        request: &GetExtendedUpdateInfo,
    ) -> Result<ClientAnswer, AgentError> {
        self.client(caller, request).await.map(ClientAnswer)
    }

    pub(in super::super) async fn get_file_locations(
        &self,
        caller: &Caller,
        request: &GetFileLocations,
    ) -> Result<GetFileLocationsResponse, AgentError> {
        self.client(caller, request).await?.read()
    }

    pub(in super::super) async fn report_event_batch(
        &self,
        caller: &Caller,
        request: &ReportEventBatch,
    ) -> Result<ReportEventBatchResponse, AgentError> {
        let url = format!("{}/{REPORTING}", self.status_url());
        self.post(caller, url, request, false).await?.read()
    }

    /// Only requests to the client service carry a correlation vector (peer-wsus-rs.md Q3).
    async fn client<'q, Q: Message<'q>>(&self, caller: &Caller, request: &Q) -> Result<Answer, AgentError> {
        self.post(caller, format!("{}/{CLIENT}", self.url()), request, true).await
    }
}

/// An answer that was not read yet.
pub(in super::super) struct ClientAnswer(Answer);

impl ClientAnswer {
    pub(in super::super) fn read<'a, A: Message<'a>>(&'a self) -> Result<A, AgentError> {
        self.0.read()
    }

    /// Bytes as they came.
    pub(in super::super) fn received(&self) -> usize {
        self.0.received
    }
}
