//! A category in a tree of check boxes, with those below it.

use askama::Template;

use super::chip::Chip;
use crate::console::text::Selection;

/// A category that can be ticked.
#[derive(Template)]
#[template(path = "components/branch.html")]
pub struct Branch {
    pub t: &'static Selection,
    pub id: String,
    pub title: String,
    pub ticked: bool,
    /// Shown as new: sending the form takes note of it.
    pub new: bool,
    pub marks: Vec<Chip>,
    /// "12 updates"; empty without any.
    pub updates: String,
    /// It can be withdrawn though it is not ticked: what was imported is offered.
    pub imported: bool,
    /// "3 of 12 selected", over those below.
    pub summary: String,
    pub open: bool,
    pub below: Vec<Self>,
}

super::escapes_itself!(Branch);
