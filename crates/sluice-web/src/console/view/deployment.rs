//! One deployment, watched.

use askama::Template;

use super::list::{EnforcementLine, Link, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Chip, Donut, Equivalent, Notice, Pager, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/deployment.html")]
pub struct Deployment {
    pub shell: Shell,
    pub t: &'static text::Deployments,
    pub id: String,
    pub name: String,
    pub phase: Chip,
    pub intent: String,
    /// What keeps devices from installing some of it.
    pub waiting: Option<Notice>,
    pub progress: Option<Donut>,
    pub word: String,
    pub devices: Vec<DeviceLine>,
    pub devices_pager: Pager,
    pub updates: Vec<UpdateLine>,
    pub updates_pager: Pager,
    pub collection: Link,
    pub group: Option<Link>,
    pub available: When,
    pub deadline: Option<When>,
    pub restart: String,
    pub notification: String,
    pub priority: String,
    pub created: When,
    pub created_by: String,
    pub actions: Actions,
    pub same: Equivalent,
}

/// What can be done with it as it stands.
pub struct Actions {
    pub enable: bool,
    pub disable: bool,
    pub cancel: bool,
    pub delete: bool,
}

/// A device and how far it has come.
pub struct DeviceLine {
    pub device: Link,
    pub status: Chip,
    pub pending: String,
    pub enforcement: Vec<EnforcementLine>,
}
