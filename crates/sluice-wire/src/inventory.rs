//! A device's inventory, whole or as the difference to what the server holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The whole inventory of a device. [`Inventory::normalize`]d on both sides, so that its hash is
/// the same everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Operating system, from `os-release(5)`.
    pub os: OperatingSystem,
    /// dpkg's native architecture.
    pub architecture: String,
    /// Running and newest installed kernel.
    pub kernel: Kernel,
    /// Restart evidence.
    pub restart: Restart,
    /// Package indices the package manager is subscribed to.
    pub indexes: Vec<Index>,
    /// Pinned versions.
    pub pins: Vec<Pin>,
    /// Installed packages.
    pub packages: Vec<Package>,
}

/// `os-release(5)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingSystem {
    /// `ID`.
    pub id: String,
    /// `VERSION_ID`.
    pub version: String,
    /// `VERSION_CODENAME`.
    pub codename: String,
    /// `PRETTY_NAME`.
    pub title: String,
}

/// Kernel releases as `uname -r` spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// The running one.
    pub running: String,
    /// The newest installed one, if any kernel package is installed.
    pub newest_installed: Option<String>,
}

/// Why a restart is needed; all empty when none is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// The flag file exists.
    pub flag_file: bool,
    /// Packages named in the flag file's list.
    pub flag_packages: Vec<String>,
    /// A newer kernel is installed than runs.
    pub kernel: bool,
    /// Processes using replaced libraries.
    pub libraries: Vec<StaleLibrary>,
}

/// A process that maps a deleted library file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StaleLibrary {
    /// Process name.
    pub process: String,
    /// Library path.
    pub path: String,
}

/// A package index as the device's package manager sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Index {
    /// Archive root without trailing slash.
    pub uri: String,
    /// Suite as written in the sources.
    pub suite: String,
    /// Component.
    pub component: String,
    /// Architecture.
    pub architecture: String,
    /// `Origin` of the Release; empty when not fetched yet.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Codename`.
    pub codename: String,
    /// The package manager's priority; absent when not known.
    pub priority: Option<i32>,
}

/// A pinned version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pin {
    /// Package.
    pub package: String,
    /// Version the pin resolves to.
    pub version: String,
    /// Its priority.
    pub priority: i32,
}

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Architecture.
    pub arch: String,
    /// Version.
    pub version: String,
    /// Source package name.
    pub source: String,
    /// Held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Not properly configured.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broken: bool,
}

/// `POST inventory`: everything but the packages as it is, the packages as a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryUpload {
    /// [`Inventory::hash`] of the inventory the difference is to; absent: `packages_set` is all.
    pub base: Option<String>,
    /// [`Inventory::hash`] of the result; checked by the server.
    pub hash: String,
    /// The inventory with an empty package list.
    pub rest: Inventory,
    /// New or changed packages.
    pub packages_set: Vec<Package>,
    /// Packages that are gone: name and architecture.
    pub packages_removed: Vec<(String, String)>,
}

/// Why an upload cannot be applied; in each case the agent sends the whole inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// The server does not hold the inventory the difference is to.
    #[error("the difference is to an inventory the site does not hold; send it whole")]
    UnknownBase,
    /// The result has another hash than announced.
    #[error("the inventory does not have the announced hash; send it whole")]
    WrongHash,
}

impl Inventory {
    /// Sorts all lists and drops exact repetitions.
    pub fn normalize(&mut self) {
        self.packages.sort_unstable();
        self.packages.dedup();
        self.indexes.sort_unstable();
        self.indexes.dedup();
        self.pins.sort_unstable();
        self.pins.dedup();
        self.restart.libraries.sort_unstable();
        self.restart.libraries.dedup();
        self.restart.flag_packages.sort_unstable();
        self.restart.flag_packages.dedup();
    }

