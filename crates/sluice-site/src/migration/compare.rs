//! What a WSUS has and the site has not: worked out from both, without input or output.

use std::collections::{HashMap, HashSet};

use sluice_catalog::Catalog;
use sluice_model::{DeploymentId, RevisionRef, UpdateId};
use sluice_wsus::messages::server_sync::{
    ServerSyncAction, ServerSyncDeployment, ServerSyncDeploymentResult, ServerSyncTargetGroup,
};
use uuid::Uuid;

use crate::directory::Directory;
use crate::sync::Look;

/// Differences that are named; all are counted.
const MAX_NAMED: usize = 1_000;
/// Longest name.
const MAX_NAME: usize = 200;

/// What something that differs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// An update that is listed there and not stored here.
    Update,
    /// A computer group.
    Group,
    /// An approval.
    Approval,
    /// A declined update.
    Decline,
    /// Accepted licence terms.
    Licence,
}

impl DifferenceKind {
    /// All.
    pub const ALL: [Self; 5] = [Self::Update, Self::Group, Self::Approval, Self::Decline, Self::Licence];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Group => "group",
            Self::Approval => "approval",
            Self::Decline => "decline",
            Self::Licence => "licence",
        }
    }
}

/// Something that is there and not here, or other than there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What it is.
    pub kind: DifferenceKind,
    /// Its name, or its identity when it has none here.
    pub name: String,
    /// Why it differs.
    pub why: String,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of what.
    pub kind: DifferenceKind,
    /// At the WSUS.
    pub there: u64,
    /// Of these, here.
    pub here: u64,
}

/// The outcome.
pub(super) struct Compared {
    pub(super) counted: Vec<Counted>,
    /// Sorted; at most a thousand.
    pub(super) differences: Vec<Difference>,
    /// All of them.
    pub(super) total: u64,
}

/// The site, as far as it is compared.
pub(super) struct Here<'h> {
    pub(super) directory: &'h Directory,
    pub(super) catalog: &'h Catalog,
    /// Why items were refused, by item.
    pub(super) quarantine: &'h HashMap<RevisionRef, String>,
}

/// Compares.
pub(super) fn compare(there: &Look, here: &Here<'_>) -> Compared {
    let mut work = Work { here, counted: Vec::new(), differences: Vec::new() };
    work.updates(there.updates.as_deref().unwrap_or_default());
    work.groups(&there.decisions.groups);
    work.approvals(&there.decisions);
    work.declines(&there.decisions.hidden_updates);
    work.licences(&there.decisions.accepted_eulas);
    let mut differences = work.differences;
    let total = differences.len() as u64;
    differences.sort();
    differences.truncate(MAX_NAMED);
    Compared { counted: work.counted, differences, total }
}

struct Work<'w> {
    here: &'w Here<'w>,
    counted: Vec<Counted>,
    differences: Vec<Difference>,
}

