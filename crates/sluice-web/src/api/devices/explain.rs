//! `GET /devices/{device}/updates/{update}/explanation`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_catalog::evaluate::Verdict;
use sluice_catalog::{NotAsked, PackageConclusion, PackageExplanation, PackageReasons, Reasons, WindowsReasons};
use sluice_model::{DeviceId, UpdateId};
use sluice_site::updates::Explained;
use utoipa::ToSchema;
use uuid::Uuid;

use super::enforcement::EnforcementError;
use crate::admin::AdminState;
use crate::api::words::{ComplianceState, ReportedState};
use crate::auth::Authenticated;
use crate::extract::ApiIds;
use crate::problem::WebResult;

/// The state of an update on a device, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The device.
    pub device: Uuid,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// The state.
    pub state: ComplianceState,
    /// Why, in sentences, from the code that decides.
    pub sentences: Vec<String>,
    /// A deployment could install it.
    pub applicable: bool,
    /// No source offers it any more.
    pub expired: bool,
    /// The device is subscribed to an index of one of the update's products; false for Windows.
    pub subscribed: bool,
    /// What supersedes it: versions of packages, lowest first; titles of Windows updates.
    pub superseded_by: Vec<String>,
    /// The device's installed packages that the update has a version of.
    pub packages: Vec<ExplainedPackage>,
    /// Packages of the update that the device has not installed.
    pub not_installed: Vec<String>,
    /// What a Windows device reported; null for Linux devices.
    pub windows: Option<ExplainedReport>,
}

/// What decides about an update on a Windows device: its own reports.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExplainedReport {
    /// When it reported its last full status.
    pub status_at: Option<Timestamp>,
    /// What that says of the update; null when it does not name it.
    pub reported: Option<ReportedState>,
    /// That status is older than the update.
    pub older: bool,
    /// Why devices are not asked about the update: `declined`, `not-selected`, `not-listed`; null
    /// when they are.
    pub not_asked: Option<String>,
    /// The licence terms of the update are not accepted yet, so no device installs it.
    pub awaits_licence: bool,
    /// When it last scanned.
    pub last_scan: Option<Timestamp>,
    /// Why its last scan failed; null when it did not.
    pub scan_error: Option<EnforcementError>,
    /// When the last attempt to install it failed.
    pub failed_at: Option<Timestamp>,
    /// Why that failed, when the device said so.
    pub failure: Option<EnforcementError>,
}

/// What the update means for one installed package.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExplainedPackage {
    /// Name.
    pub name: String,
    /// Architecture.
    pub architecture: String,
    /// Installed version.
    pub installed: String,
    /// It is held on the device.
    pub held: bool,
    /// What the package manager would install or keep.
    pub candidate: Option<String>,
    /// What follows: `required`, `installed`, `newer-installed`, `not-chosen`, `not-offered`,
    /// `other-architecture`.
    pub conclusion: String,
    /// The versions the package manager sees, highest first.
    pub considered: Vec<ConsideredVersion>,
}

/// A version the package manager sees.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsideredVersion {
    /// The version.
    pub version: String,
    /// Its priority in the choice.
    pub priority: i32,
    /// The priority comes from a pin of this version.
    pub pinned: bool,
    /// The update offers it.
    pub of_update: bool,
    /// What the package manager makes of it: `candidate`, `never-priority`,
    /// `lower-than-installed`, `outranked`.
    pub verdict: String,
    /// The subscribed indices that offer it.
    pub indexes: Vec<String>,
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Candidate => "candidate",
        Verdict::NeverPriority => "never-priority",
        Verdict::LowerThanInstalled => "lower-than-installed",
        Verdict::Outranked => "outranked",
    }
}

impl From<PackageExplanation> for ExplainedPackage {
    fn from(package: PackageExplanation) -> Self {
        let conclusion = match package.conclusion {
            PackageConclusion::Required => "required",
            PackageConclusion::Installed => "installed",
            PackageConclusion::NewerInstalled => "newer-installed",
            PackageConclusion::NotChosen(_) => "not-chosen",
            PackageConclusion::NotOffered => "not-offered",
            PackageConclusion::OtherArchitecture => "other-architecture",
        };
        let considered = package.considered.into_iter().map(|c| ConsideredVersion {
            version: c.version,
            priority: c.priority,
            pinned: c.pinned,
            of_update: c.of_update,
            verdict: verdict(c.verdict).into(),
            indexes: c.indexes.into_iter().map(|index| index.title).collect(),
        });
        Self {
            name: package.name,
            architecture: package.architecture,
            installed: package.installed,
            held: package.held,
            candidate: package.candidate,
            conclusion: conclusion.into(),
            considered: considered.collect(),
        }
    }
}

impl From<WindowsReasons> for ExplainedReport {
    fn from(reasons: WindowsReasons) -> Self {
        let not_asked = reasons.not_asked.map(|why| match why {
            NotAsked::Declined => "declined",
            NotAsked::NotSelected => "not-selected",
            NotAsked::NotListed => "not-listed",
        });
        Self {
            status_at: reasons.status_at,
            reported: reasons.reported.map(Into::into),
            older: reasons.older,
            not_asked: not_asked.map(str::to_owned),
            awaits_licence: reasons.awaits_licence,
            last_scan: reasons.last_scan_at,
            scan_error: reasons.scan_error.map(Into::into),
            failed_at: reasons.failure.as_ref().map(|failure| failure.at),
            failure: reasons.failure.and_then(|failure| failure.code).map(Into::into),
        }
    }
}

impl From<Explained> for Explanation {
    fn from(explained: Explained) -> Self {
        let (packages, windows) = match explained.explanation.reasons {
            Reasons::Packages(packages) => (packages, None),
            Reasons::Windows(reasons) => (PackageReasons::default(), Some((*reasons).into())),
            Reasons::NoInventory | Reasons::OtherKind(_) => (PackageReasons::default(), None),
        };
        Self {
            device: explained.device.0,
            device_name: explained.device_name,
            update: explained.update.0,
            title: explained.title,
            state: explained.state.into(),
            sentences: explained.sentences,
            applicable: explained.explanation.applicable,
            expired: explained.explanation.expired,
            subscribed: packages.subscribed,
            superseded_by: explained.explanation.superseded_by,
            packages: packages.packages.into_iter().map(Into::into).collect(),
            not_installed: packages.not_installed,
            windows,
        }
    }
}

/// Why a device needs an update, or does not.
#[utoipa::path(get, path = "/devices/{device}/updates/{update}/explanation", tag = "devices", params(("device" = Uuid, Path, description = "The device"), ("update" = Uuid, Path, description = "The update")), responses((status = 200, body = Explanation)))]
pub(in crate::api) async fn explain(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiIds(device, update): ApiIds,
) -> WebResult<Json<Explanation>> {
    Ok(Json(state.site.explain(&caller, DeviceId(device), UpdateId(update))?.into()))
}
