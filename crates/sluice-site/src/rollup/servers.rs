//! This site and the servers below it, as an upstream server is told of them (\[MS-WSUSSS\] 3.1.4.14).

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sluice_model::ServerId;
use sluice_store::downstream_server::DownstreamServerRecord;
use sluice_wsus::messages::rollup::DownstreamServerRollupInfo;
use uuid::Uuid;

use super::states::digest_of;
use super::summary;
use crate::site::Site;

/// The servers below, each after the one it synchronizes from. `strange` are never told: the upstream server itself.
pub(super) fn below(site: &Site, account: Uuid, strange: &[Uuid]) -> Vec<DownstreamServerRollupInfo> {
    let known = site.downstream.servers.all();
    let mut children: HashMap<Option<ServerId>, Vec<DownstreamServerRecord>> = HashMap::new();
    for record in known.iter().map(|server| server.record()) {
        let was_heard = record.last_contact.is_some() || record.last_rollup_at.is_some();
        if was_heard && !strange.contains(&record.id.0) {
            children.entry(record.parent).or_default().push(record);
        }
    }
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut level = vec![None];
    while !level.is_empty() {
        let mut next = Vec::new();
        for parent in level {
            let mut records = children.remove(&parent).unwrap_or_default();
            records.sort_by_key(|record| record.id);
            for record in records.into_iter().filter(|record| seen.insert(record.id)) {
                next.push(Some(record.id));
                found.push(info(record, account));
            }
        }
        level = next;
    }
    found
}

fn info(record: DownstreamServerRecord, account: Uuid) -> DownstreamServerRollupInfo {
    DownstreamServerRollupInfo {
        server_id: record.id.0,
        full_domain_name: record.name,
        last_sync_time: record.last_sync_at,
        parent_server_id: record.parent.map_or(account, |parent| parent.0),
        version: record.version,
        is_replica: record.replica,
        last_rollup_time: record.last_rollup_at,
        server_summary: record.summary.map(summary::of_counters),
        // Their kinds of computers are known here by name only; the computers themselves are told one by one.
        client_summaries: Vec::new(),
    }
}

/// This site with its counts. Its client summaries have `kinds` entries at most.
pub(super) fn this(
    site: &Site,
    account: Uuid,
    name: String,
    replica: bool,
    synchronized: Option<Timestamp>,
    kinds: usize,
) -> DownstreamServerRollupInfo {
    let fleet = site.fleet();
    let mut client_summaries = summary::clients(&fleet);
    client_summaries.truncate(kinds);
    DownstreamServerRollupInfo {
        server_id: account,
        full_domain_name: name,
        last_sync_time: synchronized,
        parent_server_id: Uuid::nil(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        is_replica: replica,
        last_rollup_time: Some(site.now()),
        server_summary: Some(summary::server(&fleet, &site.directory.load())),
        client_summaries,
    }
}

/// A number that is another one when there are other servers below; their times may wait.
pub(super) fn digest(servers: &[DownstreamServerRollupInfo]) -> i64 {
    let lasting = |s: &DownstreamServerRollupInfo| {
        format!("{} {} {:?} {:?} {}\n", s.server_id, s.parent_server_id, s.full_domain_name, s.version, s.is_replica)
    };
    digest_of(servers.iter().map(lasting).collect::<String>().as_bytes())
}
