//! What rules ask about a device.

use jiff::Timestamp;
use jiff::civil::Date;
use sluice_model::id::UpdateId;
use uuid::Uuid;

use super::compare::Version;
use super::registry::{RegistryKey, RegistryValue};
use super::truth::Truth;

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// This is so.
    Known(T),
    /// There is no such thing.
    Absent,
    /// It cannot be told: not collected, access denied, the query failed.
    Unavailable,
}

impl<T> Fact<T> {
    /// Whether it is there and satisfies a condition.
    pub fn is(self, condition: impl FnOnce(T) -> bool) -> Truth {
        match self {
            Self::Known(value) => condition(value).into(),
            Self::Absent => Truth::False,
            Self::Unavailable => Truth::Unknown,
        }
    }

    /// Whether it is there.
    pub fn exists(self) -> Truth {
        self.is(|_| true)
    }
}

/// Version of the operating system, as `OSVERSIONINFOEX` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OsVersion {
    /// Such as 10.
    pub major: u32,
    /// Such as 0.
    pub minor: u32,
    /// Such as 26200.
    pub build: u32,
    /// Service pack.
    pub service_pack_major: u16,
    /// Service pack.
    pub service_pack_minor: u16,
    /// `VER_SUITE_*` bits.
    pub suite_mask: u16,
    /// 1 workstation, 2 domain controller, 3 server.
    pub product_type: u16,
}

/// The processor, as `SYSTEM_INFO` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processor {
    /// 0 x86, 5 ARM, 6 IA-64, 9 x64, 12 ARM64.
    pub architecture: u16,
    /// `wProcessorLevel`.
    pub level: u16,
    /// `wProcessorRevision`.
    pub revision: u16,
}

/// A file that exists. `None`: not known, except for the version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Its version resource; `None`: it has none.
    pub version: Option<Version>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was changed.
    pub modified: Option<Timestamp>,
    /// Bytes.
    pub size: Option<u64>,
    /// Language identifier of its version resource.
    pub language: Option<u16>,
}

/// A product that Windows Installer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsiProduct {
    /// `ProductVersion`.
    pub version: Version,
    /// `ProductLanguage`; `None`: not known.
    pub language: Option<i32>,
}

/// `MSIPATCHSTATE_*` of a patch on a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MsiPatchState {
    /// In effect.
    Applied,
    /// There, but replaced by another patch.
    Superseded,
    /// There, but made needless by an upgrade of the product.
    Obsoleted,
}

/// State of a package of the servicing stack, by its registry value `CurrentState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageState(pub u32);

impl PackageState {
    /// A newer package has replaced it.
    pub const SUPERSEDED: Self = Self(80);
    /// Installed.
    pub const INSTALLED: Self = Self(112);
    /// Installed for good.
    pub const PERMANENT: Self = Self(128);

    /// Whether its content, or newer content, is on the device.
    #[must_use]
    pub fn is_installed(self) -> bool {
        matches!(self, Self::SUPERSEDED | Self::INSTALLED | Self::PERMANENT)
    }
}

/// The devices of a computer and what selects drivers for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// Plug and Play devices.
    pub devices: Vec<Device>,
    /// The computer's hardware ids ([MS-WUSP] `ComputerSpec`).
    pub computer_ids: Vec<Uuid>,
    /// Which feature scores apply, such as `AMD64.10.0`.
    pub feature_score_key: String,
}

/// A Plug and Play device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Best match first.
    pub hardware_ids: Vec<String>,
    /// Best match first; all worse than hardware ids.
    pub compatible_ids: Vec<String>,
    /// The driver in use.
    pub driver: Option<InstalledDriver>,
}

/// The driver in use of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledDriver {
    /// The hardware or compatible id it was installed for.
    pub matching_id: String,
    /// Who provides it.
    pub provider: String,
    /// Its date.
    pub date: Option<Date>,
    /// Its version.
    pub version: Version,
    /// How well it fits, 0 to 255, lower is better; `None`: not known.
    pub feature_score: Option<u8>,
}