    /// SHA-256, hexadecimal, of the normalized inventory's JSON.
    ///
    /// # Panics
    /// Never: the type has only strings, numbers and lists, which always serialize.
    #[must_use]
    pub fn hash(&self) -> String {
        let bytes = serde_json::to_vec(self).expect("strings, numbers and lists always serialize");
        hex::encode(sha256(&bytes))
    }

    /// The upload that turns `base` into this inventory; the whole of it without a base.
    #[must_use]
    pub fn upload(&self, base: Option<&Self>) -> InventoryUpload {
        let key = |p: &Package| (p.name.clone(), p.arch.clone());
        let old: BTreeMap<_, _> = base.iter().flat_map(|b| &b.packages).map(|p| (key(p), p)).collect();
        let new: BTreeMap<_, _> = self.packages.iter().map(|p| (key(p), p)).collect();
        InventoryUpload {
            base: base.map(Self::hash),
            hash: self.hash(),
            rest: Self { packages: Vec::new(), ..self.clone() },
            packages_set: new.iter().filter(|(k, p)| old.get(*k) != Some(*p)).map(|(_, p)| (*p).clone()).collect(),
            packages_removed: old.into_keys().filter(|k| !new.contains_key(k)).collect(),
        }
    }
}

impl InventoryUpload {
    /// The inventory the upload describes, normalized.
    ///
    /// # Errors
    /// When `base` is not the inventory the difference is to, or the result is not as announced.
    pub fn apply(self, base: Option<&Inventory>) -> Result<Inventory, DeltaError> {
        let mut packages = BTreeMap::new();
        if let Some(wanted) = &self.base {
            let base = base.filter(|b| b.hash() == *wanted).ok_or(DeltaError::UnknownBase)?;
            packages.extend(base.packages.iter().map(|p| ((p.name.clone(), p.arch.clone()), p.clone())));
        }
        for key in &self.packages_removed {
            packages.remove(key);
        }
        packages.extend(self.packages_set.into_iter().map(|p| ((p.name.clone(), p.arch.clone()), p)));
        let mut inventory = Inventory { packages: packages.into_values().collect(), ..self.rest };
        inventory.normalize();
        if inventory.hash() == self.hash { Ok(inventory) } else { Err(DeltaError::WrongHash) }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryResponse {
    /// Hash of the inventory the server holds now.
    pub held: Option<String>,
    /// The server could not apply the difference and wants the whole inventory.
    pub send_whole: bool,
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn package() -> impl Strategy<Value = Package> {
        ("[a-c]", "[xy]", "[1-3]", any::<bool>()).prop_map(|(name, arch, version, held)| Package {
            source: name.clone(),
            name,
            arch,
            version,
            held,
            broken: false,
        })
    }

    fn inventory() -> impl Strategy<Value = Inventory> {
        proptest::collection::vec(package(), 0..6).prop_map(|packages| {
            let unique: BTreeMap<_, _> = packages.into_iter().map(|p| ((p.name.clone(), p.arch.clone()), p)).collect();
            let mut inventory = Inventory { packages: unique.into_values().collect(), ..Inventory::default() };
            inventory.normalize();
            inventory
        })
    }

    proptest! {
        #[test]
        fn a_difference_gives_the_whole(old in inventory(), new in inventory()) {
            prop_assert_eq!(new.upload(Some(&old)).apply(Some(&old)), Ok(new.clone()));
            prop_assert_eq!(new.upload(None).apply(Some(&old)), Ok(new.clone()));
            if old != new {
                prop_assert_eq!(new.upload(Some(&old)).apply(Some(&new)), Err(DeltaError::UnknownBase));
            }
        }
    }

    #[test]
    fn a_tampered_difference_is_refused() {
        let new = Inventory { architecture: "amd64".into(), ..Inventory::default() };
        let mut upload = new.upload(None);
        upload.rest.architecture = "i386".into();
        assert_eq!(upload.apply(None), Err(DeltaError::WrongHash));
    }
}
