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
struct ComputerRow {
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
        let c = &client.computer;
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
            computer: ComputerRow {
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
            },
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
        let c = self.computer;
        Ok(WindowsClientRecord {
            dns_name: self.dns_name,
            target_groups: self.target_groups,
            protocol: self.protocol,
            computer: WindowsComputer {
                os_version: c.os_version,
                service_pack: c.service_pack,
                os_description: c.os_description,
                locale: c.locale,
                architecture: c.architecture,
                edition: c.edition,
                product_type: c.product_type,
                suite_mask: c.suite_mask,
                agent_version: c.agent_version,
                manufacturer: c.manufacturer,
                model: c.model,
                firmware_name: c.firmware_name,
                firmware_version: c.firmware_version,
                device_type: c.device_type,
            },
            attributes: self.attributes,
            identities: self.identities.into_iter().map(machine).collect::<Result<_, _>>()?,
            ..client
        })
    }
}
