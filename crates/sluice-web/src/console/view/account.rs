//! Signing in and the first administrator.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Input, Notice};
use crate::console::text;

/// The sign-in page.
#[derive(Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignIn {
    pub shell: Shell,
    pub t: &'static text::Account,
    pub problem: Option<Notice>,
    pub name: Input,
    pub password: Input,
    /// Where to go then; a path of this site.
    pub next: String,
}

/// Making the first administrator.
#[derive(Template)]
#[template(path = "pages/setup.html")]
pub struct Setup {
    pub shell: Shell,
    pub t: &'static text::Account,
    pub problem: Option<Notice>,
    pub token: Input,
    pub name: Input,
    pub password: Input,
    pub again: Input,
    /// Nothing to do here any more.
    pub done: bool,
}
