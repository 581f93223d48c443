//! What a machine tells servers about itself.

use jiff::Timestamp;
use jiff::tz::Offset;
use sluice_wsus::messages::client::{ComputerInfo, Device, InstalledDriver};
use sluice_wsus::messages::reporting::{DetailedVersion, ProcessorArchitecture};
use sluice_wsus::update::rules::Version;
use uuid::Uuid;

use super::VirtualMachine;

/// Rank of an installed driver that is not known ([MS-WUSP] 2.2.2.2.4).
const UNKNOWN_RANK: i32 = -1;

impl VirtualMachine {
    /// What RegisterComputer says ([MS-WUSP] 2.2.2.2.3; values as recorded).
    pub(in super::super) fn computer_info(&self) -> ComputerInfo {
        let (traits, model) = (self.profile.traits(), self.model());
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let [major, minor, build, qfe] = traits.agent.map(i32::from);
        ComputerInfo {
            dns_name: self.dns_name().to_owned(),
            os_major_version: 10,
            os_minor_version: 0,
            os_build_number: number(traits.build),
            os_service_pack_major_number: 0,
            os_service_pack_minor_number: 0,
            os_locale: "en-US".into(),
            computer_manufacturer: model.brand.into(),
            computer_model: model.name.into(),
            bios_version: model.firmware.into(),
            bios_name: model.firmware_name.into(),
            bios_release_date: firmware_date(model.firmware_date),
            processor_architecture: traits.architecture_name().into(),
            suite_mask: i32::from(traits.suite_mask),
            old_product_type: i32::from(traits.product_type),
            new_product_type: number(traits.sku),
            system_metrics: 0,
            client_version_major_number: major,
            client_version_minor_number: minor,
            client_version_build_number: build,
            client_version_qfe_number: qfe,
            os_description: Some(traits.description.into()),
            oem: Some(model.brand.into()),
            device_type: Some(model.name.into()),
            firmware_version: Some(model.firmware.into()),
            mobile_operator: Some("Not Present".into()),
        }
    }

    /// The devices for the driver pass.
    pub(in super::super) fn system_spec(&self) -> Vec<Device> {
        let devices = self.hardware.hardware.devices.iter().zip(&self.hardware.classes);
        devices
            .map(|(device, class)| Device {
                hardware_ids: device.hardware_ids.clone(),
                compatible_ids: device.compatible_ids.clone(),
                installed_driver: device.driver.as_ref().map(|driver| InstalledDriver {
                    matching_id: driver.matching_id.clone(),
                    driver_ver_date: driver
                        .date
                        .map(|date| Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or_default()),
                    driver_ver_version: packed(driver.version),
                    class: (*class).to_owned(),
                    provider: String::new(),
                    driver_rank: UNKNOWN_RANK,
                    ..InstalledDriver::default()
                }),
                ..Device::default()
            })
            .collect()
    }

    /// The hardware ids of the computer, the most specific first.
    pub(in super::super) fn computer_ids(&self) -> Vec<Uuid> {
        self.hardware.hardware.computer_ids.clone()
    }

    /// Which feature scores of drivers count.
    pub(in super::super) fn feature_score_key(&self) -> &str {
        &self.hardware.hardware.feature_score_key
    }

    /// What events say of the computer: make, model, firmware.
    pub(in super::super) fn make(&self) -> (&'static str, &'static str, &'static str) {
        let model = self.model();
        (model.brand, model.name, model.firmware)
    }

    /// Name and date of the firmware, as events say it.
    pub(in super::super) fn firmware(&self) -> (&'static str, &'static str) {
        (self.model().firmware_name, self.model().firmware_date)
    }

    /// Version of Windows in events; 65792 is what Windows 11 was seen to send as its revision.
    pub(in super::super) fn event_version(&self) -> DetailedVersion {
        let build = i32::try_from(self.profile.traits().build).unwrap_or(i32::MAX);
        DetailedVersion { major: 10, minor: 0, build, revision: 65_792, service_pack_major: 0, service_pack_minor: 0 }
    }

    /// Architecture in the words of events, which have none for ARM64.
    pub(in super::super) fn event_architecture(&self) -> ProcessorArchitecture {
        match self.profile.traits().architecture {
            9 => ProcessorArchitecture::Amd64Compatible,
            _ => ProcessorArchitecture::Unknown,
        }
    }

    /// The edition (SKU).
    pub(in super::super) fn sku(&self) -> u32 {
        self.profile.traits().sku
    }

    /// Number for sampling.
    pub(in super::super) fn sampling(&self) -> usize {
        self.identity.sampling
    }

    /// Version of the agent.
    pub(in super::super) fn agent_version(&self) -> String {
        self.profile.traits().agent.map(|part| part.to_string()).join(".")
    }

    /// Protocol of the agent: two whole numbers.
    pub(in super::super) fn protocol(&self) -> &'static str {
        self.profile.traits().protocol
    }
}

fn firmware_date(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::DateTime = text.parse().ok()?;
    Offset::UTC.to_timestamp(date).ok()
}

/// A version as one number of four times 16 bits.
fn packed(version: Version) -> i64 {
    version.0.iter().fold(0_i64, |packed, part| packed << 16 | i64::from(part & 0xFFFF))
}
