//! A server to synchronize with.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Input, Notice, Prose, Radios, Select};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/server_edit.html")]
pub struct ServerEdit {
    pub shell: Shell,
    pub t: &'static text::Servers,
    /// Empty for a new one.
    pub id: String,
    pub problem: Option<Notice>,
    pub checked: Option<Checked>,
    pub name: Input,
    pub url: Input,
    pub mode: Radios,
    pub hours: Select,
    pub languages: Input,
    pub proxy: Input,
    pub authorities: Input,
    pub pins: Input,
    pub account_name: Input,
    pub parallel: Select,
    /// The same on the command line.
    pub cli: String,
}

/// What came of trying it out.
pub struct Checked {
    pub notice: Notice,
    pub fix: Option<Prose>,
    /// Operations and how they went.
    pub steps: Vec<(String, String)>,
    pub facts: Vec<String>,
}
