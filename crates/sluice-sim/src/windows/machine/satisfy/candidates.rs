//! Changes that may make one condition as wanted, the most natural first. Whether they do is checked afterwards.

use std::cmp::Ordering;

use sluice_model::id::UpdateId;
use sluice_wsus::update::document::DriverMetadata;
use sluice_wsus::update::rules::{
    CbsTest, Comparison, DeviceTest, DriverTest, Fact, Facts as _, FileBase, FileCheck, FileFacts, FileTest,
    GenericQuery, InstalledDriver, LicenceTest, Metadata, PackageState, RegistryKey, RegistryTest, RegistryValue, Rule,
    ValueCheck, Version,
};

use super::super::VirtualMachine;
use super::super::attributes::is_fixed;
use super::super::base::installed_at;
use super::super::fact::{Change, FactKey, FactValue};
use super::{msi, values};

/// Each is a set of changes to make together.
pub(super) type Candidates = Vec<Vec<Change>>;

pub(super) fn of(
    rule: &Rule,
    wanted: bool,
    machine: &VirtualMachine,
    update: UpdateId,
    metadata: &Metadata,
) -> Candidates {
    match rule {
        Rule::File(test) => file(test, wanted, machine),
        Rule::Registry(RegistryTest::KeyExists(key)) => vec![key_exists(key, wanted, machine)],
        Rule::Registry(RegistryTest::Value { key, value, check }) => registry(key, value, check, wanted, machine),
        Rule::Licence(LicenceTest::Exists(name)) => vec![vec![there(FactKey::Licence(name.to_lowercase()), wanted)]],
        Rule::Licence(LicenceTest::Dword { value, comparison, data }) => {
            let key = FactKey::Licence(value.to_lowercase());
            let numbers = values::numbers(*comparison, *data, wanted).into_iter();
            or_gone(numbers.map(|number| key.clone().is(FactValue::Number(number))).collect(), key.clone(), wanted)
        }
        Rule::Wmi(query) => {
            let key = FactKey::Wmi(query.namespace.to_lowercase(), query.query.to_lowercase());
            vec![vec![there(key, wanted)]]
        }
        Rule::InstalledOnce => vec![vec![there(FactKey::InstalledOnce(update), wanted)]],
        Rule::Generic(query) => generic(query),
        Rule::Msi(test) => msi::of(test, wanted, machine, metadata),
        Rule::Cbs(test) => cbs(test, wanted, metadata),
        Rule::Driver(test) => driver(*test, wanted, machine, metadata),
        Rule::Device(test) => device(test, wanted),
        // The machine itself, rules that are not understood, and what has conditions inside.
        _ => Vec::new(),
    }
}

/// It is there, or gone.
pub(super) fn there(key: FactKey, wanted: bool) -> Change {
    if wanted { key.is(FactValue::There) } else { key.gone() }
}

/// One change each; what is missing satisfies no comparison, so that is one more way not to.
fn or_gone(changes: Vec<Change>, key: FactKey, wanted: bool) -> Candidates {
    let gone = (!wanted).then(|| key.gone());
    gone.into_iter().chain(changes).map(|change| vec![change]).collect()
}

fn key_exists(key: &RegistryKey, wanted: bool, machine: &VirtualMachine) -> Vec<Change> {
    if wanted {
        return vec![FactKey::registry_key(key).is(FactValue::There)];
    }
    machine.facts.below(key).cloned().map(FactKey::gone).collect()
}

fn registry(key: &RegistryKey, name: &str, check: &ValueCheck, wanted: bool, machine: &VirtualMachine) -> Candidates {
    let now = match machine.registry_value(key, name) {
        Fact::Known(RegistryValue::Sz(text) | RegistryValue::ExpandSz(text)) => Some(text.as_str()),
        _ => None,
    };
    let sz = |texts: Vec<String>| texts.into_iter().map(RegistryValue::Sz).collect();
    let equal = sluice_wsus::update::rules::StringComparison::EqualTo;
    let contains = sluice_wsus::update::rules::StringComparison::Contains;
    let data: Vec<RegistryValue> = match check {
        ValueCheck::Exists(of_type) => {
            if wanted {
                vec![of_kind(of_type.as_deref().unwrap_or("REG_SZ"))]
            } else {
                Vec::new()
            }
        }
        ValueCheck::Dword(comparison, data) => {
            values::numbers(*comparison, *data, wanted).into_iter().map(RegistryValue::Dword).collect()
        }
        ValueCheck::Sz(comparison, data) => sz(values::texts(*comparison, data, now, wanted)),
        ValueCheck::ExpandSz(comparison, data) => {
            values::texts(*comparison, data, now, wanted).into_iter().map(RegistryValue::ExpandSz).collect()
        }
        ValueCheck::Version(comparison, data) => {
            values::versions(*comparison, *data, wanted).into_iter().map(|v| RegistryValue::Sz(v.to_string())).collect()
        }
        ValueCheck::LegacyEqual(data) => sz(values::texts(equal, data, now, wanted)),
        ValueCheck::LegacyContains(data) => sz(values::texts(contains, data, now, wanted)),
    };
    let fact = FactKey::registry_value(key, name);
    let changes = data.into_iter().map(|value| fact.clone().is(FactValue::Registry(value))).collect();
    or_gone(changes, fact.clone(), wanted)
}

