//! Adding sources by pasting what a machine has.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Input, Notice};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/source_add.html")]
pub struct SourceAdd {
    pub shell: Shell,
    pub t: &'static text::Sync,
    pub problem: Option<Notice>,
    pub problems: Vec<String>,
    pub lines: Input,
    pub architecture: Input,
}
