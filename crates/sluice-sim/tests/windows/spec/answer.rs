//! Answers.

use std::collections::BTreeSet;

use sluice_wsus::messages::client::{
    AuthPlugInInfo, ClientRequest, ConfigurationProperty, GetConfigResponse, GetCookieResponse,
    GetExtendedUpdateInfoResponse, GetFileLocationsResponse, RefreshCacheResponse, RefreshCacheResult,
    RegisterComputerResponse, StartCategoryScanResponse, SyncUpdateParameters, SyncUpdatesResponse,
};
use sluice_wsus::messages::reporting::{ReportEventBatchResponse, ReportingRequest};
use sluice_wsus::messages::shared::{
    AuthorizationCookie, Cookie, FileLocation, SyncInfo, UpdateData, UpdateIdentity, UpdateInfo,
};
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookieResponse, SimpleAuthRequest};
use sluice_wsus::soap::{
    ContentEncoding, Envelope, ErrorCode, Fault, Fragment, Limits, Message, SoapVersion, Style, escape, write_response,
};
use uuid::Uuid;

use super::{File, State, Update, id};
use crate::http::{Request, Response};

/// Most entries of InstalledNonLeafUpdateIDs (peer-wsus-rs.md Q22).
const MOST_INSTALLED: usize = 400;

impl State {
    pub fn answer(&mut self, request: &Request) -> Response {
        if request.method == "GET" {
            return self.content(request);
        }
        let xpress = request.headers.get("accept-encoding").is_some_and(|value| value == "xpress");
        let text = std::str::from_utf8(&request.body).expect("text");
        let envelope = Envelope::open(text, Limits::REQUEST).expect("an envelope");
        let operation = envelope.operation.clone();
        self.operations.push(operation.clone());
        if operation == "SyncUpdates" {
            self.syncs.push(text.to_owned());
        }
        let action = request.headers["soapaction"].trim_matches('"').to_owned();
        assert!(action.ends_with(&format!("/{operation}")), "{action}");
        if let Some(at) = self.faults.iter().position(|(of, ..)| *of == operation) {
            let (_, code, message) = self.faults.remove(at).expect("a fault");
            return fault(code, message, &action);
        }
        if request.path.ends_with("SimpleAuth.asmx") {
            let SimpleAuthRequest::GetAuthorizationCookie(request) =
                SimpleAuthRequest::read(envelope).expect("a request");
            self.target_groups.push(request.target_group_name);
            let cookie = AuthorizationCookie { plug_in_id: "SimpleTargeting".into(), cookie_data: vec![1; 496] };
            return write(&GetAuthorizationCookieResponse { cookie }, xpress);
        }
        if request.path.ends_with("ReportingWebService.asmx") {
            let ReportingRequest::ReportEventBatch(request) = ReportingRequest::read(envelope).expect("a request")
            else {
                panic!("{operation}")
            };
            self.client_time = request.client_time;
            self.batches.push(request.event_batch);
            return write(&ReportEventBatchResponse { accepted: self.accepts_reports }, xpress);
        }
        match ClientRequest::read(envelope).expect("a request") {
            ClientRequest::GetConfig(_) => write(&self.config(), xpress),
            ClientRequest::GetCookie(request) => {
                assert_eq!(request.auth_cookies.len(), 1);
                write(&GetCookieResponse { cookie: self.cookie() }, xpress)
            }
            ClientRequest::RegisterComputer(_) => write(&RegisterComputerResponse, xpress),
            ClientRequest::StartCategoryScan(request) => {
                let preferred_category_ids = request.requested_categories.iter().map(|c| c.category_id).collect();
                write(&StartCategoryScanResponse { preferred_category_ids, ..Default::default() }, xpress)
            }
            ClientRequest::SyncUpdates(request) => {
                let parameters = request.parameters.expect("parameters");
                if parameters.installed_non_leaf_update_ids.len() > MOST_INSTALLED {
                    return fault(ErrorCode::InvalidParameters, "parameters.InstalledNonLeafUpdateIDs", &action);
                }
                self.sync(&parameters, xpress)
            }
            ClientRequest::RefreshCache(request) => {
                let known = request.global_ids.iter().filter_map(|id| self.refreshed(*id)).collect();
                write(&RefreshCacheResponse { results: known }, xpress)
            }
            ClientRequest::GetExtendedUpdateInfo(request) => {
                assert!(request.revision_ids.len() <= 50, "{}", request.revision_ids.len());
                self.extended(&request.revision_ids, xpress)
            }
            ClientRequest::GetFileLocations(request) => {
                let files = self.updates.iter().flat_map(|update| &update.files);
                let files = files.filter(|file| request.file_digests.contains(&file.sha1()));
                let file_locations = files.map(|file| self.location(file)).collect();
                write(&GetFileLocationsResponse { file_locations, new_cookie: Some(self.cookie()) }, xpress)
            }
            other => panic!("{}", other.operation()),
        }
    }