fn of_kind(kind: &str) -> RegistryValue {
    match kind.to_uppercase().as_str() {
        "REG_SZ" => RegistryValue::Sz(String::new()),
        "REG_EXPAND_SZ" => RegistryValue::ExpandSz(String::new()),
        "REG_MULTI_SZ" => RegistryValue::MultiSz(Vec::new()),
        "REG_DWORD" => RegistryValue::Dword(1),
        "REG_QWORD" => RegistryValue::Qword(1),
        "REG_BINARY" => RegistryValue::Binary(vec![1]),
        _ => RegistryValue::Other(kind.to_owned()),
    }
}

fn file(test: &FileTest, wanted: bool, machine: &VirtualMachine) -> Candidates {
    /// Where programs that do not say where they are would be.
    const FOLDER: &str = r"C:\Program Files\Simulated";
    let mut first = Vec::new();
    let folder = match &test.base {
        FileBase::Nothing => String::new(),
        FileBase::Folder(csidl) => match machine.folder(*csidl) {
            Fact::Known(folder) => folder.to_owned(),
            _ => return Vec::new(),
        },
        FileBase::Registry { key, value } => match machine.registry_value(key, value) {
            Fact::Known(RegistryValue::Sz(folder)) => folder.clone(),
            _ if !wanted => return Vec::new(),
            _ => {
                let value = RegistryValue::Sz(FOLDER.to_owned());
                first.push(FactKey::registry_value(key, base_name(&test.base)).is(FactValue::Registry(value)));
                FOLDER.to_owned()
            }
        },
    };
    let path = FactKey::file(&format!("{folder}\\{}", test.path));
    let now = match machine.facts.get(&path) {
        Some(FactValue::File(file)) => *file,
        _ => FileFacts {
            version: Some(Version([1, 0, 0, 0])),
            created: Some(installed_at()),
            modified: Some(installed_at()),
            size: Some(4096),
            language: Some(1033),
        },
    };
    let changes = files(&test.check, now, wanted).into_iter().map(|file| path.clone().is(FactValue::File(file)));
    or_gone(changes.collect(), path.clone(), wanted)
        .into_iter()
        .map(|change| first.iter().cloned().chain(change).collect())
        .collect()
}

fn base_name(base: &FileBase) -> &str {
    match base {
        FileBase::Registry { value, .. } => value,
        FileBase::Nothing | FileBase::Folder(_) => "",
    }
}

/// Files that are as wanted, made of the one that is there.
fn files(check: &FileCheck, now: FileFacts, wanted: bool) -> Vec<FileFacts> {
    match check {
        FileCheck::Exists { version, created, modified, size, language } => {
            if !wanted {
                // Without what it is asked for, if it must be there after all.
                return vec![FileFacts { version: None, size: size.map(|size| size ^ 1).or(now.size), ..now }];
            }
            vec![FileFacts {
                version: version.or(now.version),
                created: created.or(now.created),
                modified: modified.or(now.modified),
                size: size.or(now.size),
                language: language.or(now.language),
            }]
        }
        FileCheck::Version(comparison, data) => values::versions(*comparison, *data, wanted)
            .into_iter()
            .map(|version| FileFacts { version: Some(version), ..now })
            .collect(),
        FileCheck::Created(comparison, data) => values::times(*comparison, *data, wanted)
            .into_iter()
            .map(|time| FileFacts { created: Some(time), ..now })
            .collect(),
        FileCheck::Modified(comparison, data) => values::times(*comparison, *data, wanted)
            .into_iter()
            .map(|time| FileFacts { modified: Some(time), ..now })
            .collect(),
        FileCheck::Size(comparison, data) => values::sizes(*comparison, *data, wanted)
            .into_iter()
            .map(|size| FileFacts { size: Some(size), ..now })
            .collect(),
    }
}

