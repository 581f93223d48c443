//! SyncUpdates: the rounds of a scan (\[MS-WUSP\] 3.1.5.7; protocols.md §3.5, §3.6).
//!
//! Everything comes from the [view](super::view): no lock, no database.

use jiff::Timestamp;
use jiff::civil::Date;
use sluice_catalog::Catalog;
use sluice_catalog::windows::{ClientDeployment, DriverRequest, DriverRound, RoundRequest, Scope};
use sluice_model::{CategoryId, DeploymentPriority, RevisionId};
use uuid::Uuid;

use super::attributes;
use super::cookie::ClientCookie;
use super::fault::{ClientFault, ClientResult};
use super::fingerprint::fingerprint;
use super::fragments::{FragmentBytes, StoredFragment};
use super::known::KnownClient;
use super::memory::{AnswerShare, MENTION_BYTES, NUMBER_BYTES, Recipient};
use super::protocol::Protocol;
use super::session::IssuedCookie;
use super::view::WindowsView;
use crate::metrics::Counters;
use crate::site::Site;

pub use sluice_catalog::windows::{ClientAction, InstalledDriver, SystemDevice};

/// Most installed updates that others depend on, entries counted as they come (Q22).
pub(super) const MAX_INSTALLED: usize = 400;

/// Most ids of devices in the driver pass. A virtual machine has 186, a big server ten times that.
const MAX_DEVICE_IDS: usize = 16_384;

/// What a client has, in one round of its scan.
#[derive(Clone, Debug, Default)]
pub struct SyncRequest {
    /// Installed updates that others depend on.
    pub installed_non_leaf: Vec<i32>,
    /// All others in its cache.
    pub other_cached: Vec<i32>,
    /// The driver pass: no software.
    pub skip_software: bool,
    /// Only these categories and what they need; empty: all.
    pub filter: Vec<CategoryId>,
    /// Two lists of what is out of scope: deployed but outside the filter, and the rest.
    pub two_lists: bool,
    /// Driver pass: the devices of the computer.
    pub devices: Vec<SystemDevice>,
    /// Driver pass: the drivers in its cache.
    pub cached_drivers: Vec<i32>,
    /// Driver pass: hardware ids of the computer, most specific first.
    pub computer_ids: Vec<Uuid>,
    /// Driver pass: key of the feature scores, such as `AMD64.10.0`.
    pub score_key: String,
    /// What the device says about itself, `Name=Value` separated by `;`.
    pub attributes: String,
}

/// What the client is told.
#[derive(Debug, Default)]
pub struct SyncAnswer {
    /// Updates it does not have in its cache, with their metadata.
    pub new: Vec<OfferedUpdate>,
    /// Updates in its cache about which something else is to be done now.
    pub changed: Vec<OfferedUpdate>,
    /// Numbers in its cache to be dropped.
    pub out_of_scope: Vec<i32>,
    /// Numbers in its cache that are only outside the filter.
    pub outside_filter: Vec<i32>,
    /// There is more.
    pub truncated: bool,
    /// The next cookie: a new value, the same end.
    pub cookie: Option<IssuedCookie>,
    /// Whether there are no drivers to ask for. `None`: the client is too old to be told.
    pub no_drivers: Option<bool>,
    /// To be kept until the answer has been sent.
    pub memory: Option<AnswerShare>,
}

/// An update for a client.
#[derive(Clone, Debug)]
pub struct OfferedUpdate {
    /// Its number here.
    pub id: i32,
    /// What to do with it.
    pub deployment: OfferedDeployment,
    /// No other update of the catalog depends on it.
    pub leaf: bool,
    /// Its Core fragment; `None` for what is in the client's cache.
    pub core: Option<FragmentBytes>,
}

/// What to do with an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedDeployment {
    /// Its number, another number space.
    pub id: i32,
    /// What to do.
    pub action: ClientAction,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// What to download first.
    pub priority: DeploymentPriority,
    /// Day of the last change, in UTC.
    pub changed_on: Date,
    /// Of a driver: the client's hardware ids that it matched.
    pub hardware_ids: Vec<String>,
    /// The client knows `AutoSelect` and its siblings.
    pub flags: bool,
}

