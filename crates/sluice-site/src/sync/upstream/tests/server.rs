//! A server that other servers synchronize with, written from the specification and the recordings; its behaviour can
//! be changed at any time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use sluice_model::RevisionRef;
use sluice_wsus::messages::dss_auth::GetAuthorizationCookieResponse;
use sluice_wsus::messages::server_sync::{
    GetAuthConfigResponse, GetConfigDataResponse, GetCookieResponse, GetDeploymentsResponse, GetRevisionIdListResponse,
    GetUpdateDataResponse, GetUpdateDecryptionDataResponse, ServerSyncConfigData, ServerSyncFileDecryption,
    ServerSyncFilter, ServerSyncLanguageData, ServerSyncRequest, ServerSyncUpdateData, ServerSyncUpdateFileDecryption,
    UpdateBlob,
};
use sluice_wsus::messages::shared::{AuthPlugInInfo, AuthorizationCookie, Cookie, UpdateIdentity};
use sluice_wsus::soap::{
    ContentEncoding, Envelope, ErrorCode, Fault, Fragment, Limits, Message, SoapVersion, Style, write_response,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::http::{Reply, Request};
use crate::sync::upstream::pending;

/// What is asked, and what may come of it before the server answers by itself.
pub(super) type Hook = Box<dyn FnMut(&Asked, &mut Script) -> Option<Reply> + Send>;

/// A request that was understood.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) filter: Option<ServerSyncFilter>,
    pub(super) revisions: Vec<RevisionRef>,
    pub(super) http: Request,
}

/// A revision the server has.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) revision: RevisionRef,
    pub(super) text: String,
    /// In the list of categories rather than in that of updates; in neither when `None`.
    pub(super) is_list: Option<bool>,
    /// The product and classification of an update.
    pub(super) of: (Uuid, Uuid),
    /// When it came, in changes.
    pub(super) change: u64,
}

/// What the server does.
pub(super) struct Script {
    pub(super) entries: Vec<Entry>,
    pub(super) change: u64,
    /// Most updates in an answer.
    pub(super) short: usize,
    /// The cookie that holds.
    pub(super) cookie: u64,
    /// Part of every anchor; others are refused.
    pub(super) anchors: String,
    pub(super) hook: Option<Hook>,
    /// Keys of files, by revision.
    pub(super) keys: Vec<(RevisionRef, [u8; 20], Vec<u8>)>,
    /// Everything that was asked, in order.
    pub(super) log: Vec<Asked>,
}

