//! One report to an upstream server (protocols.md §7).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::{DeviceId, SourceId};
use sluice_store::inherited::InheritedKind;
use sluice_store::source::SourceRecord;
use sluice_wsus::messages::rollup::{
    ComputerChange, ComputerLastRollupNumber, GetOutOfSyncComputers, GetOutOfSyncComputersResponse,
    GetRollupConfiguration, GetRollupConfigurationResponse, RollupComputers, RollupComputersResponse,
    RollupDownstreamServers, RollupDownstreamServersResponse,
};
use uuid::Uuid;

use super::RollupError;
use super::batches::Batches;
use super::memory::{Memory, Told};
use super::plan::{Pending, Plan, plan};
use super::reports::Reports;
use super::{computer, servers, states};
use crate::downstream::ALL_COMPUTERS;
use crate::error::chain;
use crate::site::Site;
use crate::sources::UpstreamSource;
use crate::sync::ReportingSession;

/// How long what the server wants is taken to be as it said; another database of it is noticed after this.
const CONFIGURATION_AGE: SignedDuration = SignedDuration::from_secs(60);
/// The counts of the site are told at most this often while devices change.
const COUNTS_AGE: SignedDuration = SignedDuration::from_secs(60);
/// All devices are told of this often, so that the server can say which it deleted.
const COMPLETE_AGE: SignedDuration = SignedDuration::from_hours(6);
/// Most computers in a request, whatever the server allows: some megabytes.
const MAX_COMPUTERS: usize = 1_500;
/// Most numbers in a request, the same.
const MAX_NUMBERS: usize = 20_000;
/// Most servers in a request, the same.
const MAX_SERVERS: usize = 1_000;

/// How a report ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The first synchronization comes before.
    Waiting,
    /// Everything was told.
    Devices,
    /// The server wants no devices.
    Counts,
}

/// Tells the server of a source what it was not told yet.
pub(super) async fn run(
    site: &Arc<Site>,
    record: &SourceRecord,
    source: &UpstreamSource,
    memory: &mut Memory,
) -> Result<Outcome, RollupError> {
    let done = steps(site, record, source, memory).await;
    if done.is_err() {
        // It may be another one, or not know the servers below any more.
        (memory.configuration, memory.servers) = (None, None);
    }
    done
}

async fn steps(
    site: &Arc<Site>,
    record: &SourceRecord,
    source: &UpstreamSource,
    memory: &mut Memory,
) -> Result<Outcome, RollupError> {
    let Some(session) = ReportingSession::open(site, record, source).await? else { return Ok(Outcome::Waiting) };
    let mut pass = Pass { site, id: record.id, source, session, memory };
    pass.configure().await?;
    if !pass.memory.configuration.is_some_and(|(wanted, _)| wanted.do_detailed_rollup) {
        pass.servers(true).await?;
        return Ok(Outcome::Counts);
    }
    let Plan { pending, complete, here } = pass.plan().await?;
    pass.servers(complete || !pending.is_empty()).await?;
    let (id, waiting, told) = (pass.id, pending.len(), pass.memory.told.len());
    site.rollups.note(id, |progress| (progress.waiting, progress.devices) = (waiting, told));
    if complete {
        pass.memory.keep_only(&site.store, id, &here).await?;
    }
    let noted = pass.computers(pending).await?;
    let noted = pass.out_of_step(noted).await?;
    Reports::new(&mut pass, noted).send().await?;
    if complete {
        pass.memory.complete_at = Some(site.now());
    }
    let told = pass.memory.told.values().filter(|told| told.removed_at.is_none()).count();
    site.rollups.note(id, |progress| (progress.waiting, progress.devices) = (0, told));
    Ok(Outcome::Devices)
}

/// A report under way.
pub(super) struct Pass<'p> {
    pub(super) site: &'p Arc<Site>,
    pub(super) id: SourceId,
    source: &'p UpstreamSource,
    pub(super) session: ReportingSession,
    pub(super) memory: &'p mut Memory,
}

