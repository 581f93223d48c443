//! What a client is told to do with an update.

use jiff::Timestamp;
use sluice_model::{Deployment, DeploymentPriority, Intent, RevisionId, Update, UpdateKind};

use super::members::Role;

/// `DeploymentAction` (\[MS-WUSP\] 2.2.2.2.4; protocols.md §3.5, Q26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientAction {
    /// Install it.
    Install,
    /// Offer it. Only for agents that know it, see [`ClientDeployment::without_optional`].
    OptionalInstall,
    /// Remove it.
    Uninstall,
    /// Find out whether it is needed, before anybody decided.
    PreDeploymentCheck,
    /// Evaluate its rules, because others depend on it.
    Evaluate,
    /// It is a part of another.
    Bundle,
}

/// What a client is told to do with an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientDeployment {
    /// `ID`: action and revision in one number, so it is stable and unique without any record.
    pub id: i32,
    /// What to do.
    pub action: ClientAction,
    /// By when, whatever the user does.
    pub deadline: Option<Timestamp>,
    /// What to download first.
    pub priority: DeploymentPriority,
    /// Since when it is so; clients are told the day only.
    pub last_change: Timestamp,
}

/// Bits of a revision in a deployment's number: [`Catalog::MAX_REVISION`](crate::Catalog).
const REVISION_BITS: u32 = 26;

impl ClientDeployment {
    fn new(revision: RevisionId, action: ClientAction, deadline: Option<Timestamp>, last_change: Timestamp) -> Self {
        let priority = DeploymentPriority::Normal;
        Self { id: number(revision, action), action, deadline, priority, last_change }
    }

    /// What holds without any deployment. `PreDeploymentCheck` for what people could deploy, so
    /// that needs are known before they decide.
    pub(super) fn standing(revision: RevisionId, update: &Update, role: Role) -> Self {
        let action = match (update.kind, role) {
            (UpdateKind::Category | UpdateKind::Detectoid, _) => ClientAction::Evaluate,
            (_, Role { offered: true, .. }) => ClientAction::PreDeploymentCheck,
            (_, Role { member: true, .. }) => ClientAction::Bundle,
            _ => ClientAction::Evaluate,
        };
        Self::new(revision, action, None, update.released.unwrap_or_default())
    }

    /// What a deployment says; `None` if that is what holds without it: a block, or an
    /// uninstallation of what cannot be uninstalled.
    pub(super) fn of(revision: RevisionId, update: &Update, deployment: &Deployment) -> Option<Self> {
        let spec = &deployment.spec;
        let action = match spec.intent {
            Intent::Required => ClientAction::Install,
            Intent::Available => ClientAction::OptionalInstall,
            Intent::Uninstall if update.content.windows().is_some_and(|content| content.uninstallable) => {
                ClientAction::Uninstall
            }
            Intent::Uninstall | Intent::Block => return None,
        };
        let last_change = deployment.created_at.max(spec.available_at);
        Some(Self { priority: spec.priority, ..Self::new(revision, action, spec.deadline, last_change) })
    }

    /// The same for agents that do not know `OptionalInstall` (before protocol 2.0, Windows 10
    /// 1903): they only check, because an `Install` would not wait for anybody.
    #[must_use]
    pub fn without_optional(self) -> Self {
        if self.action != ClientAction::OptionalInstall {
            return self;
        }
        let action = ClientAction::PreDeploymentCheck;
        let revision = RevisionId(self.id.cast_unsigned() & ((1 << REVISION_BITS) - 1));
        Self { id: number(revision, action), action, ..self }
    }
}

fn number(revision: RevisionId, action: ClientAction) -> i32 {
    let code: u32 = match action {
        ClientAction::Evaluate => 0,
        ClientAction::Bundle => 1,
        ClientAction::PreDeploymentCheck => 2,
        ClientAction::Install => 3,
        ClientAction::OptionalInstall => 4,
        ClientAction::Uninstall => 5,
    };
    ((code << REVISION_BITS) | revision.0).cast_signed()
}
