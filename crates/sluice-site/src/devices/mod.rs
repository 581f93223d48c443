//! Looking at devices of both families, and removing them.

mod detail;
mod enforcement;
mod history;
mod list;
mod packages;
mod remove;
mod windows;

use std::sync::Arc;

use sluice_catalog::{self as catalog, Fleet};
use sluice_model::DeviceId;

pub use detail::{DeviceDetail, SubscribedIndex};
pub use enforcement::Enforcement;
pub use history::DeviceEvent;
pub use list::{DeviceFilter, DeviceOwner, DeviceRow, DeviceSort, DeviceState};
pub use packages::UpgradablePackage;
pub use windows::{Doubt, WindowsDetail};

pub(crate) use enforcement::enforcement_view;
pub(crate) use windows::RESET_CLIENT_ID;

use crate::error::{SiteError, SiteResult};

pub(crate) fn find(fleet: &Fleet, id: DeviceId) -> SiteResult<&Arc<catalog::DeviceRow>> {
    let row = fleet.number(id).and_then(|number| fleet.device(number));
    row.ok_or_else(|| SiteError::not_found("device", id))
}