    fn config(&self) -> GetConfigResponse {
        let property = |name: &str, value: &str| ConfigurationProperty { name: name.into(), value: value.into() };
        GetConfigResponse {
            last_change: "2026-10-04T13:17:07.59Z".parse().expect("a time"),
            is_registration_required: self.registration_required,
            auth_info: vec![AuthPlugInInfo {
                plug_in_id: "SimpleTargeting".into(),
                service_url: "SimpleAuthWebService/SimpleAuth.asmx".into(),
                parameter: String::new(),
            }],
            allowed_event_ids: Vec::new(),
            properties: vec![property("MaxExtendedUpdatesPerRequest", "50"), property("ProtocolVersion", "3.2")],
        }
    }

    fn cookie(&self) -> Cookie {
        Cookie { expiration: Some(self.cookie_lives.parse().expect("a time")), encrypted_data: vec![2; 224] }
    }

    fn sync(&mut self, parameters: &SyncUpdateParameters, xpress: bool) -> Response {
        let driver_pass = parameters.skip_software_sync;
        assert_eq!(driver_pass, !parameters.system_spec.is_empty());
        let have: BTreeSet<u32> = self
            .updates
            .iter()
            .filter(|update| parameters.installed_non_leaf_update_ids.contains(&update.revision_id))
            .map(|update| update.number)
            .collect();
        let of_pass = |update: &&Update| update.is_driver() == driver_pass;
        let is_met = |update: &&Update| {
            update.prerequisites.iter().all(|clause| clause.iter().any(|number| have.contains(number)))
        };
        let needed: Vec<&Update> = self.updates.iter().filter(of_pass).filter(is_met).collect();
        let cached: BTreeSet<i32> = if driver_pass {
            parameters.cached_driver_ids.iter().copied().collect()
        } else {
            let both = [&parameters.installed_non_leaf_update_ids, &parameters.other_cached_update_ids];
            both.into_iter().flatten().copied().collect()
        };
        let new: Vec<&Update> = needed.iter().copied().filter(|update| !cached.contains(&update.revision_id)).collect();
        let is_needed = |id: &i32| needed.iter().any(|update| update.revision_id == *id);
        let (out, kept): (Vec<i32>, Vec<i32>) = cached.iter().copied().partition(|id| !is_needed(id));
        let changed: Vec<i32> = kept.into_iter().filter(|id| self.changed.contains(id)).collect();
        let texts: Vec<Vec<u8>> = new.iter().take(self.page).map(|u| escaped(&u.core())).collect();
        let info = |update: &Update, xml| UpdateInfo {
            id: update.revision_id,
            deployment: (!self.without_deployment).then(|| update.deployment.clone()),
            is_leaf: update.is_leaf,
            xml,
        };
        let result = SyncInfo {
            new_updates: new.iter().zip(&texts).map(|(u, text)| info(u, Some(Fragment::escaped(text)))).collect(),
            out_of_scope_revision_ids: out,
            changed_updates: self
                .updates
                .iter()
                .filter(|update| changed.contains(&update.revision_id))
                .map(|update| info(update, None))
                .collect(),
            truncated: new.len() > self.page,
            new_cookie: Some(self.cookie()),
            driver_sync_not_needed: Some(!self.updates.iter().any(Update::is_driver)),
            ..SyncInfo::default()
        };
        let response = write(&SyncUpdatesResponse { result }, xpress);
        changed.iter().for_each(|id| {
            self.changed.remove(id);
        });
        response
    }

