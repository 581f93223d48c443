//! What the computers around Windows are: makes, models, devices.

use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, date};
use sluice_wsus::update::rules::{Device, Hardware, InstalledDriver, Version};
use uuid::Uuid;

/// A model of computers.
pub(super) struct Model {
    pub brand: &'static str,
    pub name: &'static str,
    pub firmware: &'static str,
    pub firmware_name: &'static str,
    pub firmware_date: &'static str,
    pub processor: &'static str,
    pub cores: u32,
    /// MiB.
    pub memory: u32,
    /// GiB.
    pub disk: u32,
    /// Whether it is no computer of its own.
    pub is_virtual: bool,
    /// Devices besides those every computer has: hardware id, class, provider, version of the driver.
    devices: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const DISPLAY: &str = "{4D36E968-E325-11CE-BFC1-08002BE10318}";
const NETWORK: &str = "{4D36E972-E325-11CE-BFC1-08002BE10318}";
const SOUND: &str = "{4D36E96C-E325-11CE-BFC1-08002BE10318}";
const SYSTEM: &str = "{4D36E97D-E325-11CE-BFC1-08002BE10318}";

/// The models of a fleet; servers are the last two.
pub(super) const MODELS: [Model; 5] = [
    Model {
        brand: "Dell Inc.",
        name: "Latitude 5450",
        firmware: "1.12.1",
        firmware_name: "Dell Inc. - 1072009",
        firmware_date: "2025-03-04T00:00:00",
        processor: "Intel(R) Core(TM) Ultra 5 135U",
        cores: 14,
        memory: 16384,
        disk: 476,
        is_virtual: false,
        devices: &[
            (r"PCI\VEN_8086&DEV_7D45&SUBSYS_0CB21028", DISPLAY, "Intel Corporation", "32.0.101.6314"),
            (r"PCI\VEN_8086&DEV_7E40&SUBSYS_00948086", NETWORK, "Intel", "23.100.0.4"),
            (r"HDAUDIO\FUNC_01&VEN_10EC&DEV_0236", SOUND, "Realtek", "6.0.9716.1"),
        ],
    },
    Model {
        brand: "LENOVO",
        name: "21HES04K00",
        firmware: "N3QET45W (1.45)",
        firmware_name: "N3QET45W (1.45 )",
        firmware_date: "2025-01-21T00:00:00",
        processor: "13th Gen Intel(R) Core(TM) i7-1365U",
        cores: 12,
        memory: 32768,
        disk: 953,
        is_virtual: false,
        devices: &[
            (r"PCI\VEN_8086&DEV_A7A1&SUBSYS_230617AA", DISPLAY, "Intel Corporation", "31.0.101.5186"),
            (r"PCI\VEN_8086&DEV_51F1&SUBSYS_00948086", NETWORK, "Intel", "23.60.1.2"),
            (r"USB\VID_06CB&PID_0123", SYSTEM, "Synaptics", "6.0.62.1110"),
        ],
    },
    Model {
        brand: "HP",
        name: "HP EliteDesk 805 G8 Desktop Mini PC",
        firmware: "T26 Ver. 02.19.00",
        firmware_name: "T26 Ver. 02.19.00",
        firmware_date: "2024-11-12T00:00:00",
        processor: "AMD Ryzen 5 PRO 5650GE with Radeon Graphics",
        cores: 6,
        memory: 16384,
        disk: 476,
        is_virtual: false,
        devices: &[
            (r"PCI\VEN_1002&DEV_1638&SUBSYS_8876103C", DISPLAY, "Advanced Micro Devices, Inc.", "31.0.21921.1000"),
            (r"PCI\VEN_10EC&DEV_8168&SUBSYS_8876103C", NETWORK, "Realtek", "10.63.1003.2022"),
        ],
    },
    Model {
        brand: "HPE",
        name: "ProLiant DL360 Gen11",
        firmware: "U54",
        firmware_name: "U54",
        firmware_date: "2025-02-14T00:00:00",
        processor: "Intel(R) Xeon(R) Gold 6430",
        cores: 32,
        memory: 262_144,
        disk: 1788,
        is_virtual: false,
        devices: &[
            (r"PCI\VEN_14E4&DEV_165F&SUBSYS_22BE103C", NETWORK, "Broadcom", "226.0.5.0"),
            (r"PCI\VEN_102B&DEV_0538&SUBSYS_02E71590", DISPLAY, "Matrox", "4.5.0.5"),
        ],
    },
    Model {
        brand: "VMware, Inc.",
        name: "VMware20,1",
        firmware: "VMW201.00V.24006586.B64.2406042154",
        firmware_name: "VMW201.00V.24006586.B64.2406042154",
        firmware_date: "2024-06-04T00:00:00",
        processor: "Intel(R) Xeon(R) Gold 6430",
        cores: 4,
        memory: 8192,
        disk: 120,
        is_virtual: true,
        devices: &[
            (r"PCI\VEN_15AD&DEV_0405&SUBSYS_040515AD", DISPLAY, "VMware, Inc.", "9.17.8.9"),
            (r"PCI\VEN_15AD&DEV_07B0&SUBSYS_07B015AD", NETWORK, "VMware, Inc.", "1.9.20.0"),
        ],
    },
];

/// Devices that every computer has, by their Plug and Play number.
const COMMON: [&str; 24] = [
    "PNP0000", "PNP0100", "PNP0103", "PNP0200", "PNP0303", "PNP0400", "PNP0501", "PNP0800", "PNP0A03", "PNP0A06",
    "PNP0A08", "PNP0B00", "PNP0C02", "PNP0C04", "PNP0C08", "PNP0C09", "PNP0C0A", "PNP0C0C", "PNP0C0D", "PNP0C0E",
    "PNP0C0F", "PNP0C14", "PNP0D10", "PNP0F13",
];

/// Devices without anything to tell them apart, to make requests as large as real ones: agents were seen to send 70 to
/// 75 devices (peer-wsus-rs.md Q32).
const VOLUMES: usize = 44;

/// Date that all drivers of Windows itself have.
const INBOX_DATE: Date = date(2006, 6, 21);

/// The devices of a computer and, in the same order, their classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MachineHardware {
    pub hardware: Hardware,
    pub classes: Vec<&'static str>,
}