impl Site {
    /// Answers a round of a scan.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`; `Internal` when metadata
    /// cannot be read.
    pub async fn windows_sync(
        &self,
        recipient: Recipient,
        cookie: &[u8],
        request: &SyncRequest,
    ) -> ClientResult<SyncAnswer> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        if request.installed_non_leaf.len() > MAX_INSTALLED {
            return Err(ClientFault::InvalidParameters("parameters.InstalledNonLeafUpdateIDs"));
        }
        if request.devices.iter().map(ids).sum::<usize>() > MAX_DEVICE_IDS {
            return Err(ClientFault::InvalidParameters("parameters.SystemSpec"));
        }
        if !request.skip_software && !request.devices.is_empty() {
            return Err(ClientFault::InvalidParameters("parameters.SystemSpec"));
        }
        Counters::add(&self.counters.rounds, 1);
        let forgetful = request.installed_non_leaf.is_empty() && request.other_cached.is_empty();
        Counters::add(&self.counters.first_rounds, u64::from(!request.skip_software && forgetful));
        self.note_attributes(client, &request.attributes);
        let view = self.windows.views.load();
        let groups = view.groups(client);
        let round = Round {
            site: self,
            recipient,
            view: &view,
            scope: view.scope(&groups),
            told: Told::of(&open.cookie, groups.fingerprint()),
            cookie: open.cookie,
        };
        let mut answer =
            if request.skip_software { round.drivers(request).await? } else { round.software(client, request).await? };
        if open.cookie.protocol >= Protocol::TWO_LISTS {
            answer.no_drivers = Some(!request.filter.is_empty() || !round.scope.has_drivers());
        }
        Ok(answer)
    }

    /// Hands on what a device says about itself, when it is news.
    fn note_attributes(&self, client: &KnownClient, text: &str) {
        if !text.is_empty() && client.changes_attributes(fingerprint(text.as_bytes().iter()).max(1)) {
            self.note_windows_attributes(client.device, attributes::parse(text));
        }
    }
}

/// What there is to search for of a device; each device counts, even without ids.
fn ids(device: &SystemDevice) -> usize {
    1 + device.hardware_ids.len() + device.compatible_ids.len() + device.recovery.len()
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
    pub(super) view: &'a WindowsView,
    pub(super) scope: Scope,
    pub(super) told: Told,
    pub(super) cookie: ClientCookie,
}