fn generic(query: &GenericQuery) -> Candidates {
    let key =
        FactKey::Generic(query.namespace.to_lowercase(), query.kind.to_lowercase(), query.parameter.to_lowercase());
    let value = query.comparison.as_ref().map_or("1", |(_, value)| value.as_str());
    let number = value.trim().parse::<i64>().ok();
    let near = number.into_iter().flat_map(|n| [n.saturating_add(1), n.saturating_sub(1)]).map(|n| n.to_string());
    let texts = [value.to_owned()].into_iter().chain(near).chain([String::new(), format!("{value}~")]);
    let known = texts.map(|text| vec![key.clone().is(FactValue::Text(text))]);
    // There is such an extension, and it has no answer.
    known.chain([vec![key.clone().is(FactValue::There)]]).collect()
}

fn cbs(test: &CbsTest, wanted: bool, metadata: &Metadata) -> Candidates {
    let own = || metadata.package.as_ref().map(|package| package.to_string().to_lowercase());
    let (identity, installed) = match test {
        CbsTest::InstalledByIdentity(identity) => (Some(identity.to_lowercase()), wanted),
        CbsTest::Installed => (own(), wanted),
        CbsTest::Installable => (own(), !wanted),
    };
    let Some(identity) = identity else { return Vec::new() };
    let key = FactKey::Package(identity);
    vec![vec![if installed { key.is(FactValue::Package(PackageState::INSTALLED)) } else { key.gone() }]]
}

/// The driver of the metadata is put on the devices it is for, the first first.
fn driver(test: DriverTest, wanted: bool, machine: &VirtualMachine, metadata: &Metadata) -> Candidates {
    if (test, wanted) != (DriverTest::Installed, true) {
        return Vec::new();
    }
    let hardware = &machine.hardware.hardware;
    let score = |driver: &DriverMetadata<'_>| {
        let key = &hardware.feature_score_key;
        driver.feature_scores.iter().find(|score| score.operating_system.eq_ignore_ascii_case(key)).map(|s| s.score)
    };
    let mut candidates = Vec::new();
    let mut all = Vec::new();
    for (at, device) in hardware.devices.iter().enumerate() {
        let ids = || device.hardware_ids.iter().chain(&device.compatible_ids);
        let place = |driver: &&DriverMetadata<'_>| ids().position(|id| id.eq_ignore_ascii_case(&driver.hardware_id));
        let best = metadata.drivers.iter().filter(|driver| place(driver).is_some()).min_by(|a, b| {
            // As the order of the rule: place, score, then the newest.
            let rank = |driver: &&DriverMetadata<'_>| (place(driver), score(driver).unwrap_or(u8::MAX));
            let newest = |driver: &&DriverMetadata<'_>| (driver.date, driver.version);
            match rank(a).cmp(&rank(b)) {
                Ordering::Equal => newest(b).cmp(&newest(a)),
                order => order,
            }
        });
        let Some(best) = best else { continue };
        let driver = InstalledDriver {
            matching_id: best.hardware_id.clone().into_owned(),
            provider: best.provider.clone().into_owned(),
            date: best.date,
            version: best.version,
            feature_score: score(best),
        };
        let change = FactKey::Driver(at).is(FactValue::Driver(Box::new(driver)));
        candidates.push(vec![change.clone()]);
        all.push(change);
    }
    candidates.insert(0, all);
    candidates
}

fn device(test: &DeviceTest, wanted: bool) -> Candidates {
    match test {
        DeviceTest::Release { name, comparison, version } => {
            let key = FactKey::Release(name.to_lowercase());
            let versions = values::versions(*comparison, *version, wanted).into_iter();
            or_gone(versions.map(|v| key.clone().is(FactValue::Release(v))).collect(), key.clone(), wanted)
        }
        DeviceTest::VersionAttribute { name, comparison, value } => {
            let texts = values::versions(*comparison, *value, wanted).into_iter().map(|v| v.to_string()).collect();
            attribute(name, texts, wanted)
        }
        DeviceTest::Attribute { name, comparison, value } => {
            attribute(name, attribute_texts(*comparison, value, wanted), wanted)
        }
    }
}

fn attribute(name: &str, texts: Vec<String>, wanted: bool) -> Candidates {
    let name = name.to_lowercase();
    if is_fixed(&name) {
        return Vec::new();
    }
    let key = FactKey::Attribute(name);
    or_gone(texts.into_iter().map(|text| key.clone().is(FactValue::Text(text))).collect(), key.clone(), wanted)
}

fn attribute_texts(comparison: Comparison, value: &str, wanted: bool) -> Vec<String> {
    match value.trim().parse::<i64>() {
        Ok(number) => [number, number.saturating_add(1), number.saturating_sub(1)]
            .into_iter()
            .filter(|near| comparison.holds(near.cmp(&number)) == wanted)
            .map(|near| near.to_string())
            .collect(),
        Err(_) => {
            let lower = value.to_lowercase();
            let near = [lower.clone(), format!("{lower}~"), String::new()];
            near.into_iter().filter(|near| comparison.holds(near.as_str().cmp(lower.as_str())) == wanted).collect()
        }
    }
}
