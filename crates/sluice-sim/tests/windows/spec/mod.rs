//! A server written from the specification (protocols.md §3.5 to §3.8), without groups: every revision is in scope of
//! every client.

mod answer;
mod update;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use sluice_wsus::messages::reporting::ReportingEvent;
use sluice_wsus::soap::ErrorCode;
use tokio_rustls::rustls::ServerConfig;
pub use update::{File, Update, id};

use crate::http::HttpServer;

/// What the server knows and what it was asked.
pub struct State {
    pub updates: Vec<Update>,
    /// New updates of one answer.
    pub page: usize,
    /// Faults to answer the next requests of an operation with.
    pub faults: VecDeque<(&'static str, ErrorCode, &'static str)>,
    /// The operations that were called, faults included.
    pub operations: Vec<String>,
    /// Bodies of the requests of SyncUpdates.
    pub syncs: Vec<String>,
    /// Revisions whose deployment changed and was not said yet.
    pub changed: BTreeSet<i32>,
    pub registration_required: bool,
    pub cookie_lives: &'static str,
    pub content: BTreeMap<String, Vec<u8>>,
    /// Requests for content: path and range.
    pub downloads: Vec<(String, String)>,
    /// Addresses are given out as this instead of the path of the content.
    pub wrong_addresses: bool,
    pub accepts_reports: bool,
    pub batches: Vec<Vec<ReportingEvent>>,
    /// The last batch said the client's clock was this.
    pub client_time: Option<Timestamp>,
    pub target_groups: Vec<String>,
    /// Give updates without deployment, as no server should.
    pub without_deployment: bool,
    url: String,
}

pub struct Spec {
    pub url: String,
    state: Arc<Mutex<State>>,
    _http: HttpServer,
}

impl Spec {
    pub async fn start(updates: Vec<Update>) -> Self {
        Self::start_with(None, updates).await
    }

    pub async fn start_with(tls: Option<ServerConfig>, updates: Vec<Update>) -> Self {
        let content = updates.iter().flat_map(|update| &update.files);
        let content = content.map(|file| (file.path(), file.content.clone())).collect();
        let state = State {
            updates,
            page: 30,
            faults: VecDeque::new(),
            operations: Vec::new(),
            syncs: Vec::new(),
            changed: BTreeSet::new(),
            registration_required: true,
            cookie_lives: "2026-10-04T16:00:00Z",
            content,
            downloads: Vec::new(),
            wrong_addresses: false,
            accepts_reports: true,
            batches: Vec::new(),
            client_time: None,
            target_groups: Vec::new(),
            without_deployment: false,
            url: String::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let http = {
            let state = Arc::clone(&state);
            HttpServer::start_with(tls, move |request| state.lock().expect("a state").answer(&request)).await
        };
        state.lock().expect("a state").url.clone_from(&http.url);
        Self { url: http.url.clone(), state, _http: http }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a state")
    }

    /// The operations called since the last time this was asked.
    pub fn operations(&self) -> Vec<String> {
        std::mem::take(&mut self.state().operations)
    }

    /// Changes an update and says so to the next who asks.
    pub fn change(&self, number: u32, change: impl FnOnce(&mut Update)) {
        let mut state = self.state();
        let update = state.updates.iter_mut().find(|update| update.number == number).expect("the update");
        change(update);
        let id = update.revision_id;
        state.changed.insert(id);
    }

    /// All events so far: number and update.
    pub fn events(&self) -> Vec<ReportingEvent> {
        self.state().batches.iter().flatten().cloned().collect()
    }
}
