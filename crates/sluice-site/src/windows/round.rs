//! One round of one client: what it is offered, and how that is put together.

use std::sync::Arc;

use sluice_catalog::Catalog;
use sluice_catalog::windows::{DriverRequest, DriverRound, RoundRequest, Scope};
use sluice_model::{CollectionId, RevisionId};

use super::answers::{After, AnswerPlace, AskedBytes, Circumstances, Section, SectionKey, Tells, runs};
use super::cookie::ClientCookie;
use super::fault::ClientResult;
use super::fragments::{StoredFragment, weight};
use super::known::KnownClient;
use super::memory::{AnswerShare, MENTION_BYTES, NUMBER_BYTES, Recipient, is_counted};
use super::protocol::Protocol;
use super::sync::{OfferedUpdate, SyncAnswer, SyncRequest, number, offered_deployment, unreadable};
use super::view::WindowsView;
use crate::site::Site;

/// What came of a round.
pub(super) struct Answered {
    pub(super) answer: SyncAnswer,
    pub(super) tells: Tells,
    /// Nothing was left out that might be there at another time.
    pub(super) whole: bool,
}

/// The changes a client was told of.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) groups: u64,
    pub(super) software: u64,
    pub(super) drivers: u64,
    pub(super) printers: u64,
}

impl Told {
    /// In other groups than before everything may be another.
    pub(super) fn of(cookie: &ClientCookie, groups: u64) -> Self {
        if cookie.groups == groups {
            let ClientCookie { software, drivers, printers, .. } = *cookie;
            Self { groups, software, drivers, printers }
        } else {
            Self { groups, software: 0, drivers: 0, printers: 0 }
        }
    }

    /// In a cookie.
    pub(super) fn into_cookie(self, cookie: ClientCookie) -> ClientCookie {
        let Self { groups, software, drivers, printers } = self;
        ClientCookie { groups, software, drivers, printers, ..cookie }
    }
}

/// One round of one client.
pub(super) struct Round<'a> {
    pub(super) site: &'a Site,
    pub(super) recipient: Recipient,
    pub(super) view: &'a Arc<WindowsView>,
    pub(super) scope: Scope,
    /// The deployed-to collections that the client is in: what its scope is of.
    pub(super) collections: Box<[CollectionId]>,
    pub(super) told: Told,
    pub(super) cookie: ClientCookie,
}

