//! Facts for tests: maps that are filled by hand, or from `captures/spec-derived/applicability_facts_sample.json`.

use std::collections::HashMap;

use serde_json::Value;

use super::*;

/// Facts in maps; names in lower case. What is in no map is unavailable.
#[derive(Clone, Debug, Default)]
pub(super) struct DeviceFacts {
    pub os: Option<OsVersion>,
    pub processor: Option<Processor>,
    pub language: Option<String>,
    pub mui: Option<bool>,
    pub keys: HashMap<RegistryKey, Fact<()>>,
    pub values: HashMap<(RegistryKey, String), Fact<RegistryValue>>,
    pub subkeys: HashMap<RegistryKey, Fact<Vec<String>>>,
    pub folders: HashMap<i32, String>,
    pub files: HashMap<String, Fact<FileFacts>>,
    pub metrics: HashMap<i32, i32>,
    pub licences: HashMap<String, u32>,
    pub queries: HashMap<(String, String), bool>,
    pub products: HashMap<String, Fact<MsiProduct>>,
    /// Features and components.
    pub parts: HashMap<(String, String), bool>,
    pub patches: HashMap<(String, String), Fact<MsiPatchState>>,
    pub packages: HashMap<String, Fact<PackageState>>,
    pub releases: HashMap<String, Version>,
    pub attributes: HashMap<String, Fact<String>>,
    pub hardware: Option<Hardware>,
}

fn known<T>(value: Option<T>) -> Fact<T> {
    value.map_or(Fact::Unavailable, Fact::Known)
}

fn copied<T: Copy>(fact: Option<&Fact<T>>) -> Fact<T> {
    fact.copied().unwrap_or(Fact::Unavailable)
}

fn borrowed<T>(fact: Option<&Fact<T>>) -> Fact<&T> {
    match fact {
        Some(Fact::Known(value)) => Fact::Known(value),
        Some(Fact::Absent) => Fact::Absent,
        Some(Fact::Unavailable) | None => Fact::Unavailable,
    }
}

fn lower(key: &RegistryKey) -> RegistryKey {
    assert_ne!(key.root, RootKey::LoopTarget);
    RegistryKey { subkey: key.subkey.to_lowercase(), ..key.clone() }
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_lowercase(), b.to_lowercase())
}

impl Facts for DeviceFacts {
    fn os_version(&self) -> Fact<OsVersion> {
        known(self.os)
    }
    fn language(&self) -> Fact<&str> {
        known(self.language.as_deref())
    }
    fn mui_installed(&self) -> Fact<bool> {
        known(self.mui)
    }
    fn system_metric(&self, index: i32) -> Fact<i32> {
        known(self.metrics.get(&index).copied())
    }
    fn processor(&self) -> Fact<Processor> {
        known(self.processor)
    }
    fn folder(&self, csidl: i32) -> Fact<&str> {
        known(self.folders.get(&csidl).map(String::as_str))
    }
    fn file(&self, path: &str) -> Fact<FileFacts> {
        copied(self.files.get(&path.to_lowercase()))
    }
    fn registry_key(&self, key: &RegistryKey) -> Fact<()> {
        copied(self.keys.get(&lower(key)))
    }
    fn registry_value(&self, key: &RegistryKey, name: &str) -> Fact<&RegistryValue> {
        borrowed(self.values.get(&(lower(key), name.to_lowercase())))
    }
    fn registry_subkeys(&self, key: &RegistryKey) -> Fact<Vec<&str>> {
        match borrowed(self.subkeys.get(&lower(key))) {
            Fact::Known(names) => Fact::Known(names.iter().map(String::as_str).collect()),
            Fact::Absent => Fact::Absent,
            Fact::Unavailable => Fact::Unavailable,
        }
    }
    fn licence_value(&self, name: &str) -> Fact<()> {
        known(self.licences.get(&name.to_lowercase()).map(|_| ()))
    }
    fn licence_dword(&self, name: &str) -> Fact<u32> {
        known(self.licences.get(&name.to_lowercase()).copied())
    }
    fn wmi(&self, namespace: &str, query: &str) -> Fact<bool> {
        known(self.queries.get(&pair(namespace, query)).copied())
    }
    fn installed_once(&self, update: UpdateId) -> Fact<bool> {
        Fact::Known(update.0.is_nil())
    }
    fn msi_product(&self, product: &str) -> Fact<MsiProduct> {
        copied(self.products.get(&product.to_lowercase()))
    }
    fn msi_feature(&self, product: &str, feature: &str) -> Fact<bool> {
        known(self.parts.get(&pair(product, feature)).copied())
    }
    fn msi_component(&self, product: &str, component: &str) -> Fact<bool> {
        known(self.parts.get(&pair(product, component)).copied())
    }
    fn msi_patch(&self, product: &str, patch: &str) -> Fact<MsiPatchState> {
        copied(self.patches.get(&pair(product, patch)))
    }
    fn package(&self, identity: &str) -> Fact<PackageState> {
        copied(self.packages.get(&identity.to_lowercase()))
    }
    fn product_release(&self, name: &str) -> Fact<Version> {
        known(self.releases.get(&name.to_lowercase()).copied())
    }
    fn device_attribute(&self, name: &str) -> Fact<&str> {
        match borrowed(self.attributes.get(&name.to_lowercase())) {
            Fact::Known(value) => Fact::Known(value),
            Fact::Absent => Fact::Absent,
            Fact::Unavailable => Fact::Unavailable,
        }
    }
    fn hardware(&self) -> Fact<&Hardware> {
        known(self.hardware.as_ref())
    }
}

