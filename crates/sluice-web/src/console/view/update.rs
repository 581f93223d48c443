//! One update.

use askama::Template;

use super::list::{EnforcementLine, Link, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Input, Notice, Pager, Stacked, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/update.html")]
pub struct Update {
    pub shell: Shell,
    pub t: &'static text::Updates,
    pub id: String,
    pub title: String,
    pub classification: Chip,
    pub marks: Vec<Chip>,
    pub product: String,
    pub notice: Option<Notice>,
    pub deployable: bool,
    /// Devices by state, in the order required, installed, not required, unknown.
    pub bar: Stacked,
    /// On how many devices it failed.
    pub failed: Option<String>,
    pub states: Vec<StateTab>,
    pub devices: Vec<DeviceLine>,
    pub devices_pager: Pager,
    pub facts: Facts,
    pub packages: Vec<PackageLine>,
    pub offered: Vec<IndexLine>,
    /// Of a Windows update; in place of packages and indices.
    pub windows: Option<Windows>,
    pub supersedes: Vec<UpdateLine>,
    pub superseded_by: Vec<UpdateLine>,
    pub deployments: Vec<DeploymentLine>,
    pub licences: Vec<LicenceLine>,
    /// Some of them are not accepted.
    pub licences_wait: bool,
    /// Why it is declined, and since when and by whom; `None`: it can be.
    pub declined: Option<DeclinedFacts>,
    pub reason: Input,
    pub same: Equivalent,
}

/// Licence terms.
pub struct LicenceLine {
    pub id: String,
    /// By whom and when they were accepted; `None`: they are not.
    pub accepted: Option<(String, When)>,
}

/// Why an update is declined.
pub struct DeclinedFacts {
    pub reason: String,
    pub by: String,
    pub at: When,
}

/// A state with its number of devices; leads to them.
pub struct StateTab {
    pub href: String,
    pub label: String,
    pub number: String,
    pub current: bool,
}

/// A device and why it is in its state.
pub struct DeviceLine {
    pub device: Link,
    pub why: Vec<String>,
    pub enforcement: Option<EnforcementLine>,
}

/// What is known about the update.
pub struct Facts {
    pub released: Option<When>,
    pub products: Vec<String>,
    pub source: Option<String>,
    pub revision: String,
    pub advisories: Vec<String>,
    /// Only http and https addresses.
    pub info_url: Option<String>,
    pub description: String,
}

/// What a Windows update consists of.
pub struct Windows {
    pub articles: Vec<String>,
    pub severity: Option<String>,
    pub driver: bool,
    /// How many updates it bundles; `None`: it is no bundle.
    pub members: Option<String>,
    pub download: Option<String>,
    pub uninstallable: bool,
    pub files: Vec<FileLine>,
    pub more: Option<String>,
}

/// A file of a Windows update.
pub struct FileLine {
    pub name: String,
    pub size: String,
    pub sha1: String,
    pub sha256: Option<String>,
}

/// A binary package.
pub struct PackageLine {
    pub name: String,
    pub version: String,
    pub architecture: String,
    pub size: String,
    pub digest: String,
    pub phased: Option<String>,
}

/// An index that offers it.
pub struct IndexLine {
    pub uri: String,
    pub suite: String,
    pub component: String,
    pub architecture: String,
}

/// A deployment it is in.
pub struct DeploymentLine {
    pub deployment: Link,
    pub phase: Chip,
    pub collection: String,
}
