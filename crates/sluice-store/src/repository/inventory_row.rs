//! The packed form of an inventory.

use serde::{Deserialize, Serialize};
use sluice_model::{
    DeviceIndex, InstalledPackage, Inventory, KernelFacts, OperatingSystem, PackagePin, RestartEvidence, StaleLibrary,
};

#[derive(Serialize, Deserialize)]
pub(super) struct InventoryRow {
    os: [String; 4],
    architecture: String,
    running: String,
    newest_installed: Option<String>,
    flag_file: bool,
    flag_packages: Vec<String>,
    old_kernel: bool,
    /// (process, path)
    libraries: Vec<(String, String)>,
    packages: Vec<PackageRow>,
    indexes: Vec<IndexRow>,
    /// (package, version, priority)
    pins: Vec<(String, String, i32)>,
}

#[derive(Serialize, Deserialize)]
struct PackageRow {
    name: String,
    architecture: String,
    version: String,
    /// Empty: as the package.
    source: String,
    held: bool,
    broken: bool,
}

#[derive(Serialize, Deserialize)]
struct IndexRow {
    uri: String,
    suite: String,
    component: String,
    architecture: String,
    origin: String,
    label: String,
    codename: String,
    priority: Option<i32>,
}

impl From<&Inventory> for InventoryRow {
    fn from(i: &Inventory) -> Self {
        let os = &i.os;
        let package = |p: &InstalledPackage| PackageRow {
            name: p.name.clone(),
            architecture: p.architecture.clone(),
            version: p.version.clone(),
            source: if p.source == p.name { String::new() } else { p.source.clone() },
            held: p.held,
            broken: p.broken,
        };
        let index = |x: &DeviceIndex| IndexRow {
            uri: x.uri.clone(),
            suite: x.suite.clone(),
            component: x.component.clone(),
            architecture: x.architecture.clone(),
            origin: x.origin.clone(),
            label: x.label.clone(),
            codename: x.codename.clone(),
            priority: x.priority,
        };
        Self {
            os: [os.id.clone(), os.version.clone(), os.codename.clone(), os.title.clone()],
            architecture: i.architecture.clone(),
            running: i.kernel.running.clone(),
            newest_installed: i.kernel.newest_installed.clone(),
            flag_file: i.restart.flag_file,
            flag_packages: i.restart.flag_packages.clone(),
            old_kernel: i.restart.kernel,
            libraries: i.restart.libraries.iter().map(|l| (l.process.clone(), l.path.clone())).collect(),
            packages: i.packages.iter().map(package).collect(),
            indexes: i.indexes.iter().map(index).collect(),
            pins: i.pins.iter().map(|p| (p.package.clone(), p.version.clone(), p.priority)).collect(),
        }
    }
}

impl From<InventoryRow> for Inventory {
    fn from(row: InventoryRow) -> Self {
        let [id, version, codename, title] = row.os;
        let package = |p: PackageRow| InstalledPackage {
            source: if p.source.is_empty() { p.name.clone() } else { p.source },
            name: p.name,
            architecture: p.architecture,
            version: p.version,
            held: p.held,
            broken: p.broken,
        };
        let index = |x: IndexRow| DeviceIndex {
            uri: x.uri,
            suite: x.suite,
            component: x.component,
            architecture: x.architecture,
            origin: x.origin,
            label: x.label,
            codename: x.codename,
            priority: x.priority,
        };
        Self {
            os: OperatingSystem { id, version, codename, title },
            architecture: row.architecture,
            kernel: KernelFacts { running: row.running, newest_installed: row.newest_installed },
            restart: RestartEvidence {
                flag_file: row.flag_file,
                flag_packages: row.flag_packages,
                kernel: row.old_kernel,
                libraries: row.libraries.into_iter().map(|(process, path)| StaleLibrary { process, path }).collect(),
            },
            packages: row.packages.into_iter().map(package).collect(),
            indexes: row.indexes.into_iter().map(index).collect(),
            pins: row
                .pins
                .into_iter()
                .map(|(package, version, priority)| PackagePin { package, version, priority })
                .collect(),
        }
    }
}
