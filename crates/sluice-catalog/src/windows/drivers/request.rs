//! What a client says about its devices, and what it is told.

use jiff::civil::Date;
use sluice_model::{RevisionId, UpdateId};
use uuid::Uuid;

/// What a client says in the driver pass (`SyncUpdates` with `SkipSoftwareSync`).
#[derive(Clone, Copy, Debug, Default)]
pub struct DriverRequest<'a> {
    /// `InstalledNonLeafUpdateIDs`: for the drivers' prerequisites.
    pub installed_non_leaf: &'a [i32],
    /// `CachedDriverIDs`.
    pub cached_drivers: &'a [i32],
    /// The change counter up to which the client was told everything; 0: all it has cached and
    /// still needs counts as changed.
    pub since: u64,
    /// `SystemSpec`.
    pub devices: &'a [SystemDevice],
    /// `ComputerSpec.HardwareIDs`, the most specific first.
    pub computer_ids: &'a [Uuid],
    /// `FeatureScoreMatchingKey`, such as `AMD64.10.0`.
    pub score_key: &'a str,
}

/// A device of a computer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SystemDevice {
    /// The most specific first.
    pub hardware_ids: Vec<String>,
    /// The most specific first; all match worse than any hardware id.
    pub compatible_ids: Vec<String>,
    /// The driver it has.
    pub installed: Option<InstalledDriver>,
    /// `DriverRecoveryIDs`: drivers that the agent installed and could remove again.
    pub recovery: Vec<UpdateId>,
}

/// The driver that a device has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstalledDriver {
    /// The id of the device that it matches; empty or `None`: there is no driver really.
    pub matching_id: Option<String>,
    /// Its date.
    pub date: Option<Date>,
    /// Its version: four 16-bit parts as one number.
    pub version: u64,
    /// A name or a GUID in braces.
    pub class: String,
    /// Who provides it; known of printers only.
    pub provider: String,
    /// Who made it; known of printers only.
    pub manufacturer: String,
    /// The computer hardware id by which it was chosen.
    pub matching_computer_id: Option<Uuid>,
    /// Windows' rank: its third byte from below is the feature score; negative: unknown.
    pub rank: i32,
}

/// What a client says in `SyncPrinterCatalog`, for the wizard that adds printers: nothing of
/// devices, so the best printer driver of each hardware id is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrinterRequest<'a> {
    /// `installedNonLeafUpdateIDs`: for the drivers' prerequisites.
    pub installed_non_leaf: &'a [i32],
    /// `printerUpdateIDs`.
    pub cached: &'a [i32],
    /// As in [`DriverRequest::since`].
    pub since: u64,
}

/// What a client is told of drivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriverRound {
    /// What it does not have yet.
    pub new: Vec<DriverOffer>,
    /// What it has and of which deployment changed.
    pub changed: Vec<DriverOffer>,
    /// The ids it is to forget, as it gave them, each once.
    pub out_of_scope: Vec<i32>,
    /// There is more to come.
    pub truncated: bool,
}

/// A driver for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverOffer {
    /// The driver.
    pub revision: RevisionId,
    /// The device ids by which it was chosen, as the client spells them.
    pub hardware_ids: Vec<String>,
}
