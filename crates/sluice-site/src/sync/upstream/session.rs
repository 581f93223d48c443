//! Being known to a server: authorization, the cookie and the server's configuration, kept as long as they hold
//! (protocols.md §5.1, steps 1 to 4).

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use sluice_wire::site::SiteCredential;
use sluice_wsus::messages::dss_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::messages::server_sync::{
    GetAuthConfig, GetAuthConfigResponse, GetConfigData, GetConfigDataResponse, GetCookie, GetCookieResponse,
    ServerSyncConfigData,
};
use sluice_wsus::messages::shared::Cookie;
use sluice_wsus::soap::{self, AnswerError, Message, SoapVersion};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::connection::{Body, Connection, Question};
use super::error::UpstreamError;
use crate::downstream::{SLUICE_PROGRAM, STORED_DOCUMENTS, proof};
use crate::sources::MICROSOFT_UPDATE;

/// What this site says it speaks. Updates for newer versions are hidden from it.
const PROTOCOL: &str = "1.20";
/// The service of everything but authorization.
const SERVICE: &str = "ServerSyncWebService/ServerSyncWebService.asmx";
/// The service of authorization, unless the server names another.
const AUTHORIZATION: &str = "DssAuthWebService/DssAuthWebService.asmx";
/// Longest path of a service.
const MAX_PATH: usize = 200;
/// The plug-in of servers.
const PLUG_IN: &str = "DssTargeting";
/// Most bytes of small answers. The configuration of Microsoft's service has 11 KB.
pub(super) const MAX_SMALL: u64 = 4 << 20;
/// Cookies are renewed this long before they end, so that none ends on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// A cookie whose end is not told is used this long.
const UNTOLD: SignedDuration = SignedDuration::from_mins(60);
/// How often one request may meet a cookie that does not hold.
const RENEWALS: u32 = 3;
/// Updates in a request when the server does not say.
const BATCH: usize = 100;
/// Most updates in a request whatever the server says.
const MAX_BATCH: usize = 1000;

/// A conversation with a server.
pub(crate) struct Session {
    connection: Connection,
    /// How the site calls itself there.
    account: String,
    /// What proves there who the site is.
    proof: ArcSwapOption<SiteCredential>,
    known: Mutex<Option<Arc<Known>>>,
}

/// What holds while the cookie does.
#[derive(Debug)]
pub(super) struct Known {
    cookie: Cookie,
    until: Timestamp,
    pub(super) config: ServerSyncConfigData,
}

impl Known {
    /// Updates in a request for documents.
    pub(super) fn batch(&self) -> usize {
        usize::try_from(self.config.max_number_of_updates_per_request)
            .ok()
            .filter(|n| *n > 0)
            .map_or(BATCH, |n| n.min(MAX_BATCH))
    }

    /// Revisions in a request for keys; `None`: the server gives none, as before Windows Server 2012.
    pub(super) fn keys_batch(&self) -> Option<usize> {
        let said = usize::try_from(self.config.max_updates_per_request_in_get_update_decryption_data).ok()?;
        (said > 0).then(|| said.min(MAX_BATCH))
    }
}

impl Session {
    pub(super) fn new(connection: Connection, account: String) -> Self {
        Self { connection, account, proof: ArcSwapOption::empty(), known: Mutex::default() }
    }

    /// What proves from now on who this site is, when it is authorized.
    pub(super) fn prove(&self, proof: Option<SiteCredential>) {
        self.proof.store(proof.map(Arc::new));
    }

    /// The server, for people.
    pub(super) fn url(&self) -> &str {
        &self.connection.root
    }

    /// The HTTP client, for files.
    pub(super) fn client(&self) -> reqwest::Client {
        self.connection.client()
    }

    /// What tells another Sluice that this is one. WSUS knows such keys of programs and passes over those it does not
    /// know; Microsoft's service is told nothing it does not need.
    fn programs(&self) -> Vec<Uuid> {
        if self.url() == MICROSOFT_UPDATE {
            return Vec::new();
        }
        let proof = self.proof.load();
        let proof = proof.iter().flat_map(|credential| proof::keys(credential));
        [SLUICE_PROGRAM, STORED_DOCUMENTS].into_iter().chain(proof).collect()
    }

    /// Whether the server keeps no files; `None`: it did not say yet, or is just being asked.
    pub(super) fn is_catalog_only(&self) -> Option<bool> {
        self.known.try_lock().ok()?.as_ref().map(|known| known.config.catalog_only_sync)
    }

    /// Forgets the cookie, so that the next request begins from the beginning.
    pub(super) async fn forget(&self) {
        *self.known.lock().await = None;
    }

