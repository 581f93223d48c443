//! Taking over a WSUS.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Input, Notice, Prose, Radios};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/take_over.html")]
pub struct TakeOver {
    pub shell: Shell,
    pub t: &'static text::TakeOver,
    pub notice: Option<Notice>,
    /// Which WSUS; while none is being taken over.
    pub define: Option<Define>,
    /// What a look found.
    pub plan: Option<Plan>,
    /// The steps and where they stand; once it has begun.
    pub steps: Vec<(String, Chip)>,
    pub error: String,
    pub next: Option<Prose>,
    /// It is under way, so that it can be compared.
    pub can_compare: bool,
    pub report: Option<Report>,
    /// Everything came: what becomes of the source.
    pub finish: Option<Radios>,
    pub clients: Vec<Prose>,
    pub same: Equivalent,
}

/// The form of a WSUS.
pub struct Define {
    pub url: Input,
    pub pins: Input,
    pub proxy: Input,
    pub account_name: Input,
}

/// What a look found.
pub struct Plan {
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// Names of groups.
    pub groups: Vec<String>,
    pub steps: Vec<String>,
    pub warnings: Vec<String>,
    pub not_brought: Vec<(String, Prose)>,
}

/// What a comparison found.
pub struct Report {
    /// Of what, there, here.
    pub counted: Vec<(String, String, String)>,
    /// How many things differ; empty when none does.
    pub total: String,
    /// That not all are named.
    pub named: String,
    /// Of what, name, why.
    pub differences: Vec<(String, String, String)>,
    /// Names and values.
    pub facts: Vec<(String, String)>,
}
