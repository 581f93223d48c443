//! What rules ask of a virtual machine. It knows everything about itself: what is not there is absent, except what
//! vendors' extensions would tell.

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{
    Fact, Facts, FileFacts, Hardware, MsiPatchState, MsiProduct, OsVersion, PackageState, Processor, RegistryKey,
    RegistryValue, Version,
};

use super::VirtualMachine;
use super::fact::{FactKey, FactValue, canonical};

impl VirtualMachine {
    fn there(&self, key: &FactKey) -> Fact<()> {
        if self.facts.get(key).is_some() { Fact::Known(()) } else { Fact::Absent }
    }
}

/// The value, if it is of the kind that goes with its key.
macro_rules! known {
    ($value:expr, $kind:ident) => {
        match $value {
            Some(FactValue::$kind(value)) => Fact::Known(value),
            _ => Fact::Absent,
        }
    };
}

/// A copied fact of a borrowed one.
fn copied<T: Copy>(fact: Fact<&T>) -> Fact<T> {
    match fact {
        Fact::Known(value) => Fact::Known(*value),
        Fact::Absent => Fact::Absent,
        Fact::Unavailable => Fact::Unavailable,
    }
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_lowercase(), b.to_lowercase())
}

impl Facts for VirtualMachine {
    fn os_version(&self) -> Fact<OsVersion> {
        let traits = self.profile.traits();
        Fact::Known(OsVersion {
            major: 10,
            minor: 0,
            build: traits.build,
            service_pack_major: 0,
            service_pack_minor: 0,
            suite_mask: traits.suite_mask,
            product_type: traits.product_type,
        })
    }

    fn platform(&self) -> Fact<u32> {
        Fact::Known(2)
    }

    fn language(&self) -> Fact<&str> {
        Fact::Known("en-US")
    }

    fn mui_installed(&self) -> Fact<bool> {
        Fact::Known(false)
    }

    fn mui_language_installed(&self, language: &str) -> Fact<bool> {
        Fact::Known(language.eq_ignore_ascii_case("en") || language.eq_ignore_ascii_case("en-us"))
    }

    /// `GetSystemMetrics` answers 0 for what is not so: no tablet, no media center, no remote session.
    fn system_metric(&self, _index: i32) -> Fact<i32> {
        Fact::Known(0)
    }

    fn processor(&self) -> Fact<Processor> {
        Fact::Known(Processor { architecture: self.profile.traits().architecture, level: 6, revision: 0xB701 })
    }

    fn processor_count(&self) -> Fact<u32> {
        Fact::Known(self.model().cores)
    }

    fn clustered(&self) -> Fact<bool> {
        Fact::Known(false)
    }

    fn owns_cluster_resource(&self, _name: &str) -> Fact<bool> {
        Fact::Known(false)
    }

    fn folder(&self, csidl: i32) -> Fact<&str> {
        let folder = match csidl {
            35 => r"C:\ProgramData",
            36 => r"C:\Windows",
            37 => r"C:\Windows\System32",
            38 => r"C:\Program Files",
            41 => r"C:\Windows\SysWOW64",
            42 => r"C:\Program Files (x86)",
            43 => r"C:\Program Files\Common Files",
            44 => r"C:\Program Files (x86)\Common Files",
            _ => return Fact::Absent,
        };
        Fact::Known(folder)
    }

    fn file(&self, path: &str) -> Fact<FileFacts> {
        copied(known!(self.facts.get(&FactKey::file(path)), File))
    }

    fn registry_key(&self, key: &RegistryKey) -> Fact<()> {
        if self.facts.below(key).next().is_some() { Fact::Known(()) } else { Fact::Absent }
    }

    fn registry_value(&self, key: &RegistryKey, name: &str) -> Fact<&RegistryValue> {
        known!(self.facts.get(&FactKey::registry_value(key, name)), Registry)
    }

    fn registry_subkeys(&self, key: &RegistryKey) -> Fact<Vec<&str>> {
        let path = canonical(&key.subkey);
        let mut exists = false;
        let mut names: Vec<&str> = Vec::new();
        for fact in self.facts.below(key) {
            exists = true;
            let FactKey::Registry { subkey, .. } = fact else { continue };
            let rest = subkey.get(path.len()..).unwrap_or_default().trim_start_matches('\\');
            let name = rest.split('\\').next().unwrap_or_default();
            if !name.is_empty() {
                names.push(name);
            }
        }
        names.sort_unstable();
        names.dedup();
        if exists { Fact::Known(names) } else { Fact::Absent }
    }

    fn licence_value(&self, name: &str) -> Fact<()> {
        self.there(&FactKey::Licence(name.to_lowercase()))
    }

    fn licence_dword(&self, name: &str) -> Fact<u32> {
        copied(known!(self.facts.get(&FactKey::Licence(name.to_lowercase())), Number))
    }

    /// A query that nothing was said about has no result.
    fn wmi(&self, namespace: &str, query: &str) -> Fact<bool> {
        let (namespace, query) = pair(namespace, query);
        Fact::Known(self.facts.get(&FactKey::Wmi(namespace, query)).is_some())
    }

    fn installed_once(&self, update: UpdateId) -> Fact<bool> {
        Fact::Known(self.facts.get(&FactKey::InstalledOnce(update)).is_some())
    }

    fn generic(&self, namespace: &str, kind: &str, parameter: &str) -> Fact<String> {
        let (namespace, kind) = pair(namespace, kind);
        match self.facts.get(&FactKey::Generic(namespace, kind, parameter.to_lowercase())) {
            Some(FactValue::Text(text)) => Fact::Known(text.clone()),
            Some(_) => Fact::Absent,
            None => Fact::Unavailable,
        }
    }

    fn msi_product(&self, product: &str) -> Fact<MsiProduct> {
        copied(known!(self.facts.get(&FactKey::Product(product.to_lowercase())), Product))
    }

    fn msi_feature(&self, product: &str, feature: &str) -> Fact<bool> {
        let (product, feature) = pair(product, feature);
        Fact::Known(self.facts.get(&FactKey::Feature(product, feature)).is_some())
    }

    fn msi_component(&self, product: &str, component: &str) -> Fact<bool> {
        let (product, component) = pair(product, component);
        Fact::Known(self.facts.get(&FactKey::Component(product, component)).is_some())
    }

    fn msi_patch(&self, product: &str, patch: &str) -> Fact<MsiPatchState> {
        let (product, patch) = pair(product, patch);
        copied(known!(self.facts.get(&FactKey::Patch(product, patch)), Patch))
    }

    fn package(&self, identity: &str) -> Fact<PackageState> {
        copied(known!(self.facts.get(&FactKey::Package(identity.to_lowercase())), Package))
    }

    fn product_release(&self, name: &str) -> Fact<Version> {
        copied(known!(self.facts.get(&FactKey::Release(name.to_lowercase())), Release))
    }

    fn device_attribute(&self, name: &str) -> Fact<&str> {
        known!(self.facts.get(&FactKey::attribute(name)), Text).map_text()
    }

    fn hardware(&self) -> Fact<&Hardware> {
        Fact::Known(&self.hardware.hardware)
    }
}

/// Borrowed text of a borrowed string.
trait MapText<'f> {
    fn map_text(self) -> Fact<&'f str>;
}

impl<'f> MapText<'f> for Fact<&'f String> {
    fn map_text(self) -> Fact<&'f str> {
        match self {
            Fact::Known(text) => Fact::Known(text.as_str()),
            Fact::Absent => Fact::Absent,
            Fact::Unavailable => Fact::Unavailable,
        }
    }
}
