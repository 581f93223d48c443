//! One update.

use askama::Template;

use super::list::{EnforcementLine, Link, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Notice, Pager, Stacked, When};
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
    pub states: Vec<StateTab>,
    pub devices: Vec<DeviceLine>,
    pub devices_pager: Pager,
    pub facts: Facts,
    pub packages: Vec<PackageLine>,
    pub offered: Vec<IndexLine>,
    pub supersedes: Vec<UpdateLine>,
    pub superseded_by: Vec<UpdateLine>,
    pub deployments: Vec<DeploymentLine>,
    pub same: Equivalent,
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
    pub source: String,
    pub revision: String,
    pub advisories: Vec<String>,
    /// Only http and https addresses.
    pub info_url: Option<String>,
    pub description: String,
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
