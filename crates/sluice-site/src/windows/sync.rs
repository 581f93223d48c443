//! SyncUpdates: the rounds of a scan (\[MS-WUSP\] 3.1.5.7; protocols.md §3.5, §3.6).
//!
//! Everything comes from the [view](super::view): no lock, no database.

use std::hash::Hasher as _;

use jiff::Timestamp;
use jiff::civil::Date;
use rustc_hash::FxHasher;
use sluice_catalog::windows::ClientDeployment;
use sluice_model::{CategoryId, DeploymentPriority, RevisionId};
use uuid::Uuid;

use super::answers::{After, AnswerPlace, AskedBytes, Section};
use super::attributes;
use super::fault::{ClientFault, ClientResult};
use super::fragments::FragmentBytes;
use super::known::KnownClient;
use super::memory::{AnswerShare, Recipient};
use super::protocol::Protocol;
use super::round::{Answered, Round, Told};
use super::session::IssuedCookie;
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
    /// Updates it does not have in its cache, with their metadata: those of software for a client that unpacks, in
    /// runs.
    pub sections: Vec<Section<OfferedUpdate>>,
    /// The same, all others.
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
    /// Where the answer is to be kept for others.
    pub place: Option<AnswerPlace>,
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
    /// Answers a round of a scan. `asked` is the request as it came, if its answer may be kept for others.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`; `Internal` when metadata
    /// cannot be read.
    pub async fn windows_sync(
        &self,
        recipient: Recipient,
        cookie: &[u8],
        request: &SyncRequest,
        asked: Option<&AskedBytes<'_>>,
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
            collections: view.key(&groups),
            told: Told::of(&open.cookie, groups.fingerprint()),
            cookie: open.cookie,
        };
        let Answered { mut answer, tells, whole } =
            if request.skip_software { round.drivers(request).await? } else { round.software(client, request).await? };
        if open.cookie.protocol >= Protocol::TWO_LISTS {
            answer.no_drivers = Some(!request.filter.is_empty() || !round.scope.has_drivers());
        }
        let after = After::Round {
            tells,
            first: !request.skip_software && forgetful,
            last: !request.skip_software && request.filter.is_empty() && answer.is_last(),
        };
        let counted = answer.memory.as_ref().is_some_and(AnswerShare::is_counted);
        answer.place = asked.filter(|_| whole && !counted).and_then(|asked| round.place(asked, after));
        Ok(answer)
    }

    /// Hands on what a device says about itself, when it is news.
    pub(super) fn note_attributes(&self, client: &KnownClient, text: &str) {
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        if !text.is_empty() && client.changes_attributes(hasher.finish().max(1)) {
            self.note_windows_attributes(client.device, attributes::parse(text));
        }
    }
}

impl SyncAnswer {
    /// Nothing is left to ask for.
    pub(super) fn is_last(&self) -> bool {
        self.new.is_empty() && self.sections.is_empty() && !self.truncated
    }
}

/// What there is to search for of a device; each device counts, even without ids.
fn ids(device: &SystemDevice) -> usize {
    1 + device.hardware_ids.len() + device.compatible_ids.len() + device.recovery.len()
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
pub(super) fn unreadable(revision: Option<RevisionId>, error: &std::io::Error) -> ClientFault {
    tracing::error!(revision = revision.map(|revision| revision.0), %error, "the metadata of an update could not be read");
    ClientFault::Internal
}
