//! All synchronizations that have ended.

use askama::Template;

use super::list::ListFoot;
use super::shell::Shell;
use super::sync::RunLine;
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/sync_runs.html")]
pub struct SyncRuns {
    pub shell: Shell,
    pub t: &'static text::Sync,
    pub runs: Vec<RunLine>,
    pub foot: ListFoot,
}