impl MachineHardware {
    pub(super) fn push(&mut self, class: &'static str, device: Device) {
        self.hardware.devices.push(device);
        self.classes.push(class);
    }
}

/// The hardware of a model on a processor architecture; the same for all its computers.
pub(super) fn hardware(model: usize, arm: bool) -> Arc<MachineHardware> {
    static MADE: [[OnceLock<Arc<MachineHardware>>; 2]; MODELS.len()] =
        [const { [const { OnceLock::new() }; 2] }; MODELS.len()];
    let made = MADE.get(model).and_then(|made| made.get(usize::from(arm)));
    made.map_or_else(Arc::default, |made| Arc::clone(made.get_or_init(|| Arc::new(make(model, arm)))))
}

fn make(model: usize, arm: bool) -> MachineHardware {
    let mut hardware = MachineHardware::default();
    let inbox = |id: &str| InstalledDriver {
        matching_id: id.to_owned(),
        provider: "Microsoft".into(),
        date: Some(INBOX_DATE),
        version: Version([10, 0, 26100, 1]),
        feature_score: None,
    };
    for number in COMMON {
        let id = format!("*{number}");
        let hardware_ids = vec![
            format!(r"ACPI\VEN_PNP&DEV_{}", number.trim_start_matches("PNP")),
            format!(r"ACPI\{number}"),
            id.clone(),
        ];
        hardware.push(SYSTEM, Device { hardware_ids, compatible_ids: Vec::new(), driver: Some(inbox(&id)) });
    }
    for (id, class, provider, version) in MODELS.get(model).map_or(&[][..], |model| model.devices) {
        let general = id.split("&SUBSYS").next().unwrap_or(id);
        let driver = InstalledDriver {
            matching_id: (*id).to_owned(),
            provider: (*provider).to_owned(),
            date: Some(date(2024, 2, 1)),
            version: version.parse().unwrap_or_default(),
            feature_score: None,
        };
        let mut hardware_ids = vec![(*id).to_owned()];
        if general != *id {
            hardware_ids.push(general.to_owned());
        }
        hardware.push(class, Device { hardware_ids, compatible_ids: Vec::new(), driver: Some(driver) });
    }
    for _ in 0..VOLUMES {
        let id = r"STORAGE\Volume";
        let device = Device { hardware_ids: vec![id.into()], compatible_ids: Vec::new(), driver: Some(inbox(id)) };
        hardware.push("{71A27CDD-812A-11D0-BEC7-08002BE2092F}", device);
    }
    // The most specific first: make, model and firmware; make and model; make.
    hardware.hardware.computer_ids = (1..=3)
        .map(|part| Uuid::from_u128(0x0051_1C3A_0000_5000_8000_0000_0000_0000 + (model as u128) * 16 + part))
        .collect();
    hardware.hardware.feature_score_key = if arm { "ARM64.10.0".into() } else { "AMD64.10.0".into() };
    hardware
}
