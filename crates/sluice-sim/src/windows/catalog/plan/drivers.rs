//! Drivers, two for each device: one for any board with its chip, and a better one for the board itself.

use std::fmt::Write as _;

use jiff::civil::{Date, date};
use sluice_model::id::UpdateId;
use sluice_model::update::Classification;
use sluice_wsus::update::document::Revision;
use sluice_wsus::update::rules::{Device, Hardware, InstalledDriver, Version};

use super::super::document::DocumentKind;
use super::super::ids::{Ids, WINDOWS_11, X64};
use super::super::month::Month;
use super::categories::WINDOWS_10;
use super::cumulative::SELF_CONTAINED;
use super::rules::escape;
use super::software::REVISION;
use super::{Clause, Handler, Item, Metadata, Planner, Properties, Rules, name};

/// Every so many drivers are for Windows 10.
const FOR_WINDOWS_10: usize = 4;
/// Every so many are for some computers only: those that machines here are, and others.
const FOR_COMPUTERS: usize = 6;

/// Date of the driver that a device has.
const IN_USE: Date = date(2024, 6, 1);

/// The devices of a machine, one for each pair of drivers; every second has a driver that is older than ours, the
/// others one that is newer.
pub(in crate::windows::catalog) fn hardware(ids: Ids, drivers: usize) -> Hardware {
    let device = |number: usize| {
        let [board, chip] = hardware_ids(number);
        let newer = number % 2 == 1;
        Device {
            hardware_ids: vec![format!("{board}&REV_03"), board.clone(), chip],
            compatible_ids: vec!["PCI\\VEN_8086".to_owned(), "PCI\\CC_0200".to_owned()],
            driver: Some(InstalledDriver {
                matching_id: board,
                provider: "Intel".to_owned(),
                date: Some(if newer { date(2026, 9, 30) } else { IN_USE }),
                version: Version([12, 0, 0, 1]),
                feature_score: Some(0x80),
            }),
        }
    };
    Hardware {
        devices: (0..drivers.div_ceil(2)).map(device).collect(),
        computer_ids: vec![ids.uuid("computer", 0)],
        feature_score_key: "AMD64.10.0".to_owned(),
    }
}

/// Of the board, of the chip on it.
fn hardware_ids(device: usize) -> [String; 2] {
    let chip = format!("PCI\\VEN_8086&DEV_{:04X}", 0x1500 + device);
    [format!("{chip}&SUBSYS_{device:04X}1028"), chip]
}

impl Planner<'_> {
    /// Adds them.
    pub(super) fn drivers(&mut self) {
        for number in 0..self.shape.drivers {
            let id = self.ids.update("driver", number);
            let [board, chip] = hardware_ids(number / 2);
            let for_board = number % 2 == 1;
            let hardware_id = if for_board { board } else { chip };
            let (day, version) = match for_board {
                true => ("2026-03-01", format!("12.19.{}.45", number % 200)),
                false => ("2024-01-01", format!("12.17.{}.4", number % 200)),
            };
            let mut inside = String::new();
            for (system, score) in [("AMD64.10.0", 0x7f), ("ARM64.10.0", 0xff)] {
                let score = if for_board { score } else { 0xff };
                let _always_fits =
                    write!(inside, "<drv:FeatureScore OperatingSystem=\"{system}\" FeatureScore=\"{score:02X}\" />");
            }
            if number % FOR_COMPUTERS == 1 {
                let computer = self.ids.uuid("computer", number / FOR_COMPUTERS % 2);
                let _always_fits = write!(
                    inside,
                    "<drv:DistributionComputerHardwareId>{computer}</drv:DistributionComputerHardwareId>"
                );
            }
            let metadata = format!(
                "<drv:WindowsDriverMetaData HardwareID=\"{}\" DriverVerDate=\"{day}\" DriverVerVersion=\"{version}\" WhqlDriverID=\"{}\" Class=\"Net\" Company=\"Intel\" Provider=\"Intel\" Manufacturer=\"Intel Corporation\" Model=\"Ethernet Connection {}\">{inside}</drv:WindowsDriverMetaData>",
                escape(&hardware_id),
                40_000_000 + number,
                number / 2
            );
            let product = if number % FOR_WINDOWS_10 == 3 { self.product(WINDOWS_10) } else { UpdateId(WINDOWS_11) };
            let file =
                self.file(id, 0, format!("{}.cab", self.ids.uuid("driver file", number)), 3_500_000, SELF_CONTAINED);
            self.items.push(Item {
                revision: Revision { id, number: REVISION },
                kind: DocumentKind::Driver,
                published: Month::before_newest(number % 30).date(number),
                properties: Properties { removable: true, ..Properties::default() },
                texts: name(&format!("Intel Corporation - Net - {version}")),
                prerequisites: vec![
                    Clause::Category(product),
                    Clause::Category(UpdateId(Classification::Drivers.id().0)),
                    Clause::One(UpdateId(X64)),
                ],
                bundled: Vec::new(),
                superseded: Vec::new(),
                rules: Some(Rules {
                    installed: "<drv:WindowsDriverInstalled />".to_owned(),
                    installable: "<drv:WindowsDriverInstallable />".to_owned(),
                    superseded: "<drv:WindowsDriverSuperseded />".to_owned(),
                    metadata: Metadata::Text(metadata),
                }),
                files: vec![file],
                handler: Handler::Driver,
            });
        }
    }
}