    /// The server's configuration, asked for when the one known is of an earlier cookie. `me` is the identity of this
    /// site there, `step` hears of each request.
    pub(super) async fn known(
        &self,
        me: Uuid,
        now: Timestamp,
        step: &(dyn Fn(&'static str) + Send + Sync),
    ) -> Result<Arc<Known>, UpstreamError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.until > now) {
            return Ok(Arc::clone(known));
        }
        let cookie = self.authorize(me, step).await?;
        let end = cookie.expiration.and_then(|end| end.checked_sub(MARGIN).ok());
        // A clock that is ahead must not make the site ask for a cookie before every request.
        let until = match end.filter(|end| *end > now) {
            Some(end) => end,
            None => now.checked_add(UNTOLD).unwrap_or(now),
        };
        step("GetConfigData");
        let request = GetConfigData { cookie: Some(cookie.clone()), config_anchor: String::new() };
        let response: GetConfigDataResponse = self.ask(SERVICE, "GetConfigData", &request).await?;
        let config = response.config;
        if !config.protocol_version.is_empty() && config.protocol_version.split('.').next() != Some("1") {
            return Err(UpstreamError::Version { url: self.url().to_owned(), version: config.protocol_version });
        }
        let fresh = Arc::new(Known { cookie, until, config });
        *known = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    async fn authorize(&self, me: Uuid, step: &(dyn Fn(&'static str) + Send + Sync)) -> Result<Cookie, UpstreamError> {
        step("GetAuthConfig");
        let config: GetAuthConfigResponse = self.ask(SERVICE, "GetAuthConfig", &GetAuthConfig).await?;
        let plug_in = config.auth_info.into_iter().find(|plug_in| plug_in.plug_in_id.eq_ignore_ascii_case(PLUG_IN));
        let plug_in = plug_in.ok_or_else(|| UpstreamError::PlugIn { url: self.url().to_owned() })?;
        let path = service_path(&plug_in.service_url);
        step("GetAuthorizationCookie");
        let request = GetAuthorizationCookie {
            account_name: self.account.clone(),
            account_guid: me.to_string(),
            program_keys: self.programs(),
        };
        let authorization: GetAuthorizationCookieResponse = self.ask(path, "GetAuthorizationCookie", &request).await?;
        step("GetCookie");
        let request = GetCookie {
            auth_cookies: vec![authorization.cookie],
            old_cookie: None,
            protocol_version: PROTOCOL.to_owned(),
        };
        let response: GetCookieResponse = self.ask(SERVICE, "GetCookie", &request).await?;
        Ok(response.cookie)
    }

    /// Asks without a cookie; the answer is a small one.
    pub(super) async fn ask<'q, Q: Message<'q>, A: for<'a> Message<'a>>(
        &self,
        path: &str,
        operation: &'static str,
        request: &Q,
    ) -> Result<A, UpstreamError> {
        let body = self.post(path, operation, request, MAX_SMALL, &|_| {}).await?;
        self.read(operation, &body)
    }

    async fn post<'q, Q: Message<'q>>(
        &self,
        path: &str,
        operation: &'static str,
        request: &Q,
        limit: u64,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Body, UpstreamError> {
        let question = Question {
            operation,
            path,
            action: format!("{}/{}", Q::SERVICE.namespace, Q::ELEMENT),
            body: Bytes::from(soap::write_server_request(request, SoapVersion::Soap11)),
            limit,
        };
        self.connection.ask(&question, on_bytes).await
    }

    /// Asks with the cookie, as long as it takes to have one that holds.
    pub(super) async fn ask_known<'q, Q: Message<'q>>(
        &self,
        asking: &Asking<'_>,
        operation: &'static str,
        limit: u64,
        request: impl Fn(Cookie) -> Q,
    ) -> Result<Body, UpstreamError> {
        let mut renewed = 0;
        loop {
            let known = self.known(asking.me, (asking.now)(), &|_| {}).await?;
            let request = request(known.cookie.clone());
            match self.post(SERVICE, operation, &request, limit, asking.on_bytes).await {
                Err(error) if error.is_of_cookie() && renewed < RENEWALS => {
                    renewed += 1;
                    tracing::info!(operation, "the upstream wants a new cookie");
                    let mut current = self.known.lock().await;
                    // Another request may have got one meanwhile.
                    current.take_if(|current| Arc::ptr_eq(current, &known));
                }
                done => return done,
            }
        }
    }

    /// Reads an answer.
    pub(super) fn read<A: for<'a> Message<'a>>(
        &self,
        operation: &'static str,
        body: &Body,
    ) -> Result<A, UpstreamError> {
        let text =
            soap::decode(&body.bytes, None).map_err(|_| UpstreamError::NotSoap { url: self.url().to_owned() })?;
        soap::read_response(&text).map_err(|error| refused(self.url(), operation, error))
    }
}

/// Who asks with a cookie, and what hears of it.
pub(super) struct Asking<'a> {
    /// The identity of this site there.
    pub(super) me: Uuid,
    pub(super) now: &'a (dyn Fn() -> Timestamp + Send + Sync),
    pub(super) on_bytes: &'a (dyn Fn(u64) + Send + Sync),
}

/// What an answer that cannot be used means.
pub(super) fn refused(url: &str, operation: &'static str, error: AnswerError) -> UpstreamError {
    let url = url.to_owned();
    match error {
        AnswerError::Fault(fault) => UpstreamError::Fault { url, operation, fault },
        AnswerError::Soap(
            soap::SoapError::NotSoap | soap::SoapError::DocumentType | soap::SoapError::UnknownOperation { .. },
        ) => UpstreamError::NotSoap { url },
        AnswerError::Soap(source) => UpstreamError::Answer { url, operation, source },
    }
}

/// The path of a service below the root of the server; the usual one when the server names something else.
fn service_path(named: &str) -> &str {
    let named = named.trim().trim_start_matches('/');
    let usable = !named.is_empty()
        && named.len() <= MAX_PATH
        && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
        && !named.split('/').any(|part| part.is_empty() || part == "..");
    if usable { named } else { AUTHORIZATION }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_on_the_server_are_followed() {
        assert_eq!(service_path("DssAuthWebService/DssAuthWebService.asmx"), AUTHORIZATION);
        assert_eq!(service_path("/other/Auth.asmx"), "other/Auth.asmx");
        for elsewhere in ["", "http://evil.example/x.asmx", "../x", "a//b", "x?y"] {
            assert_eq!(service_path(elsewhere), AUTHORIZATION, "{elsewhere}");
        }
    }
}
