//! One device.

use askama::Template;

use super::list::{EnforcementLine, Link};
use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Icon, Notice, Pager, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/device.html")]
pub struct Device {
    pub shell: Shell,
    pub t: &'static text::Devices,
    pub id: String,
    pub name: String,
    pub system: String,
    pub condition: Vec<Chip>,
    pub notices: Vec<Notice>,
    /// Whether it has reported an inventory or a status.
    pub reported: bool,
    pub required_count: String,
    pub security_count: String,
    pub installed_count: String,
    pub contact: Option<When>,
    pub required: Vec<RequiredLine>,
    pub required_pager: Pager,
    pub packages: Vec<PackageLine>,
    pub restart: Restart,
    pub indexes: Vec<IndexLine>,
    pub enforcement: Vec<EnforcementLine>,
    pub history: Vec<EventLine>,
    pub older: Option<String>,
    pub facts: Facts,
    /// Of a Windows device; in place of what only Linux devices have.
    pub windows: Option<Windows>,
    pub same: Equivalent,
}

/// What is known about a Windows device.
pub struct Windows {
    pub client_id: String,
    pub dns_name: String,
    pub target_groups: Vec<String>,
    pub computer: String,
    pub firmware: String,
    pub os_version: String,
    pub language: String,
    pub protocol: String,
    pub last_scan: Option<When>,
    pub attributes: Vec<(String, String)>,
}

/// An update the device needs, and why.
pub struct RequiredLine {
    pub id: String,
    pub update: Link,
    pub classification: Chip,
    pub product: String,
    pub why: Vec<String>,
}

/// A package with a newer version.
pub struct PackageLine {
    pub name: String,
    pub architecture: String,
    pub installed: String,
    pub candidate: String,
    pub update: Link,
    pub classification: Chip,
    pub held: Option<Chip>,
}

/// Whether and why a restart is needed.
pub struct Restart {
    pub title: String,
    /// The whole device.
    pub device: bool,
    pub reasons: Vec<String>,
    pub libraries: Vec<String>,
    pub more: Option<String>,
}

/// A package index the device follows.
pub struct IndexLine {
    pub uri: String,
    pub what: String,
    pub origin: String,
    pub priority: Option<String>,
    pub synchronized: Chip,
}

/// Something that happened.
pub struct EventLine {
    pub at: When,
    pub kind: String,
    pub text: String,
}

/// What is known about the device.
pub struct Facts {
    pub architecture: String,
    pub kernel: String,
    pub agent_version: String,
    pub agent_state: String,
    pub agent_detail: String,
    pub can_install: String,
    pub enrolled: When,
    pub inventory: Option<When>,
    pub collections: Vec<Link>,
}