/// The server.
pub(super) struct Upstream {
    pub(super) url: String,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Upstream {
    pub(super) async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script {
            entries: Vec::new(),
            change: 1,
            short: usize::MAX,
            cookie: 1,
            anchors: "a".to_owned(),
            hook: None,
            keys: Vec::new(),
            log: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&script);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let script = Arc::clone(&served);
                tokio::spawn(async move {
                    while let Ok(Some(request)) = Request::read(&mut stream).await {
                        let reply = answer(&script, request);
                        if !matches!(reply.write(&mut stream).await, Ok(true)) {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, script, task }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    pub(super) fn add(&self, entry: Entry) {
        let mut script = self.script();
        script.change += 1;
        let change = script.change;
        script.entries.push(Entry { change, ..entry });
    }

    /// Does something else than usual from now on.
    pub(super) fn hook(&self, hook: impl FnMut(&Asked, &mut Script) -> Option<Reply> + Send + 'static) {
        self.script().hook = Some(Box::new(hook));
    }

    pub(super) fn mend(&self) {
        self.script().hook = None;
    }

    /// The operations since the last time this was asked.
    pub(super) fn operations(&self) -> Vec<String> {
        self.taken().into_iter().map(|asked| asked.operation).collect()
    }

    /// What was asked since the last time this was asked.
    pub(super) fn taken(&self) -> Vec<Asked> {
        std::mem::take(&mut self.script().log)
    }
}

fn answer(script: &Mutex<Script>, http: Request) -> Reply {
    // What is reported upwards is tested with real servers.
    if http.path().starts_with("/ReportingWebService/") {
        return Reply { status: 404, body: Vec::new(), cut: None };
    }
    let text = String::from_utf8(http.body.clone()).unwrap();
    let envelope = Envelope::open(&text, Limits::REQUEST).unwrap();
    let (operation, action) =
        (envelope.operation.clone(), format!("\"{}/{}\"", envelope.namespace, envelope.operation));
    assert_eq!(http.header("soapaction"), Some(action.as_str()));
    assert_eq!(http.header("content-type"), Some("text/xml; charset=utf-8"));
    let mut script = script.lock().unwrap();
    if operation == "GetAuthorizationCookie" {
        assert_eq!(http.path(), "/DssAuthWebService/DssAuthWebService.asmx");
        let asked = Asked { operation, filter: None, revisions: Vec::new(), http };
        return script.turn(asked, |_, _| {
            let cookie = AuthorizationCookie { plug_in_id: "DssTargeting".into(), cookie_data: vec![7; 8] };
            ok(&GetAuthorizationCookieResponse { cookie })
        });
    }
    assert_eq!(http.path(), "/ServerSyncWebService/ServerSyncWebService.asmx");
    let request = ServerSyncRequest::read(envelope).unwrap();
    let (filter, revisions) = match &request {
        ServerSyncRequest::GetRevisionIdList(request) => (request.filter.clone(), Vec::new()),
        ServerSyncRequest::GetUpdateData(request) => {
            (None, request.update_ids.iter().filter_map(pending::revision).collect())
        }
        ServerSyncRequest::GetUpdateDecryptionData(request) => {
            (None, request.update_ids.iter().filter_map(pending::revision).collect())
        }
        _ => (None, Vec::new()),
    };
    let asked = Asked { operation, filter, revisions, http };
    script.turn(asked, |script, asked| script.answer(&request, asked))
}

pub(super) fn ok<'a, M: Message<'a>>(message: &M) -> Reply {
    Reply::ok(write_response(message, SoapVersion::Soap11, ContentEncoding::Identity).unwrap())
}

pub(super) fn fault(code: ErrorCode, message: &str) -> Reply {
    let fault = Fault { code, message: message.into(), id: Uuid::nil(), action: String::new(), actor: None };
    Reply { status: 500, body: fault.write(Style::Asmx, SoapVersion::Soap11), cut: None }
}

impl Script {
    fn turn(&mut self, asked: Asked, answer: impl FnOnce(&mut Self, &Asked) -> Reply) -> Reply {
        self.log.push(asked.clone());
        let mut hook = self.hook.take();
        let changed = hook.as_mut().and_then(|hook| hook(&asked, self));
        self.hook = self.hook.take().or(hook);
        changed.unwrap_or_else(|| answer(self, &asked))
    }

    fn answer(&mut self, request: &ServerSyncRequest, asked: &Asked) -> Reply {
        let cookie = match request {
            ServerSyncRequest::GetAuthConfig(_) => {
                let plug_in = AuthPlugInInfo {
                    plug_in_id: "DssTargeting".into(),
                    service_url: "DssAuthWebService/DssAuthWebService.asmx".into(),
                    parameter: String::new(),
                };
                return ok(&GetAuthConfigResponse { auth_info: vec![plug_in], ..GetAuthConfigResponse::default() });
            }
            ServerSyncRequest::GetCookie(request) => {
                assert_eq!(request.auth_cookies.len(), 1);
                assert_eq!(request.protocol_version, "1.20");
                let end = Timestamp::from_second(1_790_000_000).unwrap() + SignedDuration::from_hours(4_000);
                let data = self.cookie.to_be_bytes().to_vec();
                return ok(&GetCookieResponse { cookie: Cookie { expiration: Some(end), encrypted_data: data } });
            }
            ServerSyncRequest::GetConfigData(request) => &request.cookie,
            ServerSyncRequest::GetRevisionIdList(request) => &request.cookie,
            ServerSyncRequest::GetUpdateData(request) => &request.cookie,
            ServerSyncRequest::GetDeployments(request) => &request.cookie,
            ServerSyncRequest::GetUpdateDecryptionData(request) => &request.cookie,
            other => panic!("{} is not expected", other.operation()),
        };
        match cookie {
            Some(cookie) if cookie.encrypted_data == self.cookie.to_be_bytes() => {}
            _ => return fault(ErrorCode::InvalidCookie, ""),
        }
        match request {
            ServerSyncRequest::GetConfigData(_) => config(),
            ServerSyncRequest::GetRevisionIdList(_) => self.list(asked.filter.as_ref().unwrap()),
            ServerSyncRequest::GetDeployments(_) => ok(&GetDeploymentsResponse::default()),
            ServerSyncRequest::GetUpdateDecryptionData(_) => self.file_keys(&asked.revisions),
            _ => self.documents(&asked.revisions),
        }
    }

    /// The table of protocols.md §6.1.
    fn list(&self, filter: &ServerSyncFilter) -> Reply {
        let anchor = match filter.anchor.split_once(',') {
            None if filter.anchor.is_empty() => 0,
            Some((name, change)) if name == self.anchors => change.parse().unwrap(),
            _ => return fault(ErrorCode::InvalidParameters, "filter"),
        };
        let after = |list: &[sluice_wsus::messages::server_sync::IdAndDelta], id: Uuid| {
            list.iter().find(|entry| entry.id == id).map(|entry| if entry.delta { anchor } else { 0 })
        };
        let is_listed = |entry: &&Entry| match entry.is_list {
            None => false,
            Some(is_list) if is_list != filter.get_config => false,
            Some(true) => entry.change > anchor,
            Some(false) => {
                let (product, classification) = entry.of;
                let product = after(&filter.categories, product);
                let classification = after(&filter.classifications, classification);
                product.zip(classification).is_some_and(|(p, c)| entry.change > p.min(c))
            }
        };
        let revisions = self.entries.iter().filter(is_listed).map(|entry| pending::identity(entry.revision));
        ok(&GetRevisionIdListResponse {
            anchor: format!("{},{}", self.anchors, self.change),
            new_revisions: revisions.collect(),
        })
    }

    /// One unknown revision fails all, as with documents.
    fn file_keys(&self, asked: &[RevisionRef]) -> Reply {
        let mut updates = Vec::new();
        for revision in asked {
            if self.entries.iter().all(|entry| entry.revision != *revision) {
                return fault(ErrorCode::InternalServerError, "");
            }
            let of_it = self.keys.iter().filter(|(of, ..)| of == revision);
            let files = of_it.map(|(_, sha1, key)| ServerSyncFileDecryption {
                file_digest: sha1.to_vec(),
                decryption_key: key.clone(),
            });
            updates.push(ServerSyncUpdateFileDecryption {
                update_id: pending::identity(*revision),
                file_decryption_data: files.collect(),
            });
        }
        ok(&GetUpdateDecryptionDataResponse { update_file_decryption_data: updates })
    }

    fn documents(&self, asked: &[RevisionRef]) -> Reply {
        assert!(asked.len() <= 100, "{} at once", asked.len());
        let mut updates = Vec::new();
        for revision in asked.iter().collect::<BTreeSet<_>>() {
            let all: Vec<_> = self.entries.iter().filter(|entry| entry.revision == *revision).collect();
            if all.is_empty() {
                return fault(ErrorCode::InternalServerError, "");
            }
            updates.extend(all.into_iter().map(data));
        }
        updates.truncate(self.short);
        ok(&GetUpdateDataResponse { updates, file_urls: Vec::new() })
    }
}

fn data(entry: &Entry) -> ServerSyncUpdateData<'static> {
    let escaped = sluice_wsus::soap::escape(&entry.text);
    let id: UpdateIdentity = pending::identity(entry.revision);
    let blob = Some(UpdateBlob::Plain(Fragment::Escaped(escaped.into())));
    ServerSyncUpdateData { id, blob, file_digest_list: Vec::new() }
}

fn config() -> Reply {
    let language = |language_id, short: &str| ServerSyncLanguageData {
        language_id,
        short_language: short.into(),
        long_language: short.into(),
        enabled: true,
    };
    ok(&GetConfigDataResponse {
        config: ServerSyncConfigData {
            lazy_sync: true,
            max_number_of_updates_per_request: 100,
            new_config_anchor: "c".into(),
            protocol_version: "1.20".into(),
            language_update_list: vec![language(0, "all"), language(1031, "de"), language(1033, "en")],
            max_updates_per_request_in_get_update_decryption_data: 100,
            ..ServerSyncConfigData::default()
        },
    })
}
