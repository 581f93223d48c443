//! What the site says of a device, and what the device's own package manager says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sluice_e2e::eventually;

use crate::device::Device;

/// A package with a newer version to be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upgradable {
    pub name: String,
    pub architecture: String,
    pub installed: String,
    pub candidate: String,
}

/// An update a device needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    pub update: String,
    /// What it brings to the device.
    pub packages: BTreeSet<Upgradable>,
    /// Packages of it that are held.
    pub held: BTreeSet<String>,
}

/// Version and state by package and architecture.
pub type Packages = BTreeMap<String, String>;

impl Device {
    /// Everything the site knows of the device.
    pub async fn details(&self) -> Value {
        self.api.get(&format!("/devices/{}", self.id)).await
    }

    /// The updates the site says the device needs.
    pub async fn required(&self) -> Vec<Required> {
        let listing = self.api.get(&format!("/devices/{}/packages", self.id)).await;
        let mut all: Vec<Required> = Vec::new();
        for item in listing["items"].as_array().expect("a list") {
            let word = |name: &str| item[name].as_str().expect("a text").to_owned();
            let (update, name) = (word("update"), word("name"));
            let package = Upgradable {
                name: name.clone(),
                architecture: word("architecture"),
                installed: word("installed"),
                candidate: word("candidate"),
            };
            let at = all.iter().position(|r| r.update == update).unwrap_or_else(|| {
                all.push(Required { update, packages: BTreeSet::new(), held: BTreeSet::new() });
                all.len() - 1
            });
            all[at].packages.insert(package);
            if item["held"] == true {
                all[at].held.insert(name);
            }
        }
        all
    }

    /// The update the device needs for `package`.
    pub async fn required_for(&self, package: &str) -> Required {
        let all = self.required().await;
        let found = all.iter().find(|r| r.packages.iter().any(|p| p.name == package));
        found.unwrap_or_else(|| panic!("{} needs no update of {package}: {all:#?}", self.name)).clone()
    }

    /// What `apt list --upgradable` says on the device.
    pub async fn upgradable(&self) -> BTreeSet<Upgradable> {
        let said = self.run(&["apt", "-qq", "list", "--upgradable"]).await;
        let parse = |line: &str| {
            // name/suite,suite candidate architecture [upgradable from: installed]
            let (name, rest) = line.split_once('/')?;
            let mut words = rest.split_whitespace().skip(1).map(str::to_owned);
            let (candidate, architecture) = (words.next()?, words.next()?);
            let installed = line.split_once("[upgradable from: ")?.1.trim_end_matches(']').to_owned();
            Some(Upgradable { name: name.to_owned(), architecture, installed, candidate })
        };
        let lines = said.lines().filter(|line| !line.is_empty());
        lines.map(|line| parse(line).unwrap_or_else(|| panic!("apt said {line:?}"))).collect()
    }

    /// Waits until the site says exactly what the device's apt says.
    pub async fn is_assessed_as_apt_does(&self) -> BTreeSet<Upgradable> {
        let apt = self.upgradable().await;
        eventually("the site requires what apt would upgrade", async || {
            let site: BTreeSet<_> = self.required().await.into_iter().flat_map(|r| r.packages).collect();
            if site == apt { Ok(()) } else { Err(format!("apt: {apt:#?}\nsite: {site:#?}")) }
        })
        .await;
        apt
    }

    /// All packages with their versions and dpkg's states.
    pub async fn packages(&self) -> Packages {
        let format = "${binary:Package}/${Architecture}\t${Version} ${db:Status-Status}\n";
        let said = self.run(&["dpkg-query", "--show", "--showformat", format]).await;
        said.lines().filter_map(|l| l.split_once('\t')).map(|(p, v)| (p.to_owned(), v.to_owned())).collect()
    }

    /// Figures of the device's compliance: devices that comply, and installations needed.
    pub async fn compliance(&self) -> (u64, u64) {
        let figures = self.api.get(&format!("/compliance?collection={}", self.collection)).await;
        let needed = figures["required_by_classification"].as_array().expect("a list").iter();
        let needed = needed.map(|line| line["installations"].as_u64().expect("a number")).sum();
        (figures["compliant"].as_u64().expect("a number"), needed)
    }
}

/// What `after` has that `before` had not: versions and states by package name.
pub fn changes(before: &Packages, after: &Packages) -> BTreeMap<String, String> {
    let name = |key: &str| key.split(['/', ':']).next().unwrap_or_default().to_owned();
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (name(key), "gone".to_owned()));
    let new = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
    new.map(|(key, value)| (name(key), value.clone())).chain(gone).collect()
}

/// What installing all of `updates` changes.
pub fn brought_by<'a>(updates: impl IntoIterator<Item = &'a Required>) -> BTreeMap<String, String> {
    let packages = updates.into_iter().flat_map(|update| &update.packages);
    packages.map(|p| (p.name.clone(), format!("{} installed", p.candidate))).collect()
}
