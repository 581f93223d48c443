//! Deployments: who gets which updates, by when, and how.

use jiff::Timestamp;

use crate::id::{CollectionId, DeploymentId, UpdateGroupId, UpdateId};
use crate::name::Name;

/// What a deployment asks of devices. Fixed once the deployment exists (DEP-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Installed at the deadline without anybody's doing.
    Required,
    /// Offered; installed when the device's user or administrator asks for it.
    Available,
    /// Removed at the deadline, where the update can be removed. Windows devices only.
    Uninstall,
    /// Not offered, whatever other deployments say.
    Block,
}

impl Intent {
    /// Whether it brings updates onto devices.
    #[must_use]
    pub fn installs(self) -> bool {
        matches!(self, Self::Required | Self::Available)
    }
}

/// Whether a device may restart itself to finish an installation (DEP-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RestartBehaviour {
    /// It restarts when the installation needs it.
    Allowed,
    /// It never restarts by itself; it reports that a restart is pending.
    Suppressed,
}

/// What the device's users see (DEP-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserNotification {
    /// Everything.
    ShowAll,
    /// Only that a restart is coming.
    RestartOnly,
    /// Nothing; not possible for [`Intent::Available`].
    HideAll,
}

/// How much it matters that a device gets the updates before others that are due at the same time. A
/// hint: it changes neither what is installed nor by when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeploymentPriority {
    /// After everything else.
    Low,
    /// As everything else.
    #[default]
    Normal,
    /// Before everything else.
    High,
}

/// The updates of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeploymentTarget {
    /// An update group; the deployment follows changes of its members (DEP-14).
    Group(UpdateGroupId),
    /// A fixed list.
    Updates(Vec<UpdateId>),
}

/// What an administrator asks for; [`Deployment::new`] checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentSpec {
    /// Display name.
    pub name: Name,
    /// The updates.
    pub target: DeploymentTarget,
    /// The devices.
    pub collection: CollectionId,
    /// Required or available.
    pub intent: Intent,
    /// From when on devices are told.
    pub available_at: Timestamp,
    /// When required updates are installed; `None` with [`Intent::Available`].
    pub deadline: Option<Timestamp>,
    /// May devices restart?
    pub restart: RestartBehaviour,
    /// What users see.
    pub notification: UserNotification,
    /// What comes first of what is due at the same time.
    pub priority: DeploymentPriority,
}

/// Why a [`DeploymentSpec`] makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// A list without updates.
    #[error("a deployment needs at least one update")]
    NoUpdates,
    /// More than [`Deployment::MAX_UPDATES`] (DEP-15).
    #[error("a deployment cannot have more than {} updates; split it", Deployment::MAX_UPDATES)]
    TooManyUpdates,
    /// Required or uninstall without a deadline.
    #[error("a deployment that installs or uninstalls needs a deadline")]
    NoDeadline,
    /// Available or block with a deadline.
    #[error("a deployment that only offers or blocks has no deadline; make it required, or leave the deadline out")]
    DeadlineOfAvailable,
    /// Deadline before the available time.
    #[error("the deadline cannot be before the available time")]
    DeadlineBeforeAvailable,
    /// Hidden from the only people who can start it.
    #[error("an available deployment cannot be hidden from users: nobody could start it")]
    HiddenAvailable,
}

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Identity.
    pub id: DeploymentId,
    /// What was asked for.
    pub spec: DeploymentSpec,
    /// A disabled deployment is kept but not enforced.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: String,
    /// Cancelled for good at this time.
    pub cancelled_at: Option<Timestamp>,
}

/// Where a deployment stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeploymentPhase {
    /// Before the available time.
    Scheduled,
    /// Devices are told; the deadline, if any, is ahead.
    Available,
    /// The deadline has passed: enforced.
    Enforced,
    /// Kept, not enforced.
    Disabled,
    /// Over.
    Cancelled,
}

