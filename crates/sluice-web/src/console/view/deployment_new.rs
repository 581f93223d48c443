//! The form that makes a deployment.

use askama::Template;

use super::list::Link;
use super::shell::Shell;
use crate::console::component::{Input, Notice, Radios, Select};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/deployment_new.html")]
pub struct DeploymentNew {
    pub shell: Shell,
    pub t: &'static text::Deployments,
    pub problem: Option<Notice>,
    pub name: Input,
    pub group: Select,
    pub updates: Vec<ChosenUpdate>,
    pub updates_problem: Option<String>,
    pub collection: Select,
    pub intent: Radios,
    pub available: Input,
    pub deadline: Input,
    pub restart: Select,
    pub notification: Select,
    pub priority: Select,
}

/// An update that was selected.
pub struct ChosenUpdate {
    pub id: String,
    pub update: Link,
}