impl Round<'_> {
    pub(super) async fn software(&self, client: &KnownClient, request: &SyncRequest) -> ClientResult<Answered> {
        let asked = RoundRequest {
            installed_non_leaf: &request.installed_non_leaf,
            other_cached: &request.other_cached,
            filter: &request.filter,
            since: self.told.software,
        };
        let all = weight(self.view.documents(), self.recipient);
        let most = self.scope.base().budget().page_bytes(all);
        let round = self.scope.round(&asked, most, |revision| self.size(revision));
        let mut answer = SyncAnswer { truncated: round.truncated, ..SyncAnswer::default() };
        let numbers = round.out_of_scope.len() + round.outside_filter.len();
        let page = round.new.iter().map(|revision| (*revision, Vec::new())).collect();
        let (new, share) = self.offers(page, round.changed.len(), numbers).await?;
        let whole = new.len() == round.new.len();
        answer.memory = Some(share);
        if self.recipient.unpacks {
            answer.sections = self.sections(new).await?;
        } else {
            answer.new = self.read(new).await?;
        }
        answer.changed = round.changed.iter().filter_map(|revision| self.mention(*revision, Vec::new())).collect();
        let filtered = !request.filter.is_empty();
        answer.out_of_scope = round.out_of_scope;
        if request.two_lists && self.cookie.protocol >= Protocol::TWO_LISTS {
            answer.outside_filter = round.outside_filter;
        } else {
            answer.out_of_scope.extend(round.outside_filter);
        }
        // A filtered round does not tell of all changes, but to a client that has nothing in its cache
        // there are none to tell.
        let nothing_cached = request.installed_non_leaf.is_empty() && request.other_cached.is_empty();
        let (cookie, tells) = if filtered && !nothing_cached {
            (self.cookie, Tells::Nothing)
        } else {
            let told = Told { software: self.catalog().last_change(), ..self.told };
            (told.into_cookie(self.cookie), Tells::Software)
        };
        answer.cookie = Some(self.site.issue(&cookie)?);
        if !filtered && answer.is_last() {
            client.note_scan(self.view.newest());
        }
        Ok(Answered { answer, tells, whole })
    }

    pub(super) async fn drivers(&self, request: &SyncRequest) -> ClientResult<Answered> {
        let asked = DriverRequest {
            installed_non_leaf: &request.installed_non_leaf,
            cached_drivers: &request.cached_drivers,
            since: self.told.drivers,
            devices: &request.devices,
            computer_ids: &request.computer_ids,
            score_key: &request.score_key,
        };
        let round = self.scope.driver_round(&asked, |revision| self.size(revision));
        let offered = round.new.len();
        let answer = self.driver_answer(round, Told { drivers: self.catalog().last_change(), ..self.told }).await?;
        let whole = answer.new.len() == offered;
        Ok(Answered { answer, tells: Tells::Drivers, whole })
    }

    /// Where the answer to this request can be kept.
    pub(super) fn place(&self, asked: &AskedBytes<'_>, after: After) -> Option<AnswerPlace> {
        let Self { view, collections, told, cookie, recipient, .. } = self;
        let circumstances = Circumstances::new(asked, collections, *told, cookie, *recipient);
        AnswerPlace::new(view, asked, circumstances, after)
    }

    /// The answer with drivers, after which the client has been `told`.
    pub(super) async fn driver_answer(&self, round: DriverRound, told: Told) -> ClientResult<SyncAnswer> {
        let mut answer =
            SyncAnswer { out_of_scope: round.out_of_scope, truncated: round.truncated, ..SyncAnswer::default() };
        let page = round.new.into_iter().map(|offer| (offer.revision, offer.hardware_ids)).collect();
        let (new, share) = self.offers(page, round.changed.len(), answer.out_of_scope.len()).await?;
        answer.memory = Some(share);
        answer.new = self.read(new).await?;
        let changed = round.changed.into_iter();
        answer.changed = changed.filter_map(|offer| self.mention(offer.revision, offer.hardware_ids)).collect();
        answer.cookie = Some(self.site.issue(&told.into_cookie(self.cookie))?);
        Ok(answer)
    }

    /// About how many bytes of an answer the metadata of an update takes.
    pub(super) fn size(&self, revision: RevisionId) -> u64 {
        weight(self.site.windows.fragments.document_size(revision), self.recipient)
    }

    pub(super) fn catalog(&self) -> &Catalog {
        self.view.catalog()
    }

    /// The updates of a page and where their metadata is, with a share of the memory for an answer that has it, this
    /// many changed updates, and numbers. An update without metadata is left out: the scan of all others goes on.
    async fn offers(
        &self,
        page: Vec<(RevisionId, Vec<String>)>,
        changed: usize,
        numbers: usize,
    ) -> ClientResult<(Vec<Offer>, AnswerShare)> {
        let revisions: Vec<RevisionId> = page.iter().map(|(revision, _)| *revision).collect();
        let find = async || {
            let found = self.site.windows.fragments.of(&revisions).await;
            found.map_err(|error| unreadable(revisions.first().copied(), &error))
        };
        let mut found = find().await?;
        let cores = found.iter().flatten().map(|found| found.core_size_for(self.recipient));
        let size = cores.sum::<u64>() + (page.len() + changed) as u64 * MENTION_BYTES + numbers as u64 * NUMBER_BYTES;
        let memory = &self.site.windows.memory;
        let share = if is_counted(size) {
            // Who waits keeps nothing in memory meanwhile.
            drop(found);
            let share = memory.take(self.recipient.peer, size).await?;
            found = find().await?;
            share
        } else {
            memory.take(self.recipient.peer, size).await?
        };
        let mut offers = Vec::with_capacity(found.len());
        for ((revision, hardware_ids), fragments) in page.into_iter().zip(found) {
            match fragments {
                Some(fragments) => offers.push(Offer { revision, hardware_ids, core: fragments.core() }),
                None => tracing::error!(revision = revision.0, "an update has no metadata and was not offered"),
            }
        }
        Ok((offers, share))
    }

    /// Reads the metadata of a page.
    async fn read(&self, page: Vec<Offer>) -> ClientResult<Vec<OfferedUpdate>> {
        let mut updates = Vec::with_capacity(page.len());
        for Offer { revision, hardware_ids, core } in page {
            let Some(update) = self.mention(revision, hardware_ids) else { continue };
            let core = core.read().await.map_err(|error| unreadable(Some(revision), &error))?;
            updates.push(OfferedUpdate { core: Some(core), ..update });
        }
        Ok(updates)
    }

    /// A page in runs, of which those are read that are not ready.
    async fn sections(&self, page: Vec<Offer>) -> ClientResult<Vec<Section<OfferedUpdate>>> {
        let key = SectionKey::new_updates(&self.collections, self.cookie.protocol);
        let mut sections = Vec::new();
        for (small, run) in runs(page, |offer| (offer.revision, !offer.core.is_packed())) {
            let mut section = Section::default();
            if small {
                match key.with(run.iter().map(|offer| (offer.revision, 0, ""))).find(self.view) {
                    Ok(ready) => section.ready = Some(ready),
                    Err(place) => section.place = Some(place),
                }
            }
            if section.ready.is_none() {
                section.updates = self.read(run).await?;
            }
            sections.push(section);
        }
        Ok(sections)
    }

    /// An update without its metadata.
    fn mention(&self, revision: RevisionId, hardware_ids: Vec<String>) -> Option<OfferedUpdate> {
        let deployment = offered_deployment(self.scope.deployment(revision)?, self.cookie.protocol, hardware_ids);
        let leaf = self.scope.is_leaf(revision);
        Some(OfferedUpdate { id: number(revision), deployment, leaf, core: None })
    }
}

/// An update of a page that is being put together.
struct Offer {
    revision: RevisionId,
    hardware_ids: Vec<String>,
    core: StoredFragment,
}
