//! Driver rules: the driver of the metadata against the one in use.

use std::cmp::{Ordering, Reverse};

use super::super::document::DriverMetadata;
use super::facts::{Device, Hardware, InstalledDriver};
use super::rule::Context;
use super::truth::Truth;

/// A rule about the driver of the metadata, over all devices it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriverTest {
    /// `WindowsDriverInstalled`: it matches as well as the one in use.
    Installed,
    /// `WindowsDriverSuperseded`: it matches worse than the one in use.
    Superseded,
    /// `WindowsDriverInstallable`: it matches better than the one in use.
    Installable,
}

impl DriverTest {
    /// The rule of an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "WindowsDriverInstalled" => Some(Self::Installed),
            "WindowsDriverSuperseded" => Some(Self::Superseded),
            "WindowsDriverInstallable" => Some(Self::Installable),
            _ => None,
        }
    }

    /// The device that gains most decides: one that needs the driver makes it installable, though others have it.
    pub(super) fn evaluate(self, context: &Context<'_>) -> Truth {
        context.facts.hardware().is(|hardware| {
            let best = hardware
                .devices
                .iter()
                .filter_map(|device| best_match(device, &context.metadata.drivers, hardware))
                .max();
            match self {
                Self::Installed => best == Some(Ordering::Equal),
                Self::Superseded => best == Some(Ordering::Less),
                Self::Installable => best == Some(Ordering::Greater),
            }
        })
    }
}

/// How a match ranks, better is greater: hardware id, feature score, date, version.
type Rank = (Reverse<usize>, Reverse<u8>, Option<jiff::civil::Date>, [u32; 4]);

/// How the best of the drivers compares with the one in use; `None`: none is for the device.
fn best_match(device: &Device, drivers: &[DriverMetadata<'_>], hardware: &Hardware) -> Option<Ordering> {
    let candidates = drivers.iter().filter(|driver| {
        let computers = [&driver.distribution_computers, &driver.target_computers];
        computers.iter().all(|ids| ids.is_empty() || ids.iter().any(|id| hardware.computer_ids.contains(id)))
            && replaces_printer_driver(driver, device.driver.as_ref())
    });
    let best = candidates.filter_map(|driver| rank(device, driver, hardware)).max()?;
    Some(match &device.driver {
        Some(installed) => best.cmp(&installed_rank(device, installed)),
        None => Ordering::Greater,
    })
}

fn rank(device: &Device, driver: &DriverMetadata<'_>, hardware: &Hardware) -> Option<Rank> {
    let place = place(device, &driver.hardware_id)?;
    let score = driver
        .feature_scores
        .iter()
        .find(|score| score.operating_system.eq_ignore_ascii_case(&hardware.feature_score_key))
        .map_or(u8::MAX, |score| score.score);
    Some((Reverse(place), Reverse(score), driver.date, driver.version.0))
}

fn installed_rank(device: &Device, driver: &InstalledDriver) -> Rank {
    let place = place(device, &driver.matching_id).unwrap_or(usize::MAX);
    (Reverse(place), Reverse(driver.feature_score.unwrap_or(u8::MAX)), driver.date, driver.version.0)
}

/// Where an id is among the hardware ids and, after those, the compatible ids.
fn place(device: &Device, id: &str) -> Option<usize> {
    device.hardware_ids.iter().chain(&device.compatible_ids).position(|own| own.eq_ignore_ascii_case(id))
}

/// Printer drivers replace drivers of their own provider and of those they name (schema of `CompatibleProvider`).
fn replaces_printer_driver(driver: &DriverMetadata<'_>, installed: Option<&InstalledDriver>) -> bool {
    let Some(installed) = installed.filter(|_| driver.class == "Printers") else { return true };
    std::iter::once(&driver.provider)
        .chain(&driver.compatible_providers)
        .any(|provider| provider.eq_ignore_ascii_case(&installed.provider))
}
