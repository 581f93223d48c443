//! Files, titles and addresses of what is needed (protocols.md §2.4, §3.8).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sluice_wsus::messages::client::{GetExtendedUpdateInfo, GetExtendedUpdateInfoResponse};
use sluice_wsus::messages::shared::{DeploymentAction, FileLocation, FragmentType};
use sluice_wsus::soap::Fragment;
use sluice_wsus::update::document::UpdateType;
use sluice_wsus::update::rules::Truth;

use super::evaluate::{Evaluation, State};
use super::rounds::is_offer;
use super::session::Talk;
use super::{AgentCache, Cached};
use crate::windows::agent::WindowsClient;
use crate::windows::client::AgentError;
use crate::windows::machine::VirtualMachine;

/// Requests of one scan at most: 200 thousand revisions.
const MAX_BATCHES: usize = 4_000;

impl WindowsClient {
    pub(super) async fn get_extended(&mut self, talk: &mut Talk) -> Result<(), AgentError> {
        let with_categories = !self.behaviour.categories.is_empty();
        self.cache.settle(&self.machine);
        let wanted: Vec<i32> = wanted(&self.cache, &self.machine, with_categories).into_iter().collect();
        let most = self.cache.configuration.as_ref().map_or(1, |known| known.max_extended);
        for batch in wanted.chunks(most).take(MAX_BATCHES) {
            self.get_batch(talk, batch).await?;
        }
        Ok(())
    }

    async fn get_batch(&mut self, talk: &mut Talk, batch: &[i32]) -> Result<(), AgentError> {
        // Numbers that a fault made mean something else are not asked for again: the next scan will.
        let before = self.cache.by_revision();
        loop {
            let request = GetExtendedUpdateInfo {
                cookie: self.cache.cookie.clone(),
                revision_ids: batch.to_vec(),
                info_types: vec![FragmentType::Extended, FragmentType::LocalizedProperties],
                locales: vec!["en-US".into(), "en".into()],
                device_attributes: self.machine.device_attributes(self.server.url()),
                geo_id: "USA".into(),
                caller_attributes: self.caller_attributes(),
            };
            match self.server.get_extended_update_info(&talk.caller, &request).await {
                Ok(answer) => {
                    talk.outcome.bytes += answer.received() as u64;
                    let read: GetExtendedUpdateInfoResponse<'_> = answer.read()?;
                    return self.keep_extended(read);
                }
                Err(error) => self.react(talk, error).await?,
            }
            if self.cache.by_revision() != before {
                return Ok(());
            }
        }
    }

    fn keep_extended(&mut self, answer: GetExtendedUpdateInfoResponse<'_>) -> Result<(), AgentError> {
        for id in &answer.out_of_scope_revision_ids {
            self.cache.revisions.remove(id);
            self.cache.unsettle();
        }
        // Each revision comes once for each kind of fragment.
        let mut fragments: BTreeMap<i32, Vec<&Fragment<'_>>> = BTreeMap::new();
        for update in &answer.updates {
            if let Some(xml) = &update.xml {
                fragments.entry(update.id).or_default().push(xml);
            }
        }
        for (id, fragments) in fragments {
            let Some(cached) = self.cache.revisions.get_mut(&id) else { continue };
            cached.extended = Some(self.server.knowledge.extended(id, cached.core.revision, &fragments)?);
        }
        self.keep_locations(answer.file_locations);
        Ok(())
    }

    pub(super) fn keep_locations(&mut self, locations: Vec<FileLocation>) {
        for location in locations {
            let Ok(digest) = <[u8; 20]>::try_from(location.file_digest.as_slice()) else { continue };
            let url: Arc<str> = self.server.knowledge.url(location.url);
            self.cache.locations.insert(digest, url);
        }
    }
}

/// The revisions whose files and titles matter and are not known: what is offered and applies, and the parts of
/// bundles that would be installed or removed.
fn wanted(cache: &AgentCache, machine: &VirtualMachine, with_categories: bool) -> BTreeSet<i32> {
    let evaluation = Evaluation::new(cache, machine);
    let mut wanted = BTreeSet::new();
    for (id, cached) in &cache.revisions {
        if with_categories && cached.core.update_type == UpdateType::Category && cached.installed == Truth::True {
            wanted.insert(*id);
        }
        if !is_offer(cached.wish.action) {
            continue;
        }
        let state = evaluation.state(cached);
        if matches!(state, State::Installed | State::Installable) {
            wanted.insert(*id);
            let part = match (state, cached.wish.action) {
                (State::Installable, _) => State::Installable,
                (_, DeploymentAction::Uninstall) => State::Installed,
                _ => continue,
            };
            parts(&evaluation, cached, part, &mut wanted);
        }
    }
    wanted.retain(|id| cache.revisions.get(id).is_some_and(|cached| cached.extended.is_none()));
    wanted
}

/// The members of a bundle, and of bundles in it, that are in a state.
fn parts(evaluation: &Evaluation<'_>, bundle: &Cached, state: State, found: &mut BTreeSet<i32>) {
    for clause in &bundle.core.bundled {
        for (id, member) in evaluation.members(clause) {
            // What was seen already is not followed again, so that this ends.
            if evaluation.state(member) == state && found.insert(id) {
                parts(evaluation, member, state, found);
            }
        }
    }
}
