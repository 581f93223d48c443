//! The facts that all machines of a profile share.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use sluice_wsus::update::rules::{FileFacts, PackageState, RegistryKey, RegistryValue, RootKey, Version};

use super::attributes;
use super::fact::{Change, FactKey, FactValue};
use super::identity::Identity;
use super::profile::{Profile, Traits};

/// 2025-09-01: when the files of a virtual Windows were made.
const INSTALLED_AT: i64 = 1_756_684_800;

/// Token of Microsoft's signing key, in the names of packages.
const TOKEN: &str = "31bf3856ad364e35";

/// The facts of a profile, made once.
pub(super) fn facts(profile: Profile) -> Arc<BTreeMap<FactKey, FactValue>> {
    static MADE: [OnceLock<Arc<BTreeMap<FactKey, FactValue>>>; Profile::ALL.len()] =
        [const { OnceLock::new() }; Profile::ALL.len()];
    let made = MADE.get(profile as usize);
    made.map_or_else(Arc::default, |made| Arc::clone(made.get_or_init(|| Arc::new(make(profile.traits())))))
}

/// What is different on a machine that is at another revision of Windows than its profile: behind with its cumulative
/// updates.
pub(super) fn at_revision(traits: &Traits, revision: u32) -> Vec<Change> {
    if revision == traits.revision {
        return Vec::new();
    }
    let version = Version([10, 0, traits.servicing_build, revision]);
    let current = local_machine(CURRENT_VERSION);
    let package = |revision| FactKey::Package(rollup(traits, revision));
    let mut changes = vec![
        FactKey::registry_value(&current, "UBR").is(FactValue::Registry(RegistryValue::Dword(revision))),
        package(traits.revision).gone(),
        package(revision).is(FactValue::Package(PackageState::INSTALLED)),
    ];
    changes.extend(WINDOWS_FILES.map(|path| FactKey::file(path).is(FactValue::File(file(version)))));
    if let Some(release) = traits.release {
        changes.push(FactKey::Release(release.to_lowercase()).is(FactValue::Release(version)));
    }
    changes
}

/// Files that have the version of Windows.
const WINDOWS_FILES: [&str; 3] =
    [r"C:\Windows\System32\ntoskrnl.exe", r"C:\Windows\System32\kernel32.dll", r"C:\Windows\explorer.exe"];

const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// The package of the cumulative update.
fn rollup(traits: &Traits, revision: u32) -> String {
    let (architecture, build) = (traits.architecture_name(), traits.servicing_build);
    format!("Package_for_RollupFix~{TOKEN}~{architecture}~~{build}.{revision}.1.10").to_lowercase()
}

fn file(version: Version) -> FileFacts {
    FileFacts {
        version: Some(version),
        created: Some(installed_at()),
        modified: Some(installed_at()),
        size: Some(1 << 20),
        language: Some(1033),
    }
}

/// A key of the machine.
pub(super) fn local_machine(subkey: &str) -> RegistryKey {
    RegistryKey { root: RootKey::LocalMachine, subkey: subkey.to_owned(), view32: false }
}

/// When the files of Windows were made.
pub(super) fn installed_at() -> Timestamp {
    Timestamp::from_second(INSTALLED_AT).unwrap_or_default()
}

fn make(traits: &Traits) -> BTreeMap<FactKey, FactValue> {
    let mut facts = BTreeMap::new();
    registry(traits, &mut facts);
    let attributes = attributes::of(traits, &Identity::usual(traits)).into_iter();
    facts.extend(attributes.filter_map(|change| Some((change.key, change.value?))));
    let version = Version([10, 0, traits.servicing_build, traits.revision]);
    let of_windows = WINDOWS_FILES.map(|path| (path, version));
    let others = [
        (r"C:\Windows\System32\wuaueng.dll", Version(traits.agent.map(u32::from))),
        (r"C:\Windows\System32\mrt.exe", Version([5, 134, 25060, 1])),
        (r"C:\Program Files\Windows Defender\MsMpEng.exe", Version([4, 18, 25060, 7])),
        (r"C:\Program Files\Internet Explorer\iexplore.exe", Version([11, 0, traits.servicing_build, 1])),
    ];
    for (path, version) in of_windows.into_iter().chain(others) {
        facts.insert(FactKey::file(path), FactValue::File(file(version)));
    }
    let architecture = traits.architecture_name().to_lowercase();
    for package in [
        rollup(traits, traits.revision),
        format!("Package_for_DotNetRollup_481~{TOKEN}~{architecture}~~10.0.9300.1"),
        format!("Microsoft-Windows-Foundation-Package~{TOKEN}~{architecture}~~10.0.{}.1", traits.servicing_build),
    ] {
        facts.insert(FactKey::Package(package.to_lowercase()), FactValue::Package(PackageState::INSTALLED));
    }
    if let Some(release) = traits.release {
        facts.insert(FactKey::Release(release.to_lowercase()), FactValue::Release(version));
        let net = format!("microsoft.netfx.{architecture}");
        facts.insert(FactKey::Release(net), FactValue::Release(Version([10, 0, 9300, 1])));
    }
    facts.insert(FactKey::Licence("kernel-productinfo".into()), FactValue::Number(traits.sku));
    facts
}

fn registry(traits: &Traits, facts: &mut BTreeMap<FactKey, FactValue>) {
    let sz = |text: &str| RegistryValue::Sz(text.to_owned());
    let build = traits.build.to_string();
    let product_type = if traits.product_type == 1 { "WinNT" } else { "ServerNT" };
    let version = CURRENT_VERSION;
    let framework = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";
    for (key, name, value) in [
        (version, "CurrentBuild", sz(&build)),
        (version, "CurrentBuildNumber", sz(&build)),
        (version, "CurrentVersion", sz("6.3")),
        (version, "CurrentMajorVersionNumber", RegistryValue::Dword(10)),
        (version, "CurrentMinorVersionNumber", RegistryValue::Dword(0)),
        (version, "UBR", RegistryValue::Dword(traits.revision)),
        (version, "DisplayVersion", sz(traits.display_version)),
        (version, "EditionID", sz(traits.edition)),
        (version, "InstallationType", sz(traits.installation_type)),
        (version, "ProductName", sz(traits.description)),
        (version, "BuildBranch", sz(traits.branch)),
        (framework, "Release", RegistryValue::Dword(533_509)),
        (framework, "Version", sz("4.8.09221")),
        (framework, "Install", RegistryValue::Dword(1)),
        (r"SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", sz(product_type)),
        (r"SYSTEM\CurrentControlSet\Control\Nls\Language", "InstallLanguage", sz("0409")),
        (r"SOFTWARE\Microsoft\Windows Defender", "InstallLocation", sz(r"C:\Program Files\Windows Defender\")),
        (r"SOFTWARE\Microsoft\Windows Defender\Signature Updates", "AVSignatureVersion", sz("1.400.0.0")),
        (r"SOFTWARE\Microsoft\Windows\CurrentVersion", "ProgramFilesDir", sz(r"C:\Program Files")),
    ] {
        facts.insert(FactKey::registry_value(&local_machine(key), name), FactValue::Registry(value));
    }
}