    fn refreshed(&self, global_id: UpdateIdentity) -> Option<RefreshCacheResult> {
        let update = self.updates.iter().find(|update| {
            id(update.number).0 == global_id.update_id
                && i64::from(update.revision) == i64::from(global_id.revision_number)
        })?;
        Some(RefreshCacheResult {
            revision_id: update.revision_id,
            global_id,
            is_leaf: update.is_leaf,
            deployment: Some(update.deployment.clone()),
        })
    }

    fn extended(&self, ids: &[i32], xpress: bool) -> Response {
        let asked: Vec<&Update> = self.updates.iter().filter(|update| ids.contains(&update.revision_id)).collect();
        let texts = |text: fn(&Update) -> String| -> Vec<(i32, Vec<u8>)> {
            asked.iter().map(|update| (update.revision_id, escaped(&text(update)))).collect()
        };
        // All of one kind before the next (recorded).
        let all = [texts(Update::extended), texts(Update::localized)].concat();
        let updates = all.iter().map(|(id, text)| UpdateData { id: *id, xml: Some(Fragment::escaped(text)) }).collect();
        let file_locations = asked.iter().flat_map(|update| &update.files).map(|file| self.location(file)).collect();
        let response =
            GetExtendedUpdateInfoResponse { updates, file_locations, ..GetExtendedUpdateInfoResponse::default() };
        write(&response, xpress)
    }

    fn location(&self, file: &File) -> FileLocation {
        let path = if self.wrong_addresses { "/Content/gone.cab".to_owned() } else { file.path() };
        FileLocation { file_digest: file.sha1(), url: format!("{}{path}", self.url), ..FileLocation::default() }
    }

    fn content(&mut self, request: &Request) -> Response {
        assert_eq!(request.headers["user-agent"], "Microsoft-Delivery-Optimization/10.1");
        assert_eq!(request.headers.get("content-length").map(String::as_str), Some("0"));
        let range = request.headers["range"].clone();
        self.downloads.push((request.path.clone(), range.clone()));
        let Some(content) = self.content.get(&request.path) else { return Response::new(404, Vec::new()) };
        let (first, last) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).expect("a range");
        let (first, last): (usize, usize) = (first.parse().expect("first"), last.parse().expect("last"));
        let Some(part) = content.get(first..=last) else { return Response::new(416, Vec::new()) };
        Response::new(206, part.to_vec())
            .header("Content-Range", format!("bytes {first}-{last}/{}", content.len()))
            .header("ETag", "\"809ce85db53add1:0\"")
            .header("Content-Type", "application/octet-stream")
    }
}

fn escaped(xml: &str) -> Vec<u8> {
    escape(xml)
}

fn write<'a, M: Message<'a>>(message: &M, xpress: bool) -> Response {
    let encoding = if xpress { ContentEncoding::Xpress } else { ContentEncoding::Identity };
    let body = write_response(message, SoapVersion::Soap11, encoding).expect("an answer");
    let response = Response::new(200, body).header("Content-Type", "text/xml; charset=utf-8");
    if xpress { response.header("Content-Encoding", "xpress") } else { response }
}

fn fault(code: ErrorCode, message: &str, action: &str) -> Response {
    let fault =
        Fault { code, message: message.to_owned(), id: Uuid::from_u128(9), action: action.to_owned(), actor: None };
    Response::new(500, fault.write(Style::Wcf, SoapVersion::Soap11)).header("Content-Type", "text/xml; charset=utf-8")
}
