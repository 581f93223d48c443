//! Transfer bundles.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Input, Notice, Prose, Select, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/bundles.html")]
pub struct Bundles {
    pub shell: Shell,
    pub t: &'static text::Bundles,
    pub problem: Option<Notice>,
    pub since: Select,
    pub content: Select,
    pub from_cli: Prose,
    pub identity: String,
    pub public_key: String,
    pub fingerprint: String,
    pub signers: Vec<SignerLine>,
    pub name: Input,
    pub key: Input,
    pub exports: Vec<BundleLine>,
    pub imports: Vec<BundleLine>,
    pub same: Equivalent,
}

/// A key that is trusted.
pub struct SignerLine {
    pub name: String,
    pub public_key: String,
    pub fingerprint: String,
    pub added: When,
}

/// A bundle of the history.
pub struct BundleLine {
    pub title: String,
    pub state: Chip,
    pub when: When,
    pub holds: String,
    pub size: String,
    /// What is to be done about it; may be empty.
    pub advice: String,
}
