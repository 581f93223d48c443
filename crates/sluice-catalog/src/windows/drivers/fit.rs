//! How well a driver fits a device.

use std::cmp::Reverse;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use sluice_model::DriverTarget;
use uuid::Uuid;

use super::request::{InstalledDriver, SystemDevice};

/// The feature score of drivers that declare none for an operating system: Windows' default.
const NO_SCORE: u8 = 0xFF;

/// The computer hardware ids of a client, with their places in its list.
pub(super) struct ComputerIds(FxHashMap<Uuid, usize>);

impl ComputerIds {
    pub(super) fn new(ids: &[Uuid]) -> Self {
        // Of an id that is there twice the first place counts.
        Self(ids.iter().enumerate().rev().map(|(place, id)| (*id, place)).collect())
    }

    fn place(&self, id: Uuid) -> Option<usize> {
        self.0.get(&id).copied()
    }

    /// The place of the most specific one that a driver is for; last of all if it is for any
    /// computer, `None` if it is for others.
    pub(super) fn best(&self, wanted: &[Uuid]) -> Option<usize> {
        if wanted.is_empty() {
            return Some(usize::MAX);
        }
        wanted.iter().filter_map(|id| self.place(*id)).min()
    }
}

/// How well a driver fits a device of a computer; smaller is better. The fields are the rules, in
/// their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// Place of the computer hardware id in the client's list.
    pub(super) computer: usize,
    pub(super) score: u8,
    /// Place of the device id in the device's lists.
    pub(super) id: usize,
    pub(super) date: Reverse<Option<Date>>,
    pub(super) version: Reverse<u64>,
}

impl Fit {
    /// How well a driver fits by the device id of a place; `None` if it is for other computers.
    pub(super) fn of(target: &DriverTarget, id: usize, computer_ids: &ComputerIds, score_key: &str) -> Option<Self> {
        let distribution = computer_ids.best(&target.distribution_computers)?;
        let package = computer_ids.best(&target.target_computers)?;
        let declared = target.feature_scores.iter().filter(|(key, _)| key.eq_ignore_ascii_case(score_key));
        Some(Self {
            computer: distribution.min(package),
            score: declared.map(|(_, score)| *score).min().unwrap_or(NO_SCORE),
            id,
            date: Reverse(target.date),
            version: Reverse(target.version),
        })
    }

    /// How well the driver fits that a device has; `None` if it has none.
    pub(super) fn of_installed(
        device: &SystemDevice,
        installed: &InstalledDriver,
        computer_ids: &ComputerIds,
    ) -> Option<Self> {
        let matching = installed.matching_id.as_deref().filter(|id| !id.is_empty())?;
        let ids = device.hardware_ids.iter().chain(&device.compatible_ids);
        let by = installed.matching_computer_id.and_then(|id| computer_ids.place(id));
        let score = u32::try_from(installed.rank).ok().map(|rank| rank.to_le_bytes()[2]);
        Some(Self {
            computer: by.unwrap_or(usize::MAX),
            score: score.unwrap_or(NO_SCORE),
            id: ids.into_iter().position(|id| id.eq_ignore_ascii_case(matching)).unwrap_or(usize::MAX),
            date: Reverse(installed.date),
            version: Reverse(installed.version),
        })
    }
}
