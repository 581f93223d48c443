use sluice_model::WindowsComputer;
use sluice_site::windows::ClientFault;
use sluice_site::windows::reporting::Registration;
use sluice_wsus::messages::client::{ComputerInfo, RegisterComputer, RegisterComputerResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

pub(super) async fn answer(ask: &Ask<'_>, request: RegisterComputer) -> Answered {
    let info = request.computer_info.ok_or(ClientFault::InvalidParameters("computerInfo"))?;
    let registration = Registration { dns_name: info.dns_name.clone(), computer: computer(info) };
    ask.site.windows_register(&data(request.cookie), registration).await?;
    ask.write(&RegisterComputerResponse)
}

fn computer(info: ComputerInfo) -> WindowsComputer {
    WindowsComputer {
        os_version: [info.os_major_version, info.os_minor_version, info.os_build_number],
        service_pack: [info.os_service_pack_major_number, info.os_service_pack_minor_number],
        os_description: info.os_description.unwrap_or_default(),
        locale: info.os_locale,
        architecture: info.processor_architecture,
        edition: info.new_product_type,
        product_type: info.old_product_type,
        suite_mask: info.suite_mask,
        agent_version: [
            info.client_version_major_number,
            info.client_version_minor_number,
            info.client_version_build_number,
            info.client_version_qfe_number,
        ],
        manufacturer: info.computer_manufacturer,
        model: info.computer_model,
        firmware_name: info.bios_name,
        firmware_version: info.bios_version,
        device_type: info.device_type.unwrap_or_default(),
    }
}
