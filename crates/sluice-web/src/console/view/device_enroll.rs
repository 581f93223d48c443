//! Enrolling devices.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Input, Notice, Select, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/device_enroll.html")]
pub struct Enroll {
    pub shell: Shell,
    pub t: &'static text::Devices,
    pub uses: Input,
    pub valid: Select,
    /// Shown once, when a token was made.
    pub made: Option<Made>,
    pub problem: Option<Notice>,
    pub open: Vec<OpenToken>,
}

/// A token that was just made, as the commands that use it.
pub struct Made {
    pub commands: Vec<String>,
    pub validity: String,
}

/// A token that still works; its secret is not kept.
pub struct OpenToken {
    pub id: String,
    pub by: String,
    pub expires: When,
    pub uses_left: String,
}
