//! Classifications and products: the tree, and what a change of the selection does.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Branch, Empty, Equivalent, Input, Notice};
use crate::console::text;

/// The tree.
#[derive(Template)]
#[template(path = "pages/selection.html")]
pub struct Selection {
    pub shell: Shell,
    pub t: &'static text::Selection,
    /// What to do first, while nothing is selected.
    pub guidance: Option<Notice>,
    /// More rows match than the page shows.
    pub truncated: Option<Notice>,
    pub text: Input,
    /// Only what is new is shown.
    pub only_new: bool,
    /// "3 are new"; `None` when nothing is.
    pub new: Option<String>,
    /// A filter is in force.
    pub filtered: bool,
    pub classifications: Vec<Branch>,
    pub products: Vec<Branch>,
    pub empty: Empty,
    pub same: Equivalent,
}

/// What a change does, to be confirmed.
#[derive(Template)]
#[template(path = "pages/selection_preview.html")]
pub struct SelectionPreview {
    pub shell: Shell,
    pub t: &'static text::Selection,
    pub changes: Vec<ChangedCategories>,
    /// What follows, in sentences.
    pub effects: Vec<String>,
    pub families: Vec<FamilyLine>,
    /// Deployments that lose updates.
    pub deployments: Vec<String>,
    pub same: Equivalent,
    /// Of the new categories that the tree showed.
    pub seen: Vec<String>,
}

/// Categories that are selected, or deselected.
pub struct ChangedCategories {
    /// "2 are selected".
    pub title: String,
    /// Name of the field.
    pub field: &'static str,
    pub ids: Vec<String>,
    /// As many as fit a page.
    pub titles: Vec<String>,
    /// "and 12 more".
    pub more: Option<String>,
}

/// What happens to a product family.
pub struct FamilyLine {
    pub title: String,
    pub offered: String,
    pub withdrawn: String,
}