/// What a device can tell about itself. Names, paths and identifiers are compared without regard to case. What an
/// implementation does not answer is unavailable, which makes rules that ask for it unknown.
pub trait Facts {
    /// Version of the operating system.
    fn os_version(&self) -> Fact<OsVersion> {
        Fact::Unavailable
    }
    /// `VER_PLATFORM_WIN32_*`; 2 on every Windows of today.
    fn platform(&self) -> Fact<u32> {
        Fact::Unavailable
    }
    /// Language tag of the operating system.
    fn language(&self) -> Fact<&str> {
        Fact::Unavailable
    }
    /// Whether the multilingual user interface is there.
    fn mui_installed(&self) -> Fact<bool> {
        Fact::Unavailable
    }
    /// Whether the multilingual user interface has a language.
    fn mui_language_installed(&self, _language: &str) -> Fact<bool> {
        Fact::Unavailable
    }
    /// `GetSystemMetrics`.
    fn system_metric(&self, _index: i32) -> Fact<i32> {
        Fact::Unavailable
    }
    /// The processor.
    fn processor(&self) -> Fact<Processor> {
        Fact::Unavailable
    }
    /// How many processors.
    fn processor_count(&self) -> Fact<u32> {
        Fact::Unavailable
    }
    /// Whether it is a node of a cluster.
    fn clustered(&self) -> Fact<bool> {
        Fact::Unavailable
    }
    /// Whether this node owns a cluster resource.
    fn owns_cluster_resource(&self, _name: &str) -> Fact<bool> {
        Fact::Unavailable
    }
    /// The folder of a Win32 folder number, such as 37 for `C:\Windows\System32`.
    fn folder(&self, _csidl: i32) -> Fact<&str> {
        Fact::Unavailable
    }
    /// A file by its full path.
    fn file(&self, _path: &str) -> Fact<FileFacts> {
        Fact::Unavailable
    }
    /// Whether a registry key is there.
    fn registry_key(&self, _key: &RegistryKey) -> Fact<()> {
        Fact::Unavailable
    }
    /// A registry value; the empty name is the key's default value.
    fn registry_value(&self, _key: &RegistryKey, _name: &str) -> Fact<&RegistryValue> {
        Fact::Unavailable
    }
    /// Names of the keys directly below a registry key.
    fn registry_subkeys(&self, _key: &RegistryKey) -> Fact<Vec<&str>> {
        Fact::Unavailable
    }
    /// Whether a licence value is there (`SLGetWindowsInformation`).
    fn licence_value(&self, _name: &str) -> Fact<()> {
        Fact::Unavailable
    }
    /// A licence value that is a number (`SLGetWindowsInformationDWORD`).
    fn licence_dword(&self, _name: &str) -> Fact<u32> {
        Fact::Unavailable
    }
    /// Whether a WMI query has a result.
    fn wmi(&self, _namespace: &str, _query: &str) -> Fact<bool> {
        Fact::Unavailable
    }
    /// Whether the device's history has an installation of an update.
    fn installed_once(&self, _update: UpdateId) -> Fact<bool> {
        Fact::Unavailable
    }
    /// A vendor's extension query.
    fn generic(&self, _namespace: &str, _kind: &str, _parameter: &str) -> Fact<String> {
        Fact::Unavailable
    }
    /// A product by its code, in braces.
    fn msi_product(&self, _product: &str) -> Fact<MsiProduct> {
        Fact::Unavailable
    }
    /// Whether a product has a feature installed.
    fn msi_feature(&self, _product: &str, _feature: &str) -> Fact<bool> {
        Fact::Unavailable
    }
    /// Whether a product has a component installed.
    fn msi_component(&self, _product: &str, _component: &str) -> Fact<bool> {
        Fact::Unavailable
    }
    /// The state of a patch on a product.
    fn msi_patch(&self, _product: &str, _patch: &str) -> Fact<MsiPatchState> {
        Fact::Unavailable
    }
    /// A package of the servicing stack by its identity, `name~token~architecture~language~version`.
    fn package(&self, _identity: &str) -> Fact<PackageState> {
        Fact::Unavailable
    }
    /// The release a product is at, such as `Client.OS.RS2.AMD64`.
    fn product_release(&self, _name: &str) -> Fact<Version> {
        Fact::Unavailable
    }
    /// One of the attributes the agent also sends to servers, such as `OSSkuId`.
    fn device_attribute(&self, _name: &str) -> Fact<&str> {
        Fact::Unavailable
    }
    /// Devices and drivers.
    fn hardware(&self) -> Fact<&Hardware> {
        Fact::Unavailable
    }
}
