//! What a Windows device says about itself (\[MS-WUSP\] 2.2.2.2.3, 2.2.2.3.1; protocols.md §9).

/// What a computer is, by its own registration (`ComputerInfo`). Texts may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WindowsComputer {
    /// Version of Windows: major, minor, build. Build 22000 and above is Windows 11.
    pub os_version: [i32; 3],
    /// Service pack: major, minor.
    pub service_pack: [i32; 2],
    /// Name of the system as the device says it; Windows 11 says `Windows 10 Pro`.
    pub os_description: String,
    /// Language: `en-US`.
    pub locale: String,
    /// `AMD64`, `x86`, `ARM64`.
    pub architecture: String,
    /// The edition (SKU); 48 is Pro.
    pub edition: i32,
    /// 1 workstation, 2 domain controller, 3 server.
    pub product_type: i32,
    /// Suites of Windows, as bits.
    pub suite_mask: i32,
    /// Version of the Windows Update Agent.
    pub agent_version: [i32; 4],
    /// Manufacturer of the computer.
    pub manufacturer: String,
    /// Model of the computer.
    pub model: String,
    /// Name of the firmware.
    pub firmware_name: String,
    /// Version of the firmware.
    pub firmware_version: String,
    /// Kind of device, when it says one.
    pub device_type: String,
}

/// What a status report (event 156) says of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportedState {
    /// `U`: needed.
    Needed,
    /// `g`: download, installation or removal failed.
    Failed,
    /// `h`: downloaded and not installed.
    Downloaded,
    /// `V`: installed.
    Installed,
    /// `W`: installed, and a restart is pending.
    RestartPending,
}

impl ReportedState {
    /// All, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Needed, Self::Failed, Self::Downloaded, Self::Installed, Self::RestartPending];
}
