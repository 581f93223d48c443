//! The packed form of what a Windows device says about itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::WindowsComputer;

use super::windows_client::{SeenMachine, WindowsClientRecord};

#[derive(Serialize, Deserialize)]
pub(super) struct ClientRow {
    dns_name: String,
    target_groups: Vec<String>,
    protocol: String,
    computer: ComputerRow,
    attributes: Vec<(String, String)>,
    identities: Vec<MachineRow>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ComputerRow {
    os_version: [i32; 3],
    service_pack: [i32; 2],
    os_description: String,
    locale: String,
    architecture: String,
    edition: i32,
    product_type: i32,
    suite_mask: i32,
    agent_version: [i32; 4],
    manufacturer: String,
    model: String,
    firmware_name: String,
    firmware_version: String,
    device_type: String,
}

#[derive(Serialize, Deserialize)]
struct MachineRow {
    name: String,
    hardware: String,
    first_at: i64,
    last_at: i64,
    sightings: u32,
}

impl ClientRow {
    pub(super) fn new(client: &WindowsClientRecord) -> Self {
        let machine = |m: &SeenMachine| MachineRow {
            name: m.name.clone(),
            hardware: m.hardware.clone(),
            first_at: m.first_at.as_microsecond(),
            last_at: m.last_at.as_microsecond(),
            sightings: m.sightings,
        };
        Self {
            dns_name: client.dns_name.clone(),
            target_groups: client.target_groups.clone(),
            protocol: client.protocol.clone(),
            computer: ComputerRow::new(&client.computer),
            attributes: client.attributes.clone(),
            identities: client.identities.iter().map(machine).collect(),
        }
    }

    /// Adds what is packed to a record.
    pub(super) fn fill(self, client: WindowsClientRecord) -> Result<WindowsClientRecord, String> {
        let moment =
            |micros| Timestamp::from_microsecond(micros).map_err(|_| format!("{micros} microseconds is no moment"));
        let machine = |m: MachineRow| {
            Ok::<_, String>(SeenMachine {
                name: m.name,
                hardware: m.hardware,
                first_at: moment(m.first_at)?,
                last_at: moment(m.last_at)?,
                sightings: m.sightings,
            })
        };
        Ok(WindowsClientRecord {
            dns_name: self.dns_name,
            target_groups: self.target_groups,
            protocol: self.protocol,
            computer: self.computer.into_computer(),
            attributes: self.attributes,
            identities: self.identities.into_iter().map(machine).collect::<Result<_, _>>()?,
            ..client
        })
    }
}

impl ComputerRow {
    pub(super) fn new(c: &WindowsComputer) -> Self {
        Self {
            os_version: c.os_version,
            service_pack: c.service_pack,
            os_description: c.os_description.clone(),
            locale: c.locale.clone(),
            architecture: c.architecture.clone(),
            edition: c.edition,
            product_type: c.product_type,
            suite_mask: c.suite_mask,
            agent_version: c.agent_version,
            manufacturer: c.manufacturer.clone(),
            model: c.model.clone(),
            firmware_name: c.firmware_name.clone(),
            firmware_version: c.firmware_version.clone(),
            device_type: c.device_type.clone(),
        }
    }

    pub(super) fn into_computer(self) -> WindowsComputer {
        WindowsComputer {
            os_version: self.os_version,
            service_pack: self.service_pack,
            os_description: self.os_description,
            locale: self.locale,
            architecture: self.architecture,
            edition: self.edition,
            product_type: self.product_type,
            suite_mask: self.suite_mask,
            agent_version: self.agent_version,
            manufacturer: self.manufacturer,
            model: self.model,
            firmware_name: self.firmware_name,
            firmware_version: self.firmware_version,
            device_type: self.device_type,
        }
    }
}
