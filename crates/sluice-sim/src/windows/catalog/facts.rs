//! What machines have that the rules of a catalog ask for.

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{
    Fact, Facts, FileFacts, Hardware, MsiPatchState, MsiProduct, OsVersion, PackageState, Processor, RegistryKey,
    RegistryValue, RootKey, Version,
};

use super::ids::Ids;
use super::month::Month;
use super::plan::{Item, Metadata, PATCHED, REMOVAL_TOOL_KEY, hardware, patch_product, removal_tool};
use super::shape::CatalogShape;

/// A machine that the catalog is made for; all have an x64 processor and speak English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Windows 11 Pro 25H2, build 26200.
    Windows11,
    /// Windows 10 Pro 22H2, build 19045.
    Windows10,
    /// Windows Server 2022 Standard, build 20348.
    Server2022,
    /// Windows Server 2025 Standard, build 26100.
    Server2025,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Windows11, Self::Windows10, Self::Server2022, Self::Server2025];

    /// Its name in scenarios.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows11 => "windows11",
            Self::Windows10 => "windows10",
            Self::Server2022 => "server2022",
            Self::Server2025 => "server2025",
        }
    }

    /// Build and revision of it.
    fn build(self) -> (u32, u32) {
        match self {
            Self::Windows11 => (26200, 8037),
            Self::Windows10 => (19045, 6456),
            Self::Server2022 => (20348, 4297),
            Self::Server2025 => (26100, 6899),
        }
    }

    /// Name of the release, branch, and `Release` of .NET.
    fn release(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Windows11 => ("25H2", "ge_release", 533_325),
            Self::Windows10 => ("22H2", "vb_release", 528_372),
            Self::Server2022 => ("21H2", "fe_release", 528_449),
            Self::Server2025 => ("24H2", "ge_release", 533_325),
        }
    }

    fn is_server(self) -> bool {
        matches!(self, Self::Server2022 | Self::Server2025)
    }
}