impl DeploymentPhase {
    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Available => "available",
            Self::Enforced => "enforced",
            Self::Disabled => "disabled",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Deployment {
    /// Most updates in one deployment, as in the established product (DEP-15).
    pub const MAX_UPDATES: usize = 1000;

    /// Checks a request and makes the deployment, enabled.
    ///
    /// # Errors
    /// Says what about the request makes no sense.
    pub fn new(
        id: DeploymentId,
        mut spec: DeploymentSpec,
        created_at: Timestamp,
        created_by: String,
    ) -> Result<Self, DeploymentError> {
        if let DeploymentTarget::Updates(updates) = &mut spec.target {
            updates.sort_unstable();
            updates.dedup();
            match updates.len() {
                0 => return Err(DeploymentError::NoUpdates),
                n if n > Self::MAX_UPDATES => return Err(DeploymentError::TooManyUpdates),
                _ => {}
            }
        }
        match (spec.intent, spec.deadline) {
            (Intent::Required | Intent::Uninstall, None) => return Err(DeploymentError::NoDeadline),
            (Intent::Required | Intent::Uninstall, Some(deadline)) if deadline < spec.available_at => {
                return Err(DeploymentError::DeadlineBeforeAvailable);
            }
            (Intent::Available | Intent::Block, Some(_)) => return Err(DeploymentError::DeadlineOfAvailable),
            (Intent::Available, None) if spec.notification == UserNotification::HideAll => {
                return Err(DeploymentError::HiddenAvailable);
            }
            _ => {}
        }
        Ok(Self { id, spec, enabled: true, created_at, created_by, cancelled_at: None })
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> DeploymentPhase {
        if self.cancelled_at.is_some() {
            DeploymentPhase::Cancelled
        } else if !self.enabled {
            DeploymentPhase::Disabled
        } else if now < self.spec.available_at {
            DeploymentPhase::Scheduled
        } else if self.spec.deadline.is_some_and(|deadline| deadline <= now) {
            DeploymentPhase::Enforced
        } else {
            DeploymentPhase::Available
        }
    }

    /// Devices are told about it now.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        matches!(self.phase(now), DeploymentPhase::Available | DeploymentPhase::Enforced)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn spec() -> DeploymentSpec {
        DeploymentSpec {
            name: Name::new("Security, ring 1").unwrap(),
            target: DeploymentTarget::Updates(vec![UpdateId(Uuid::from_u128(2)), UpdateId(Uuid::from_u128(2))]),
            collection: CollectionId(Uuid::nil()),
            intent: Intent::Required,
            available_at: Timestamp::from_second(100).unwrap(),
            deadline: Some(Timestamp::from_second(200).unwrap()),
            restart: RestartBehaviour::Suppressed,
            notification: UserNotification::ShowAll,
            priority: DeploymentPriority::Normal,
        }
    }

    fn new(spec: DeploymentSpec) -> Result<Deployment, DeploymentError> {
        Deployment::new(DeploymentId(Uuid::nil()), spec, Timestamp::UNIX_EPOCH, "ada".into())
    }

    #[test]
    fn nonsense_is_refused() {
        use DeploymentError as E;
        let with = |change: &dyn Fn(&mut DeploymentSpec)| {
            let mut s = spec();
            change(&mut s);
            new(s).map(|_| ())
        };
        assert_eq!(with(&|_| {}), Ok(()));
        assert_eq!(with(&|s| s.target = DeploymentTarget::Updates(vec![])), Err(E::NoUpdates));
        assert_eq!(with(&|s| s.deadline = None), Err(E::NoDeadline));
        assert_eq!(with(&|s| s.deadline = Some(Timestamp::UNIX_EPOCH)), Err(E::DeadlineBeforeAvailable));
        assert_eq!(with(&|s| s.intent = Intent::Available), Err(E::DeadlineOfAvailable));
        let hide = |s: &mut DeploymentSpec| {
            s.intent = Intent::Available;
            s.deadline = None;
            s.notification = UserNotification::HideAll;
        };
        assert_eq!(with(&hide), Err(E::HiddenAvailable));
        let many = (0..1001).map(|n| UpdateId(Uuid::from_u128(n))).collect::<Vec<_>>();
        assert_eq!(with(&|s| s.target = DeploymentTarget::Updates(many.clone())), Err(E::TooManyUpdates));
    }

    #[test]
    fn phases_follow_the_clock() {
        let mut d = new(spec()).unwrap();
        let at = |s| Timestamp::from_second(s).unwrap();
        assert_eq!(d.phase(at(99)), DeploymentPhase::Scheduled);
        assert_eq!(d.phase(at(100)), DeploymentPhase::Available);
        assert_eq!(d.phase(at(200)), DeploymentPhase::Enforced);
        d.enabled = false;
        assert_eq!(d.phase(at(200)), DeploymentPhase::Disabled);
        d.cancelled_at = Some(at(150));
        assert_eq!(d.phase(at(200)), DeploymentPhase::Cancelled);
        assert!(!d.is_active(at(200)));
    }
}
