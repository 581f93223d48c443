use jiff::tz::TimeZone;
use sluice_model::{CategoryId, UpdateId};
use sluice_site::windows::ClientFault;
use sluice_site::windows::sync::{InstalledDriver, SyncAnswer, SyncRequest, SystemDevice};
use sluice_wsus::messages::client::{self as wire, SyncUpdateParameters, SyncUpdates, SyncUpdatesResponse};
use uuid::Uuid;

use super::super::ask::{Answered, Ask, Writing};
use super::super::convert::{data, sync_info};

pub(super) async fn answer(ask: &Ask<'_>, request: SyncUpdates) -> Answered {
    let parameters = request.parameters.ok_or(ClientFault::InvalidParameters("parameters"))?;
    let mut answer = ask.site.windows_sync(ask.recipient(), &data(request.cookie), &round(parameters)).await?;
    let memory = answer.memory.take();
    let write =
        |writing: Writing, answer: &SyncAnswer| writing.bytes(&SyncUpdatesResponse { result: sync_info(answer) });
    ask.write_with(answer, memory, write).await
}

fn round(parameters: SyncUpdateParameters) -> SyncRequest {
    SyncRequest {
        installed_non_leaf: parameters.installed_non_leaf_update_ids,
        other_cached: parameters.other_cached_update_ids,
        skip_software: parameters.skip_software_sync,
        filter: parameters.filter_category_ids.into_iter().map(CategoryId).collect(),
        two_lists: parameters.need_two_group_out_of_scope_updates == Some(true),
        devices: parameters.system_spec.into_iter().map(device).collect(),
        cached_drivers: parameters.cached_driver_ids,
        computer_ids: parameters.computer_spec.map(|spec| spec.hardware_ids).unwrap_or_default(),
        score_key: parameters.feature_score_matching_key,
        attributes: parameters.products_parameters.map(|products| products.device_attributes).unwrap_or_default(),
    }
}

/// A device. Its extension drivers are left out: metadata does not say which of them an update would
/// replace.
fn device(device: wire::Device) -> SystemDevice {
    let recovery = device.driver_recovery_ids.iter().filter_map(|id| Uuid::try_parse(id.trim()).ok());
    SystemDevice {
        recovery: recovery.map(UpdateId).collect(),
        hardware_ids: device.hardware_ids,
        compatible_ids: device.compatible_ids,
        installed: device.installed_driver.map(driver),
    }
}

fn driver(driver: wire::InstalledDriver) -> InstalledDriver {
    InstalledDriver {
        matching_id: Some(driver.matching_id).filter(|id| !id.is_empty()),
        date: driver.driver_ver_date.map(|at| at.to_zoned(TimeZone::UTC).date()),
        version: driver.driver_ver_version.cast_unsigned(),
        class: driver.class,
        provider: driver.provider,
        manufacturer: driver.manufacturer,
        matching_computer_id: driver.matching_computer_hwid,
        rank: driver.driver_rank,
    }
}