/// Facts of a machine. What is not here is not there; nothing is unknown.
#[derive(Clone, Debug)]
pub struct MachineFacts {
    /// The operating system.
    pub os: OsVersion,
    /// The processor.
    pub processor: Processor,
    /// Language of the operating system and of its user interface.
    pub language: &'static str,
    /// Values below `HKEY_LOCAL_MACHINE`, 64-bit view, by key and name.
    pub registry: Vec<(RegistryKey, &'static str, RegistryValue)>,
    /// Attributes as `DeviceAttribute` asks for them.
    pub attributes: Vec<(&'static str, String)>,
    /// Releases that products are at.
    pub releases: Vec<(&'static str, Version)>,
    /// Identities of packages that are installed.
    pub packages: Vec<String>,
    /// Products of Windows Installer by their codes, in braces.
    pub products: Vec<(String, MsiProduct)>,
    /// Devices and their drivers.
    pub hardware: Hardware,
}

/// Packages of the last months are not installed yet; nor is the removal tool.
const MONTHS_BEHIND: usize = 2;

/// The machine of a profile.
pub(super) fn machine(profile: Profile, shape: &CatalogShape, ids: Ids, items: &[Item]) -> MachineFacts {
    let (build, revision) = profile.build();
    let (display, branch, dotnet) = profile.release();
    let server = profile.is_server();
    let windows_11 = profile == Profile::Windows11;
    let key = |subkey: &str| RegistryKey { root: RootKey::LocalMachine, subkey: subkey.to_owned(), view32: false };
    let current = key(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion");
    let text = |text: &str| RegistryValue::Sz(text.to_owned());
    let edition = if server { "ServerStandard" } else { "Professional" };
    let mut registry = vec![
        (current.clone(), "CurrentBuild", RegistryValue::Sz(build.to_string())),
        (current.clone(), "CurrentBuildNumber", RegistryValue::Sz(build.to_string())),
        (current.clone(), "DisplayVersion", text(display)),
        (current.clone(), "EditionID", text(edition)),
        (current.clone(), "InstallationType", text(if server { "Server" } else { "Client" })),
        (current, "UBR", RegistryValue::Dword(revision)),
        (key(r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"), "Release", RegistryValue::Dword(dotnet)),
        (key(r"SYSTEM\CurrentControlSet\Control\Nls\Language"), "InstallLanguage", text("0409")),
    ];
    if windows_11 {
        let version = RegistryValue::Sz(removal_tool(ids, MONTHS_BEHIND).to_string());
        registry.push((key(REMOVAL_TOOL_KEY), "Version", version));
    }
    let sku = if server { "7" } else { "48" };
    let version = format!("10.0.{build}.{revision}");
    let kind = if server { "ServerNT" } else { "WinNT" };
    let attributes = vec![
        ("OSSkuId", sku.to_owned()),
        ("sku", sku.to_owned()),
        ("OSVersion", version.clone()),
        ("DL_OSVersion", version),
        ("ProductType", kind.to_owned()),
        ("IsRemoteDesktopSessionHost", "0".to_owned()),
        ("CurrentBranch", branch.to_owned()),
    ];
    let product = || Some(MsiProduct { version: PATCHED.parse().ok()?, language: Some(1033) });
    let patched = if windows_11 { shape.patches.min(2) } else { 0 };
    MachineFacts {
        os: OsVersion {
            major: 10,
            minor: 0,
            build,
            service_pack_major: 0,
            service_pack_minor: 0,
            suite_mask: if server { 272 } else { 256 },
            product_type: if server { 3 } else { 1 },
        },
        processor: Processor { architecture: 9, level: 6, revision: 0 },
        language: "en-US",
        registry,
        attributes,
        releases: match windows_11 {
            true => vec![
                ("Client.OS.RS2.AMD64", Version([10, 0, build, revision])),
                ("Microsoft.NetFX.amd64", Version([2400, build, 9300, 1])),
            ],
            false => Vec::new(),
        },
        packages: packages(items, build),
        products: (0..patched)
            .filter_map(|number| Some((format!("{{{}}}", patch_product(ids, number)), product()?)))
            .collect(),
        hardware: hardware(ids, shape.drivers),
    }
}

/// Packages for a build that are older than the last months.
fn packages(items: &[Item], build: u32) -> Vec<String> {
    let old = |item: &&Item| item.published.month() <= Month::before_newest(MONTHS_BEHIND);
    let package = |item: &Item| match &item.rules.as_ref()?.metadata {
        Metadata::Manifest(package) if package.build == build && package.architecture == "amd64" => {
            Some(package.identity())
        }
        _ => None,
    };
    items.iter().filter(old).filter_map(package).collect()
}

fn fact<T>(found: Option<T>) -> Fact<T> {
    found.map_or(Fact::Absent, Fact::Known)
}

fn same_key(own: &RegistryKey, asked: &RegistryKey) -> bool {
    own.root == asked.root && own.view32 == asked.view32 && own.subkey.eq_ignore_ascii_case(&asked.subkey)
}

impl Facts for MachineFacts {
    fn os_version(&self) -> Fact<OsVersion> {
        Fact::Known(self.os)
    }
    fn platform(&self) -> Fact<u32> {
        Fact::Known(2)
    }
    fn language(&self) -> Fact<&str> {
        Fact::Known(self.language)
    }
    fn mui_installed(&self) -> Fact<bool> {
        Fact::Known(true)
    }
    fn mui_language_installed(&self, language: &str) -> Fact<bool> {
        Fact::Known(language.eq_ignore_ascii_case(self.language))
    }
    fn system_metric(&self, _index: i32) -> Fact<i32> {
        Fact::Known(0)
    }
    fn processor(&self) -> Fact<Processor> {
        Fact::Known(self.processor)
    }
    fn processor_count(&self) -> Fact<u32> {
        Fact::Known(4)
    }
    fn clustered(&self) -> Fact<bool> {
        Fact::Known(false)
    }
    fn owns_cluster_resource(&self, _name: &str) -> Fact<bool> {
        Fact::Known(false)
    }
    fn folder(&self, csidl: i32) -> Fact<&str> {
        fact((csidl == 38).then_some(r"C:\Program Files"))
    }
    fn file(&self, _path: &str) -> Fact<FileFacts> {
        Fact::Absent
    }
    fn registry_key(&self, key: &RegistryKey) -> Fact<()> {
        fact(self.registry.iter().any(|(own, ..)| same_key(own, key)).then_some(()))
    }
    fn registry_value(&self, key: &RegistryKey, name: &str) -> Fact<&RegistryValue> {
        let found = self.registry.iter().find(|(own, value, _)| same_key(own, key) && value.eq_ignore_ascii_case(name));
        fact(found.map(|(_, _, data)| data))
    }
    fn registry_subkeys(&self, _key: &RegistryKey) -> Fact<Vec<&str>> {
        Fact::Absent
    }
    fn licence_value(&self, _name: &str) -> Fact<()> {
        Fact::Absent
    }
    fn licence_dword(&self, _name: &str) -> Fact<u32> {
        Fact::Absent
    }
    fn wmi(&self, _namespace: &str, _query: &str) -> Fact<bool> {
        Fact::Known(false)
    }
    fn installed_once(&self, _update: UpdateId) -> Fact<bool> {
        Fact::Known(false)
    }
    fn msi_product(&self, product: &str) -> Fact<MsiProduct> {
        fact(self.products.iter().find(|(own, _)| own.eq_ignore_ascii_case(product)).map(|(_, found)| *found))
    }
    fn msi_feature(&self, _product: &str, _feature: &str) -> Fact<bool> {
        Fact::Known(false)
    }
    fn msi_component(&self, _product: &str, _component: &str) -> Fact<bool> {
        Fact::Known(false)
    }
    fn msi_patch(&self, _product: &str, _patch: &str) -> Fact<MsiPatchState> {
        Fact::Absent
    }
    fn package(&self, identity: &str) -> Fact<PackageState> {
        let found = self.packages.iter().any(|own| own.eq_ignore_ascii_case(identity));
        fact(found.then_some(PackageState::INSTALLED))
    }
    fn product_release(&self, name: &str) -> Fact<Version> {
        fact(self.releases.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, version)| *version))
    }
    fn device_attribute(&self, name: &str) -> Fact<&str> {
        fact(self.attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()))
    }
    fn hardware(&self) -> Fact<&Hardware> {
        Fact::Known(&self.hardware)
    }
}
