//! The list of deployments.

use askama::Template;

use super::list::{Link, ListFoot};
use super::shell::Shell;
use crate::console::component::{Bar, Chip, Empty, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/deployments.html")]
pub struct Deployments {
    pub shell: Shell,
    pub t: &'static text::Deployments,
    pub lines: Vec<DeploymentLine>,
    pub empty: Empty,
    pub foot: ListFoot,
}

/// A deployment.
pub struct DeploymentLine {
    pub deployment: Link,
    /// "3 updates to All devices".
    pub what: String,
    pub phase: Chip,
    pub intent: String,
    pub progress: Bar,
    pub failed: Option<Chip>,
    pub deadline: Option<When>,
}