/// A key below `HKEY_LOCAL_MACHINE`, in lower case.
pub(super) fn key(subkey: &str, view32: bool) -> RegistryKey {
    RegistryKey { root: RootKey::LocalMachine, subkey: subkey.to_lowercase(), view32 }
}

/// The facts of the sample.
pub(super) fn from_json(text: &str) -> DeviceFacts {
    let json: Value = serde_json::from_str(text).unwrap();
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let os = &json["os"];
    let short = |name: &str| u16::try_from(number(&os[name])).unwrap();
    let mut facts = DeviceFacts {
        os: Some(OsVersion {
            major: number(&os["major"]),
            minor: number(&os["minor"]),
            build: number(&os["build"]),
            service_pack_major: short("sp_major"),
            service_pack_minor: short("sp_minor"),
            suite_mask: short("suite_mask"),
            product_type: short("product_type"),
        }),
        processor: Some(Processor { architecture: short("architecture"), level: 6, revision: 0 }),
        language: Some(os["language"].as_str().unwrap().to_owned()),
        mui: os["mui_installed"].as_bool(),
        ..DeviceFacts::default()
    };
    for fact in json["facts"].as_array().unwrap() {
        let text = |name: &str| fact[name].as_str().unwrap().to_lowercase();
        let at = |place: &Value| key(place["subkey"].as_str().unwrap(), place["view"] == "wow32");
        match fact["kind"].as_str().unwrap() {
            "reg_key" => {
                facts.keys.insert(at(fact), result(fact, |_| ()));
            }
            "reg_value" => {
                facts.values.insert((at(fact), text("value")), result(fact, registry_value));
            }
            "reg_subkeys" => {
                let names = |names: &Value| {
                    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
                };
                facts.subkeys.insert(at(fact), result(fact, names));
            }
            "file" => {
                let place = &fact["location"];
                let folder = match place["kind"].as_str().unwrap() {
                    "csidl" => {
                        let csidl = i32::try_from(place["csidl"].as_i64().unwrap()).unwrap();
                        facts.folders.insert(csidl, format!("folder{csidl}"));
                        format!("folder{csidl}")
                    }
                    "reg_sz" => {
                        let name = place["value"].as_str().unwrap().to_lowercase();
                        match &facts.values[&(at(place), name)] {
                            Fact::Known(RegistryValue::Sz(folder)) => folder.trim_end_matches('\\').to_lowercase(),
                            other => panic!("{other:?}"),
                        }
                    }
                    _ => String::new(),
                };
                let path = format!("{folder}\\{}", text("path").trim_start_matches('\\'));
                facts.files.insert(path.trim_start_matches('\\').to_owned(), result(fact, file));
            }
            "system_metric" => {
                let value = fact["result"]["value"].as_i64().unwrap();
                facts
                    .metrics
                    .insert(i32::try_from(fact["index"].as_i64().unwrap()).unwrap(), i32::try_from(value).unwrap());
            }
            "license_dword" => {
                facts.licences.insert(text("name"), number(&fact["result"]["value"]));
            }
            "wmi_query" => {
                facts.queries.insert((text("namespace"), text("query")), fact["result"]["value"].as_bool().unwrap());
            }
            "msi_product" => {
                facts.products.insert(
                    text("product"),
                    result(fact, |value| MsiProduct {
                        version: value["version"].as_str().unwrap().parse().unwrap(),
                        language: value["language"].as_i64().map(|language| i32::try_from(language).unwrap()),
                    }),
                );
            }
            kind @ ("msi_feature" | "msi_component") => {
                let part = text(kind.strip_prefix("msi_").unwrap());
                facts.parts.insert((text("product"), part), fact["result"]["value"].as_bool().unwrap());
            }
            "msi_patch" => {
                facts.patches.insert((text("product"), text("patch")), result(fact, |_| MsiPatchState::Applied));
            }
            "cbs_package" => {
                facts.packages.insert(text("identity"), result(fact, |state| PackageState(number(state))));
            }
            other => panic!("{other}"),
        }
    }
    facts
}

fn result<T>(fact: &Value, read: impl Fn(&Value) -> T) -> Fact<T> {
    match fact["result"]["state"].as_str().unwrap() {
        "known" => Fact::Known(read(&fact["result"]["value"])),
        "absent" => Fact::Absent,
        _ => Fact::Unavailable,
    }
}

fn registry_value(value: &Value) -> RegistryValue {
    let data = &value["data"];
    let text = || data.as_str().unwrap().to_owned();
    match value["type"].as_str().unwrap() {
        "REG_SZ" => RegistryValue::Sz(text()),
        "REG_EXPAND_SZ" => RegistryValue::ExpandSz(text()),
        "REG_DWORD" => RegistryValue::Dword(u32::try_from(data.as_u64().unwrap()).unwrap()),
        "REG_QWORD" => RegistryValue::Qword(text().parse().unwrap()),
        "REG_BINARY" => RegistryValue::Binary(hex::decode(text()).unwrap()),
        "REG_MULTI_SZ" => RegistryValue::MultiSz(
            data.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect(),
        ),
        _ => RegistryValue::Other(value["name"].as_str().unwrap().to_owned()),
    }
}

fn file(value: &Value) -> FileFacts {
    let time = |name: &str| value[name].as_str().map(|text| text.parse().unwrap());
    FileFacts {
        version: value["version"].as_str().map(|text| text.parse().unwrap()),
        created: time("created"),
        modified: time("modified"),
        size: value["size"].as_u64(),
        language: None,
    }
}