impl Round<'_> {
    async fn software(&self, client: &KnownClient, request: &SyncRequest) -> ClientResult<SyncAnswer> {
        let asked = RoundRequest {
            installed_non_leaf: &request.installed_non_leaf,
            other_cached: &request.other_cached,
            filter: &request.filter,
            since: self.told.software,
        };
        let all = self.site.windows.fragments.core_bytes_for(self.recipient);
        let most = self.scope.base().budget().page_bytes(all);
        let round = self.scope.round(&asked, most, |revision| self.size(revision));
        let mut answer = SyncAnswer { truncated: round.truncated, ..SyncAnswer::default() };
        let new = round.new.iter().filter_map(|revision| self.offer(*revision, Vec::new())).collect();
        let numbers = round.out_of_scope.len() + round.outside_filter.len();
        (answer.new, answer.memory) = self.read(new, round.changed.len(), numbers).await?;
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
        let cookie = if filtered && !nothing_cached {
            self.cookie
        } else {
            Told { software: self.catalog().last_change(), ..self.told }.into_cookie(self.cookie)
        };
        answer.cookie = Some(self.site.issue(&cookie)?);
        if !filtered && answer.new.is_empty() && !answer.truncated {
            client.note_scan(self.view.newest());
        }
        Ok(answer)
    }

    async fn drivers(&self, request: &SyncRequest) -> ClientResult<SyncAnswer> {
        let asked = DriverRequest {
            installed_non_leaf: &request.installed_non_leaf,
            cached_drivers: &request.cached_drivers,
            since: self.told.drivers,
            devices: &request.devices,
            computer_ids: &request.computer_ids,
            score_key: &request.score_key,
        };
        let round = self.scope.driver_round(&asked, |revision| self.size(revision));
        self.driver_answer(round, Told { drivers: self.catalog().last_change(), ..self.told }).await
    }

    /// The answer with drivers, after which the client has been `told`.
    pub(super) async fn driver_answer(&self, round: DriverRound, told: Told) -> ClientResult<SyncAnswer> {
        let mut answer =
            SyncAnswer { out_of_scope: round.out_of_scope, truncated: round.truncated, ..SyncAnswer::default() };
        let new = round.new.into_iter().filter_map(|offer| self.offer(offer.revision, offer.hardware_ids)).collect();
        (answer.new, answer.memory) = self.read(new, round.changed.len(), answer.out_of_scope.len()).await?;
        let changed = round.changed.into_iter();
        answer.changed = changed.filter_map(|offer| self.mention(offer.revision, offer.hardware_ids)).collect();
        answer.cookie = Some(self.site.issue(&told.into_cookie(self.cookie))?);
        Ok(answer)
    }

    /// Bytes of an update's metadata, as the client gets it.
    pub(super) fn size(&self, revision: RevisionId) -> u64 {
        self.site.windows.fragments.core_size_for(revision, self.recipient)
    }

    pub(super) fn catalog(&self) -> &Catalog {
        self.view.catalog()
    }

    /// An update and where its metadata is. One without metadata is left out: the scan of all others
    /// goes on.
    fn offer(&self, revision: RevisionId, hardware_ids: Vec<String>) -> Option<Offer> {
        let update = self.mention(revision, hardware_ids)?;
        let core = self.site.windows.fragments.core(revision);
        if core.is_none() {
            tracing::error!(revision = revision.0, "an update has no Core fragment and was not offered");
        }
        Some(Offer { revision, update, core: core? })
    }

    /// Reads the metadata of a page, when there is room for an answer with it, this many changed
    /// updates, and numbers.
    async fn read(
        &self,
        page: Vec<Offer>,
        changed: usize,
        numbers: usize,
    ) -> ClientResult<(Vec<OfferedUpdate>, Option<AnswerShare>)> {
        let metadata: u64 = page.iter().map(|offer| offer.core.size_for(self.recipient)).sum();
        let size = metadata + (page.len() + changed) as u64 * MENTION_BYTES + numbers as u64 * NUMBER_BYTES;
        let share = self.site.windows.memory.take(self.recipient.peer, size).await?;
        let mut updates = Vec::with_capacity(page.len());
        for Offer { revision, update, core } in page {
            let core = core.read().await.map_err(|error| unreadable(revision, &error))?;
            updates.push(OfferedUpdate { core: Some(core), ..update });
        }
        Ok((updates, Some(share)))
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
    update: OfferedUpdate,
    core: StoredFragment,
}

/// A deployment as a client of this protocol understands it.
pub(super) fn offered_deployment(
    deployment: ClientDeployment,
    protocol: Protocol,
    hardware_ids: Vec<String>,
) -> OfferedDeployment {
    let deployment = if protocol < Protocol::OPTIONAL { deployment.without_optional() } else { deployment };
    OfferedDeployment {
        id: deployment.id,
        action: deployment.action,
        deadline: deployment.deadline,
        priority: deployment.priority,
        changed_on: deployment.last_change.to_zoned(jiff::tz::TimeZone::UTC).date(),
        hardware_ids: if protocol < Protocol::HARDWARE_IDS { Vec::new() } else { hardware_ids },
        flags: protocol >= Protocol::FLAGS,
    }
}

/// The number of a revision on the wire. Revisions are below 2^26.
pub(super) fn number(revision: RevisionId) -> i32 {
    i32::try_from(revision.0).unwrap_or(i32::MAX)
}

/// The revision of a number on the wire; one that no revision has when there cannot be any.
pub(super) fn revision(number: i32) -> RevisionId {
    RevisionId(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The metadata of a revision could not be read: logged here, where the cause is known.
pub(super) fn unreadable(revision: RevisionId, error: &std::io::Error) -> ClientFault {
    tracing::error!(revision = revision.0, %error, "the metadata of an update could not be read");
    ClientFault::Internal
}
