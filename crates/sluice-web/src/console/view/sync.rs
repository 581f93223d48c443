//! Synchronization: sources, what runs, what ended, what could not be taken in.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Bar, Chip, Empty, Equivalent, Pager, Prose, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/sync.html")]
pub struct Sync {
    pub shell: Shell,
    pub t: &'static text::Sync,
    pub running: Vec<RunningLine>,
    pub sources: Vec<SourceLine>,
    pub empty: Empty,
    pub runs: Vec<RunLine>,
    pub quarantine: Vec<QuarantineLine>,
    pub quarantine_count: Option<String>,
    pub same: Equivalent,
}

/// A source.
pub struct SourceLine {
    pub id: String,
    pub name: String,
    pub what: String,
    pub state: Chip,
    pub error: Option<String>,
    pub warnings: Vec<String>,
    pub last_success: Option<When>,
    pub next_run: Option<When>,
    /// How reporting devices to it goes, and whether that failed.
    pub told: Option<(String, bool)>,
    pub can_run: bool,
    /// "Synchronize debian", for screen readers.
    pub run_label: String,
    /// Where it is changed, and "Change head office".
    pub change: Option<(String, String)>,
}

/// A synchronization under way.
pub struct RunningLine {
    pub source: String,
    pub extent: String,
    pub phase: String,
    pub item: String,
    pub figures: String,
    pub remaining: Option<String>,
    pub bar: Bar,
    pub started: When,
}

/// A synchronization that has ended.
pub struct RunLine {
    pub source: String,
    pub started: When,
    pub took: String,
    pub extent: String,
    pub trigger: String,
    pub outcome: Chip,
    /// "3 new · 2 changed".
    pub result: String,
    pub error: Option<String>,
    pub fix: Option<Prose>,
    pub warnings: Vec<String>,
}

/// An item that could not be taken in.
pub struct QuarantineLine {
    pub id: String,
    pub item: String,
    pub source: String,
    pub reason: String,
    /// "3 attempts".
    pub attempts: String,
    pub since: When,
    /// "Retry foo", for screen readers.
    pub retry_label: String,
}

/// All quarantined items, paged.
#[derive(Template)]
#[template(path = "pages/sync_quarantine.html")]
pub struct Quarantine {
    pub shell: Shell,
    pub t: &'static text::Sync,
    pub quarantine: Vec<QuarantineLine>,
    pub pager: Pager,
}
