//! A refusal or a fault, as a page.

use askama::Template;

use super::shell::Shell;
use crate::console::component::Prose;

/// The page, in the frame when somebody is signed in.
#[derive(Template)]
#[template(path = "pages/failure.html")]
pub struct Failure {
    pub shell: Shell,
    pub status: u16,
    pub title: String,
    /// What failed and why.
    pub text: String,
    /// What to do.
    pub fix: Option<Prose>,
}
