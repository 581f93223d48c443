//! What a Linux device says about itself.

/// The family of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceKind {
    /// Managed by our agent.
    Linux,
    /// Managed by the agent built into Windows.
    Windows,
}

/// The inventory of a device: everything compliance is computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The operating system.
    pub os: OperatingSystem,
    /// dpkg's native architecture: `amd64`.
    pub architecture: String,
    /// The kernel that runs and the newest installed.
    pub kernel: KernelFacts,
    /// Whether a restart is needed, and why.
    pub restart: RestartEvidence,
    /// Installed packages, sorted by (name, architecture).
    pub packages: Vec<InstalledPackage>,
    /// The package indices the device itself is subscribed to.
    pub indexes: Vec<DeviceIndex>,
    /// Versions pinned on the device, by package.
    pub pins: Vec<PackagePin>,
}

/// From `os-release(5)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatingSystem {
    /// `ID`: `debian`.
    pub id: String,
    /// `VERSION_ID`: `12`.
    pub version: String,
    /// `VERSION_CODENAME`: `bookworm`.
    pub codename: String,
    /// `PRETTY_NAME`.
    pub title: String,
}

/// Kernel releases as `uname -r` spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelFacts {
    /// The running one.
    pub running: String,
    /// The newest installed one; `None` when no kernel package is installed (a container).
    pub newest_installed: Option<String>,
}

/// Why a restart is needed. Empty evidence means none is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestartEvidence {
    /// `/run/reboot-required` (or `/var/run/…`) exists.
    pub flag_file: bool,
    /// The packages that asked for it (`reboot-required.pkgs`).
    pub flag_packages: Vec<String>,
    /// The running kernel is not the newest installed.
    pub kernel: bool,
    /// Processes that still use replaced libraries.
    pub libraries: Vec<StaleLibrary>,
}

impl RestartEvidence {
    /// A restart of the device is needed: a package asked for it or the kernel is old. Stale
    /// libraries alone need only a restart of the services that hold them.
    #[must_use]
    pub fn device_restart(&self) -> bool {
        self.flag_file || self.kernel
    }
}

/// A process that maps a library file which is no longer on the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaleLibrary {
    /// Process name (`/proc/PID/comm`).
    pub process: String,
    /// Path of the replaced library.
    pub path: String,
}

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstalledPackage {
    /// Name.
    pub name: String,
    /// Architecture; `all` counts as the native one.
    pub architecture: String,
    /// Installed version.
    pub version: String,
    /// Source package name.
    pub source: String,
    /// Held by the device's administrator (`apt-mark hold`).
    pub held: bool,
    /// dpkg says it is unpacked but not configured, or half-installed: the device needs repair.
    pub broken: bool,
}

/// A package index a device is subscribed to, as its package manager sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceIndex {
    /// Archive root without trailing slash.
    pub uri: String,
    /// Suite as written in the device's sources.
    pub suite: String,
    /// Component.
    pub component: String,
    /// Architecture.
    pub architecture: String,
    /// `Origin` of the Release, empty when the device has not fetched it yet.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Codename`.
    pub codename: String,
    /// apt's priority, pins of whole indices included. `None`: not known, the index' default holds.
    pub priority: Option<i32>,
}

/// A version of a package that is pinned on the device (`apt_preferences(5)`, specific form).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackagePin {
    /// Package name.
    pub package: String,
    /// The version the pin resolves to.
    pub version: String,
    /// Its priority.
    pub priority: i32,
}
