use bytes::Bytes;
use jiff::tz::TimeZone;
use sluice_model::{CategoryId, UpdateId};
use sluice_site::windows::ClientFault;
use sluice_site::windows::sync::{InstalledDriver, SyncAnswer, SyncRequest, SystemDevice};
use sluice_wsus::messages::client::{self as wire, SyncUpdateParameters, SyncUpdates, SyncUpdatesResponse};
use sluice_wsus::messages::shared::SyncInfo;
use sluice_wsus::soap::Template;
use uuid::Uuid;

use super::super::ask::{Answer, Answered, Ask, Writing};
use super::super::call::piece;
use super::super::convert::{data, issued, packed_updates, sync_info};

pub(super) async fn answer(ask: &Ask<'_>, request: SyncUpdates) -> Answered {
    let parameters = request.parameters.ok_or(ClientFault::InvalidParameters("parameters"))?;
    let asked = ask.asked.as_ref();
    let bytes = asked.map(|asked| &asked.bytes);
    let (cookie, round) = (data(request.cookie), round(parameters));
    let mut answer = ask.site.windows_sync(ask.recipient(), &cookie, &round, bytes).await?;
    let (memory, place, cookie) = (answer.memory.take(), answer.place.take(), answer.cookie.take());
    let write = |writing: Writing, answer: &SyncAnswer| {
        let sections = packed_updates(&answer.sections)?;
        let result = SyncInfo {
            ready_updates: sections.iter().map(|blocks| &**blocks).collect(),
            cookie_gap: true,
            ..sync_info(answer)
        };
        writing.template(&SyncUpdatesResponse { result })
    };
    let Template { bytes, gap } = ask.write_with(answer, memory.as_ref(), write).await?;
    let mut head = Bytes::from(bytes);
    let tail = head.split_off(gap);
    let pieces = [head, piece(cookie.map(issued), ask.writing)?, tail];
    if let Some((asked, place)) = asked.zip(place) {
        asked.keep(&place, &pieces);
    }
    Ok(Answer { pieces, memory })
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