impl Work<'_> {
    fn title(&self, update: UpdateId) -> String {
        let known = self.here.catalog.update(update);
        known.map_or_else(|| update.to_string(), |(_, update)| shown(&update.title))
    }

    fn differs(&mut self, kind: DifferenceKind, name: String, why: impl Into<String>) {
        self.differences.push(Difference { kind, name, why: why.into() });
    }

    /// Counts things, and notes why some are not here.
    fn each<T>(
        &mut self,
        kind: DifferenceKind,
        things: Vec<T>,
        missing: impl Fn(&Self, &T) -> Option<(String, String)>,
    ) {
        let there = things.len() as u64;
        let mut here = there;
        for thing in things {
            if let Some((name, why)) = missing(self, &thing) {
                here -= 1;
                self.differs(kind, name, why);
            }
        }
        self.counted.push(Counted { kind, there, here });
    }

    fn updates(&mut self, listed: &[RevisionRef]) {
        self.each(DifferenceKind::Update, listed.to_vec(), |work, revision| {
            let current = work.here.catalog.current(revision.update).and_then(|id| work.here.catalog.revision(id));
            if current.is_some_and(|current| current.number >= revision.number) {
                return None;
            }
            let why = match work.here.quarantine.get(revision) {
                Some(reason) => format!("it is in quarantine: {reason}"),
                None => "it was not synchronized yet".to_owned(),
            };
            Some((work.title(revision.update), why))
        });
    }

    fn groups(&mut self, groups: &[ServerSyncTargetGroup]) {
        let own: Vec<_> = groups.iter().filter(|group| !is_built_in(group.target_group_id)).collect();
        let mut renamed = Vec::new();
        self.each(DifferenceKind::Group, own.clone(), |work, group| {
            let known = work.here.directory.collection(sluice_model::CollectionId(group.target_group_id));
            let missing = || (shown(&group.name), "it was not taken over yet, or there are too many".to_owned());
            known.is_none().then(missing)
        });
        for group in own {
            let known = self.here.directory.collection(sluice_model::CollectionId(group.target_group_id));
            if let Some(known) = known.filter(|known| known.record.name.as_str() != group.name.trim()) {
                let why = format!(
                    "it is called {} here, because the name was taken: policies that name the group do not meet it",
                    known.record.name
                );
                renamed.push((shown(&group.name), why));
            }
        }
        for (name, why) in renamed {
            self.differs(DifferenceKind::Group, name, why);
        }
    }

    fn approvals(&mut self, decisions: &ServerSyncDeploymentResult) {
        let names: HashMap<Uuid, String> =
            decisions.groups.iter().map(|group| (group.target_group_id, shown(&group.name))).collect();
        let counts = |approval: &&ServerSyncDeployment| {
            // Every update is looked for on every device here, whether that was approved or not.
            approval.action != ServerSyncAction::Scan
        };
        let approvals: Vec<_> = decisions.deployments.iter().filter(counts).collect();
        self.each(DifferenceKind::Approval, approvals, |work, approval| {
            if work.here.directory.deployment(DeploymentId(approval.deployment_guid)).is_some() {
                return None;
            }
            let group = approval.target_group_id;
            let title = work.title(UpdateId(approval.update.update_id));
            let named = names.get(&group).cloned().unwrap_or_else(|| group.to_string());
            let why = if is_built_in(group) && group != ServerSyncTargetGroup::ALL_COMPUTERS {
                "there is no collection for this group here; deploy to one of your own"
            } else if !names.contains_key(&group) {
                "its group is not there any more"
            } else if matches!(approval.action, ServerSyncAction::Other(_)) {
                "what it does is not known here"
            } else {
                "it was not taken over yet, or there are too many"
            };
            Some((format!("{title} for {named}"), why.to_owned()))
        });
        let unknown: HashSet<_> = decisions
            .deployments
            .iter()
            .filter(counts)
            .map(|approval| UpdateId(approval.update.update_id))
            .filter(|update| self.here.catalog.current(*update).is_none())
            .collect();
        for update in unknown {
            let why = "the update is not here, so that its approval does nothing: is its product selected?";
            self.differs(DifferenceKind::Approval, update.to_string(), why);
        }
    }

    fn declines(&mut self, hidden: &[Uuid]) {
        self.each(DifferenceKind::Decline, distinct(hidden), |work, id| {
            let update = UpdateId(*id);
            let missing = || (work.title(update), "it is not declined here yet".to_owned());
            (!work.here.catalog.is_declined(update)).then(missing)
        });
    }

    fn licences(&mut self, accepted: &[Uuid]) {
        self.each(DifferenceKind::Licence, distinct(accepted), |work, id| {
            let missing = || (id.to_string(), "its acceptance was not taken over yet".to_owned());
            (!work.here.catalog.is_licence_accepted(*id)).then(missing)
        });
    }
}

fn is_built_in(group: Uuid) -> bool {
    [
        ServerSyncTargetGroup::ALL_COMPUTERS,
        ServerSyncTargetGroup::UNASSIGNED_COMPUTERS,
        ServerSyncTargetGroup::DOWNSTREAM_SERVERS,
    ]
    .contains(&group)
}

fn distinct(ids: &[Uuid]) -> Vec<Uuid> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A text from outside, for people.
pub(super) fn shown(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_NAME).collect();
    plain.trim().to_owned()
}
