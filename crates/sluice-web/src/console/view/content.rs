//! Content: the files of updates.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Input, Notice, Prose, Radios, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/content.html")]
pub struct Content {
    pub shell: Shell,
    pub t: &'static text::Content,
    pub problem: Option<Notice>,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// What is to be done about files without a source; `None`: there are none.
    pub homeless: Option<Prose>,
    pub running: Vec<RunningLine>,
    pub failing: Vec<FailingLine>,
    pub verification: Vec<String>,
    /// What would be removed now, and what stays for a while.
    pub due: [String; 2],
    pub can_collect: bool,
    pub policy: Radios,
    pub update_files: Radios,
    pub parallel: Input,
    pub bandwidth: Input,
    pub same: Equivalent,
}

/// A file that is fetched.
pub struct RunningLine {
    pub name: String,
    pub arrived: String,
    pub left: String,
    pub from: String,
}

/// A file that could not be fetched.
pub struct FailingLine {
    pub name: String,
    pub chip: Option<Chip>,
    pub reason: String,
    pub attempts: String,
    pub again: When,
}
