//! The attributes that agents send with every round (`DeviceAttributes`, recorded) and that rules compare.

use sluice_wsus::update::rules::{Facts, Version};

use super::fact::{Change, FactKey, FactValue};
use super::profile::Traits;
use super::{Identity, VirtualMachine};

/// Names in the order in which they are sent. Those of `identity` differ from machine to machine.
const NAMES: [&str; 41] = [
    "ActivationChannel",
    "App",
    "AppVer",
    "AttrDataVer",
    "BranchReadinessLevel",
    "ClientHash2",
    "CurrentBranch",
    "DefaultUserRegion",
    "DeviceFamily",
    "DL_OSVersion",
    "FirmwareVersion",
    "FlightingBranchName",
    "FlightRing",
    "HotpatchError",
    "InstallationType",
    "InstallDate",
    "InstallLanguage",
    "IsCloudDomainJoined",
    "IsDeviceRetailDemo",
    "IsFlightingEnabled",
    "IsMDMEnrolled",
    "IsVirtualDevice",
    "LCUVer",
    "OEMModel",
    "OEMName_Uncleaned",
    "OSArchitecture",
    "OSSkuId",
    "OSUILocale",
    "OSVersion",
    "PrimaryDiskTotalCapacity",
    "ProcessorCores",
    "ProcessorIdentifier",
    "ProcessorManufacturer",
    "ProcessorModel",
    "ProductType",
    "SecureBootCapable",
    "TelemetryLevel",
    "TotalPhysicalRAM",
    "TPMVersion",
    "UpdateManagementGroup",
    "WuClientVer",
];

/// What installing an update never changes.
const FIXED: [&str; 14] = [
    "app",
    "appver",
    "clienthash2",
    "devicefamily",
    "installationtype",
    "installlanguage",
    "isremotedesktopsessionhost",
    "isvirtualdevice",
    "oemmodel",
    "osarchitecture",
    "osskuid",
    "osuilocale",
    "producttype",
    "sku",
];

/// Whether installing an update can change an attribute, by its name in lower case.
pub(super) fn is_fixed(name: &str) -> bool {
    FIXED.contains(&name)
}

/// The attributes of a machine as it is set up.
pub(super) fn of(traits: &Traits, identity: &Identity) -> Vec<Change> {
    let model = identity.model();
    let is = |yes: bool| String::from(if yes { "1" } else { "0" });
    let agent = traits.agent.map(|part| part.to_string()).join(".");
    let version = format!("10.0.{}.{}", traits.build, identity.revision);
    let workstation = traits.product_type == 1;
    let value = |name: &str| match name {
        "ActivationChannel" => {
            if workstation {
                "OEM:DM".to_owned()
            } else {
                "Volume:GVLK".to_owned()
            }
        }
        "App" => "WU_OS".to_owned(),
        "AppVer" | "WuClientVer" => agent.clone(),
        "AttrDataVer" => "344".to_owned(),
        "BranchReadinessLevel" => "CB".to_owned(),
        "ClientHash2" => identity.sampling.to_string(),
        "CurrentBranch" => traits.branch.to_owned(),
        "DefaultUserRegion" => "244".to_owned(),
        "DeviceFamily" => {
            if workstation {
                "Windows.Desktop".to_owned()
            } else {
                "Windows.Server".to_owned()
            }
        }
        "DL_OSVersion" | "OSVersion" => version.clone(),
        "FirmwareVersion" => model.firmware.to_owned(),
        "FlightRing" => "Retail".to_owned(),
        "InstallationType" => traits.installation_type.to_owned(),
        "InstallDate" => identity.installed.to_string(),
        "InstallLanguage" | "OSUILocale" => "en-US".to_owned(),
        "IsVirtualDevice" => is(model.is_virtual),
        "LCUVer" => format!("10.0.{}.{}", traits.servicing_build, identity.revision),
        "OEMModel" => model.name.to_owned(),
        "OEMName_Uncleaned" => model.brand.to_owned(),
        "OSArchitecture" => traits.architecture_name().to_owned(),
        "OSSkuId" => traits.sku.to_string(),
        "PrimaryDiskTotalCapacity" => (model.disk * 1024).to_string(),
        "ProcessorCores" => model.cores.to_string(),
        "ProcessorIdentifier" => "Intel64 Family 6 Model 183 Stepping 1".to_owned(),
        "ProcessorManufacturer" => "GenuineIntel".to_owned(),
        "ProcessorModel" => model.processor.to_owned(),
        "ProductType" => {
            if workstation {
                "WinNT".to_owned()
            } else {
                "ServerNT".to_owned()
            }
        }
        "SecureBootCapable" | "TelemetryLevel" => "1".to_owned(),
        "TotalPhysicalRAM" => model.memory.to_string(),
        "TPMVersion" | "UpdateManagementGroup" => "2".to_owned(),
        "FlightingBranchName" => String::new(),
        _ => is(false),
    };
    let attributes = NAMES.iter().map(|name| FactKey::attribute(name).is(FactValue::Text(value(name))));
    // Rules ask for the edition by either name; only one is sent (protocols.md §8.3).
    let sku = FactKey::attribute("sku").is(FactValue::Text(traits.sku.to_string()));
    attributes.chain([sku]).collect()
}

/// What else is different when the machine's Windows is at another release: its version as it tells it.
pub(super) fn of_release(traits: &Traits, name: &str, version: Version) -> Vec<Change> {
    if traits.release.is_none_or(|release| !release.eq_ignore_ascii_case(name)) {
        return Vec::new();
    }
    let Version([major, minor, build, revision]) = version;
    // Releases name the servicing build, of which a machine may be an enabled later one.
    let own = if build == traits.servicing_build { traits.build } else { build };
    let text = |text: String| FactValue::Text(text);
    vec![
        FactKey::attribute("LCUVer").is(text(version.to_string())),
        FactKey::attribute("OSVersion").is(text(format!("{major}.{minor}.{own}.{revision}"))),
        FactKey::attribute("DL_OSVersion").is(text(format!("{major}.{minor}.{own}.{revision}"))),
    ]
}

impl VirtualMachine {
    /// `name=value;` for each attribute, as agents send them; `server` is where it looks for updates.
    pub(in super::super) fn device_attributes(&self, server: &str) -> String {
        use sluice_wsus::update::rules::Fact;
        let mut text = String::with_capacity(1536);
        for name in NAMES {
            if name == "WuClientVer" {
                text.push_str("UpdateServiceUrl=");
                text.push_str(server);
                text.push(';');
            }
            if let Fact::Known(value) = self.device_attribute(name) {
                text.push_str(name);
                text.push('=');
                text.push_str(value);
                text.push(';');
            }
        }
        text
    }
}