impl Pass<'_> {
    /// What the server wants. When it is another server, or another database, nothing was told to it.
    async fn configure(&mut self) -> Result<(), RollupError> {
        let now = self.site.now();
        let is_fresh = |(_, at): &(_, Timestamp)| now.duration_since(*at).abs() < CONFIGURATION_AGE;
        if self.memory.configuration.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        let request = GetRollupConfiguration { cookie: None };
        let answer: GetRollupConfigurationResponse =
            self.session.ask_known(self.site, "GetRollupConfiguration", &request).await?;
        let wanted = answer.configuration;
        // Nor was anything told by whoever this site was there before. All three are random, so that together they are
        // another one when any of them is.
        let (server, database) = (wanted.server_id.as_u128(), wanted.rollup_reset_guid.as_u128());
        let me = self.session.account.as_u128();
        let upstream = Uuid::from_u128(server ^ database.rotate_left(64) ^ me.rotate_left(32));
        if self.memory.upstream != Some(upstream) {
            *self.memory = Memory::of(&self.site.store, self.id, upstream).await?;
        }
        self.memory.configuration = Some((wanted, now));
        Ok(())
    }

    /// What there is to tell of devices, found off the async threads.
    async fn plan(&mut self) -> Result<Plan, RollupError> {
        let (fleet, now) = (self.site.fleet(), self.site.now());
        let is_due = |at: Timestamp| now.duration_since(at).abs() >= COMPLETE_AGE;
        let complete = self.memory.complete_at.is_none_or(is_due);
        let directory = self.site.directory.load_full();
        let shared = self.site.inheritance.of(self.id, InheritedKind::Collection);
        let groups = move |device: DeviceId| {
            let collections = directory.collections_of(device);
            let of_upstream = collections.iter().map(|id| id.0).filter(|id| shared.contains(id));
            std::iter::once(ALL_COMPUTERS).chain(of_upstream).collect()
        };
        let mut memory = std::mem::take(self.memory);
        let work = tokio::task::spawn_blocking(move || {
            let plan = plan(&mut memory, &fleet, &groups, complete, now);
            (memory, plan)
        });
        let (memory, plan) = work.await.map_err(RollupError::Defect)?;
        *self.memory = memory;
        Ok(plan)
    }

    /// The servers below, and this one last; `counts`: what it counts may be something else than was told.
    async fn servers(&mut self, counts: bool) -> Result<(), RollupError> {
        let Some((wanted, _)) = self.memory.configuration else { return Ok(()) };
        let now = self.site.now();
        let account = self.session.account;
        let below = servers::below(self.site, account, &[wanted.server_id, account]);
        let digest = servers::digest(&below);
        let is_old = |at: Timestamp| now.duration_since(at).abs() >= COUNTS_AGE;
        let is_due = match self.memory.servers {
            Some((told, at)) => told != digest || counts && is_old(at),
            None => true,
        };
        if !is_due {
            return Ok(());
        }
        let synchronized = self.site.sync.last_success(self.id);
        let kinds = usize::try_from(wanted.rollup_downstream_servers_max_batch_size).unwrap_or_default();
        let name = self.site.upstreams.account_of(self.source);
        let this = servers::this(self.site, account, name, self.source.replica, synchronized, kinds);
        let mut rest = below;
        rest.push(this);
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(MAX_SERVERS));
            let downstream_servers = std::mem::replace(&mut rest, later);
            let request = RollupDownstreamServers { cookie: None, client_time: Some(now), downstream_servers };
            let _noted: RollupDownstreamServersResponse = self.session.ask("RollupDownstreamServers", &request).await?;
        }
        self.memory.servers = Some((digest, now));
        Ok(())
    }

    /// Tells of devices; those that the server knows now.
    async fn computers(&mut self, pending: Vec<Pending>) -> Result<Vec<Pending>, RollupError> {
        let (mut noted, again) = self.computers_once(pending).await?;
        if again.is_empty() {
            return Ok(noted);
        }
        if again.iter().any(|pending| self.memory.told.get(&pending.row.id).is_some_and(|told| told.number > 0)) {
            // It forgot devices that it knew; perhaps others, too.
            self.memory.complete_at = None;
        }
        let again = again.into_iter().map(|pending| Pending { tell_details: true, ..pending }).collect();
        let (more, unknown) = self.computers_once(again).await?;
        noted.extend(more);
        noted.extend(unknown);
        Ok(noted)
    }

    /// The devices that the server noted, and those of which it wants to know what they are.
    async fn computers_once(&mut self, pending: Vec<Pending>) -> Result<(Vec<Pending>, Vec<Pending>), RollupError> {
        let limit = self.limit(|wanted| wanted.rollup_computers_max_batch_size, MAX_COMPUTERS);
        let mut batches = Batches::new(pending, limit, limit, |_| 1);
        let (mut noted, mut again) = (Vec::new(), Vec::new());
        while let Some(batch) = batches.next() {
            let now = self.site.now();
            let info = |pending: &Pending| {
                let details = pending.tell_details.then(|| computer::details(&pending.row, pending.groups.clone()));
                computer::info(&pending.row, self.session.account, details)
            };
            let computers = batch.iter().map(info).collect();
            let request = RollupComputers { cookie: None, client_time: Some(now), computers };
            let answer: Result<RollupComputersResponse, _> = self.session.ask("RollupComputers", &request).await;
            let changed = match answer {
                Ok(answer) => answer.changed_computers,
                Err(error) => {
                    batches.split(batch, error.into())?;
                    continue;
                }
            };
            let changed: HashMap<_, _> =
                changed.into_iter().map(|changed| (changed.computer_id.to_ascii_lowercase(), changed.change)).collect();
            let mut to_save = Vec::new();
            for pending in batch {
                let device = pending.row.id;
                match changed.get(&pending.id.to_ascii_lowercase()) {
                    Some(ComputerChange::Deleted) => {
                        let heard = computer::contact(&pending.row).unwrap_or(now);
                        self.memory.told.insert(device, Told { removed_at: Some(heard), ..Told::default() });
                        to_save.push(device);
                        continue;
                    }
                    Some(ComputerChange::NewParent) if !pending.tell_details => {
                        again.push(pending);
                        continue;
                    }
                    Some(ComputerChange::NewParent) | None => {}
                }
                let told = self.memory.told.entry(device).or_default();
                if pending.tell_details {
                    (told.details, told.removed_at) = (pending.details, None);
                    to_save.push(device);
                }
                told.contact = computer::contact(&pending.row);
                noted.push(pending);
            }
            self.memory.save(&self.site.store, self.id, &to_save).await?;
        }
        self.refused(batches.refused, |pending| &pending.row.name, |pending| pending.row.id);
        Ok((noted, again))
    }

    /// Asks which devices the server knows other states of than were told: everything of those is told again.
    async fn out_of_step(&mut self, mut noted: Vec<Pending>) -> Result<Vec<Pending>, RollupError> {
        let limit = self.limit(|wanted| wanted.get_out_of_sync_computers_max_batch_size, MAX_NUMBERS);
        let (fleet, mut states) = (self.site.fleet(), states::States::default());
        for batch in noted.chunks_mut(limit) {
            let number = |pending: &Pending| ComputerLastRollupNumber {
                computer_id: pending.id.clone(),
                rollup_number: self.memory.told.get(&pending.row.id).map_or(0, |told| told.number),
            };
            let request = GetOutOfSyncComputers {
                cookie: None,
                parent_server_id: self.session.account,
                last_rollup_numbers: batch.iter().map(number).collect(),
            };
            let answer: GetOutOfSyncComputersResponse = self.session.ask("GetOutOfSyncComputers", &request).await?;
            let out: std::collections::HashSet<_> =
                answer.computer_ids.iter().map(|id| id.to_ascii_lowercase()).collect();
            for pending in batch.iter_mut().filter(|pending| out.contains(&pending.id.to_ascii_lowercase())) {
                pending.full = true;
                pending.states = pending.states.take().or_else(|| states.of(&pending.row, fleet.catalog()));
                pending.tell_states = pending.states.is_some();
            }
        }
        Ok(noted)
    }

    /// What the server allows in a request, and not more than `most`.
    pub(super) fn limit(
        &self,
        allowed: impl Fn(&sluice_wsus::messages::rollup::RollupConfiguration) -> i32,
        most: usize,
    ) -> usize {
        let allowed = self.memory.configuration.as_ref().and_then(|(wanted, _)| usize::try_from(allowed(wanted)).ok());
        allowed.filter(|allowed| *allowed > 0).map_or(most, |allowed| allowed.min(most))
    }

    /// Leaves devices alone for a while that the server refuses.
    pub(super) fn refused<T>(
        &mut self,
        refused: Vec<(T, RollupError)>,
        name: impl Fn(&T) -> &str,
        device: impl Fn(&T) -> DeviceId,
    ) {
        if !refused.is_empty() {
            // It may not know the servers any more that they are of.
            self.memory.servers = None;
        }
        for (item, error) in refused {
            let (device, name) = (device(&item), name(&item));
            tracing::warn!(device = name, error = chain(&error), "the upstream refuses a device; the others are told");
            self.memory.refuse(device, name, error.to_string(), self.site.now());
        }
    }
}
