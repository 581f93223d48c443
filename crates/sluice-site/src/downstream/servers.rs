//! The servers that are known, in memory: those that synchronize from here and those below them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use sluice_model::{RevisionId, ServerId};
use sluice_store::downstream_server::{self, DownstreamServerRecord, ServerStanding};
use sluice_store::{Reader, StoreError};

use crate::load::usable;
use crate::windows::newcomers::address;

/// Most servers, those below others included: twenty times the largest hierarchy the established
/// product allows at one site.
pub(super) const MAX_SERVERS: usize = 5_000;

/// Levels below this site; more is a loop in what servers report.
pub(super) const MAX_DEPTH: usize = 16;

/// Times kept of when a server was told what there is: a day's worth of hourly synchronizations for
/// a week.
const MAX_TOLD: usize = 168;

/// A server.
pub(crate) struct KnownServer {
    pub(crate) id: ServerId,
    record: Mutex<DownstreamServerRecord>,
    /// The record differs from what is stored.
    changed: AtomicBool,
}

impl KnownServer {
    pub(super) fn new(record: DownstreamServerRecord) -> Self {
        Self { id: record.id, record: Mutex::new(record), changed: AtomicBool::new(false) }
    }

    /// What is known of it.
    pub(crate) fn record(&self) -> DownstreamServerRecord {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn standing(&self) -> ServerStanding {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).standing
    }

    /// Whether it was last authorized from an address. The protocol has no proof of identity in its
    /// reports: who reports must at least be where the server is.
    pub(super) fn is_at(&self, peer: IpAddr) -> bool {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.address.parse().is_ok_and(|known: IpAddr| address(known) == address(peer))
    }

    /// Changes what is known of it; it is stored soon after.
    pub(super) fn change(&self, change: impl FnOnce(&mut DownstreamServerRecord)) {
        change(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.store(true, Ordering::Release);
    }

    /// It was heard.
    pub(super) fn touch(&self, now: Timestamp) {
        self.change(|record| record.last_contact = Some(now));
    }

    /// It was told what there is.
    pub(super) fn told(&self, now: Timestamp, newest: RevisionId) {
        self.change(|record| {
            record.last_sync_at = Some(now);
            if record.told.last().is_none_or(|(_, known)| *known != newest.0) {
                record.told.push((now, newest.0));
                let surplus = record.told.len().saturating_sub(MAX_TOLD);
                record.told.drain(..surplus);
            }
        });
    }

    /// The newest revision that a device which looked at a time can have known of; nothing before
    /// the server was first told of any.
    pub(super) fn covered(&self, at: Timestamp) -> RevisionId {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let before = record.told.iter().rev().find(|(told, _)| *told <= at);
        RevisionId(before.map_or(0, |(_, revision)| *revision))
    }

    /// What is known of it, if that differs from what is stored.
    pub(super) fn take_change(&self) -> Option<DownstreamServerRecord> {
        self.changed.swap(false, Ordering::AcqRel).then(|| self.record())
    }

    /// It could not be stored.
    pub(super) fn keep_change(&self) {
        self.changed.store(true, Ordering::Release);
    }
}

/// The servers by GUID.
pub(crate) struct Servers(ArcSwap<HashMap<ServerId, Arc<KnownServer>>>);

impl Servers {
    /// As they are stored.
    pub(super) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let mut servers = HashMap::new();
        downstream_server::load(reader, |row| {
            servers.extend(usable(row).map(|record| (record.id, Arc::new(KnownServer::new(record)))));
            Ok(())
        })
        .await?;
        Ok(Self(ArcSwap::from_pointee(servers)))
    }

    pub(crate) fn get(&self, id: ServerId) -> Option<Arc<KnownServer>> {
        self.0.load().get(&id).map(Arc::clone)
    }

    /// All, in no order.
    pub(crate) fn all(&self) -> Vec<Arc<KnownServer>> {
        self.0.load().values().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.load().len()
    }

    /// Adds a server, or replaces what is known of it.
    pub(super) fn insert(&self, record: DownstreamServerRecord) -> Arc<KnownServer> {
        let server = Arc::new(KnownServer::new(record));
        self.0.rcu(|servers| {
            let mut next = HashMap::clone(servers);
            next.insert(server.id, Arc::clone(&server));
            next
        });
        server
    }

    pub(super) fn remove(&self, ids: &[ServerId]) {
        self.0.rcu(|servers| {
            let mut next = HashMap::clone(servers);
            next.retain(|id, _| !ids.contains(id));
            next
        });
    }

    /// The server that synchronizes from this site and has another one below it, or is it.
    pub(crate) fn top(&self, id: ServerId) -> Option<Arc<KnownServer>> {
        let servers = self.0.load();
        let mut at = servers.get(&id)?;
        for _ in 0..MAX_DEPTH {
            let Some(parent) = at.record().parent else { return Some(Arc::clone(at)) };
            at = servers.get(&parent)?;
        }
        None
    }

    /// A server and all below it.
    pub(crate) fn subtree(&self, id: ServerId) -> Vec<ServerId> {
        let servers = self.0.load();
        let parents: Vec<_> = servers.values().map(|server| (server.id, server.record().parent)).collect();
        let mut found = vec![id];
        let mut at = 0;
        while let Some(parent) = found.get(at).copied() {
            let below = parents.iter().filter(|(child, of)| *of == Some(parent) && !found.contains(child));
            let below: Vec<_> = below.map(|(child, _)| *child).collect();
            found.extend(below);
            at += 1;
        }
        found
    }
}
