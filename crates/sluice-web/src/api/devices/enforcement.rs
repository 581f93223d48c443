//! How far a deployed update has come on a device.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::words::EnforcementState;

/// How far a deployed update has come on a device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Enforcement {
    /// The device.
    pub device: Uuid,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// The deployment it is installed for.
    pub deployment: Option<Uuid>,
    /// The state.
    pub state: EnforcementState,
    /// What went wrong.
    pub error: Option<EnforcementError>,
    /// One line more.
    pub detail: String,
    /// End of the package manager's output.
    pub output: String,
    /// Since when.
    pub at: Timestamp,
}

/// An error code with its meaning.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnforcementError {
    /// The code; stable. Of a Windows device its `HRESULT`, which people write in hexadecimal.
    pub code: u32,
    /// Its symbol: `disk-full`, `WU_E_DM_NOTDOWNLOADED`. Of an unknown code of Windows the code in hexadecimal.
    pub symbol: String,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub next_step: String,
}

impl From<sluice_model::ErrorCode> for EnforcementError {
    fn from(code: sluice_model::ErrorCode) -> Self {
        let said = code.explain();
        Self { code: code.0, symbol: said.symbol, meaning: said.meaning, next_step: said.next_step.to_owned() }
    }
}

impl From<sluice_site::devices::Enforcement> for Enforcement {
    fn from(enforcement: sluice_site::devices::Enforcement) -> Self {
        Self {
            device: enforcement.device.0,
            device_name: enforcement.device_name,
            update: enforcement.update.0,
            title: enforcement.title,
            deployment: enforcement.deployment.map(|id| id.0),
            state: enforcement.state.into(),
            error: enforcement.error.map(Into::into),
            detail: enforcement.detail,
            output: enforcement.output,
            at: enforcement.at,
        }
    }
}
