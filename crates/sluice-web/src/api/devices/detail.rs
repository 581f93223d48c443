//! `GET` and `DELETE /devices/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::DeviceId;
use sluice_site::devices::{DeviceDetail, SubscribedIndex};
use utoipa::ToSchema;
use uuid::Uuid;

use super::enforcement::Enforcement;
use super::list::Device;
use super::windows::WindowsDevice;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// Everything about a device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceDetails {
    /// As in lists.
    pub device: Device,
    /// When it was enrolled, or registered first.
    pub enrolled_at: Timestamp,
    /// Architecture.
    pub architecture: String,
    /// Its agent.
    pub agent: Agent,
    /// Running kernel.
    pub kernel_running: String,
    /// Newest installed kernel; null when no kernel is installed (a container).
    pub kernel_newest: Option<String>,
    /// Why a restart is needed.
    pub restart: RestartEvidence,
    /// What its package manager is subscribed to.
    pub indexes: Vec<DeviceIndex>,
    /// Held packages.
    pub held: Vec<String>,
    /// Packages that need repair.
    pub broken: Vec<String>,
    /// The collections it is in.
    pub collections: Vec<Named>,
    /// How far deployments have come on it.
    pub enforcement: Vec<Enforcement>,
    /// What a Windows device registered as; null for Linux devices.
    pub windows: Option<WindowsDevice>,
}

/// The agent of a device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Its version.
    pub version: String,
    /// What it is doing.
    pub state: String,
    /// More about it.
    pub detail: String,
    /// It can install: it runs as root with a supported package manager.
    pub can_install: bool,
}

/// Why a restart is needed; nothing set means none is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RestartEvidence {
    /// The restart flag file exists.
    pub flag_file: bool,
    /// The packages that asked for it.
    pub flag_packages: Vec<String>,
    /// The running kernel is not the newest installed.
    pub kernel: bool,
    /// Processes that still use replaced libraries.
    pub libraries: Vec<StaleLibrary>,
}

/// A process that uses a replaced library.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaleLibrary {
    /// Process name.
    pub process: String,
    /// Path of the library.
    pub path: String,
}

/// A package index a device is subscribed to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceIndex {
    /// Archive root.
    pub uri: String,
    /// Suite.
    pub suite: String,
    /// Component.
    pub component: String,
    /// Architecture.
    pub architecture: String,
    /// Priority on the device; null: the default.
    pub priority: Option<i32>,
    /// This site synchronizes it; otherwise updates from it are not assessed.
    pub synchronized: bool,
}

/// Something with a name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

impl From<sluice_model::RestartEvidence> for RestartEvidence {
    fn from(evidence: sluice_model::RestartEvidence) -> Self {
        let libraries = evidence.libraries.into_iter();
        Self {
            flag_file: evidence.flag_file,
            flag_packages: evidence.flag_packages,
            kernel: evidence.kernel,
            libraries: libraries.map(|l| StaleLibrary { process: l.process, path: l.path }).collect(),
        }
    }
}

impl From<SubscribedIndex> for DeviceIndex {
    fn from(subscribed: SubscribedIndex) -> Self {
        Self {
            uri: subscribed.index.uri,
            suite: subscribed.index.suite,
            component: subscribed.index.component,
            architecture: subscribed.index.architecture,
            priority: subscribed.index.priority,
            synchronized: subscribed.synchronized,
        }
    }
}

impl From<DeviceDetail> for DeviceDetails {
    fn from(detail: DeviceDetail) -> Self {
        Self {
            device: detail.row.into(),
            enrolled_at: detail.enrolled_at,
            architecture: detail.architecture,
            agent: Agent {
                version: detail.agent_version,
                state: detail.agent_state,
                detail: detail.agent_detail,
                can_install: detail.can_install,
            },
            kernel_running: detail.kernel_running,
            kernel_newest: detail.kernel_newest,
            restart: detail.restart.into(),
            indexes: detail.indexes.into_iter().map(Into::into).collect(),
            held: detail.held,
            broken: detail.broken,
            collections: detail.collections.into_iter().map(|(id, name)| Named { id: id.0, name }).collect(),
            enforcement: detail.enforcement.into_iter().map(Into::into).collect(),
            windows: detail.windows.map(Into::into),
        }
    }
}

/// A device with its agent, restart evidence, subscriptions and enforcement.
#[utoipa::path(get, path = "/devices/{id}", tag = "devices", params(("id" = Uuid, Path, description = "The device")), responses((status = 200, body = DeviceDetails)))]
pub(in crate::api) async fn detail(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<DeviceDetails>> {
    Ok(Json(state.site.device(&caller, DeviceId(id)).await?.into()))
}

/// Remove a device. A Linux device must be enrolled again to come back; a Windows device that is
/// still pointed at this site comes back at its next scan.
#[utoipa::path(delete, path = "/devices/{id}", tag = "devices", params(("id" = Uuid, Path, description = "The device")), responses((status = 204)))]
pub(in crate::api) async fn remove(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.remove_device(&caller, DeviceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
