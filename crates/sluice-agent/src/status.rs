//! What `sluice agent status` shows.

use serde::Serialize;
use uuid::Uuid;

use crate::enforcement::Enforcement;
use crate::state::identity::Identity;
use crate::state::policy::Held;
use crate::state::progress::Progress;
use crate::state::status::Activity;
use crate::state::{StateDirectory, StateError, reports};

/// What the agent is doing and holds. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Who the device is; absent before enrolment.
    pub enrolled: Option<EnrolledAs>,
    /// Whether an agent's service works with this state now.
    pub running: bool,
    /// Whether this process could install: it is root's.
    pub can_install: bool,
    /// State of the agent's machine; empty before its first run.
    pub state: String,
    /// More about it.
    pub detail: String,
    /// Since when.
    pub since: i64,
    /// Last good check-in.
    pub last_contact: Option<i64>,
    /// Why the last check-in or scan failed.
    pub last_error: Option<String>,
    /// When the next check-in is due.
    pub next_check_in: Option<i64>,
    /// The policy in force.
    pub policy: Option<PolicyStatus>,
    /// Why the policy held is not in force.
    pub policy_problem: Option<String>,
    /// Reports the site has not acknowledged.
    pub waiting_reports: usize,
}

/// Who the device is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnrolledAs {
    /// The device.
    pub device: Uuid,
    /// Its name at the site, when it is not the machine's own.
    pub name: Option<String>,
    /// The site's name.
    pub site: String,
    /// Its address.
    pub server: String,
}

/// The policy in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyStatus {
    /// When it was issued.
    pub issued_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// What it assigns.
    pub assignments: Vec<AssignmentStatus>,
}

/// One assigned update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignmentStatus {
    /// The deployment.
    pub deployment: Uuid,
    /// Its name.
    pub deployment_name: String,
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// Installed at the deadline, or only on request.
    pub required: bool,
    /// From when on it may be installed.
    pub available_at: i64,
    /// When it is installed without being asked.
    pub deadline: Option<i64>,
    /// How far it has come.
    pub state: Enforcement,
    /// Symbol of the error.
    pub error: Option<String>,
    /// More about it.
    pub detail: String,
}

pub(crate) fn status(state: &StateDirectory, now: i64, can_install: bool) -> Result<Status, StateError> {
    let identity = Identity::load(state)?;
    let activity = Activity::load(state)?;
    let progress = Progress::load(state)?;
    let held = match &identity {
        Some(identity) => Held::load(state, identity, now)?,
        None => Held::None,
    };
    let assignment = |a: &sluice_wire::Assignment| {
        let entry = progress.get(a.deployment, a.update);
        AssignmentStatus {
            deployment: a.deployment,
            deployment_name: a.deployment_name.clone(),
            update: a.update,
            title: a.title.clone(),
            required: a.required,
            available_at: a.available_at,
            deadline: a.deadline,
            state: entry.map_or(Enforcement::Unknown, |e| e.state),
            error: entry.and_then(|e| e.error.clone()),
            detail: entry.map(|e| e.detail.clone()).unwrap_or_default(),
        }
    };
    Ok(Status {
        running: crate::wake::is_running(&state.path("")),
        can_install,
        state: activity.state,
        detail: activity.detail,
        since: activity.since,
        last_contact: activity.last_contact,
        last_error: activity.last_error,
        next_check_in: activity.next_check_in,
        policy: held.policy().map(|policy| PolicyStatus {
            issued_at: policy.issued_at,
            expires_at: policy.expires_at,
            assignments: policy.assignments.iter().map(assignment).collect(),
        }),
        policy_problem: match held {
            Held::Refused(error) => Some(error.to_string()),
            Held::None | Held::Valid(_) => None,
        },
        waiting_reports: reports::waiting(state)?,
        enrolled: identity.map(|i| EnrolledAs { device: i.device, name: i.name, site: i.site, server: i.server }),
    })
}
