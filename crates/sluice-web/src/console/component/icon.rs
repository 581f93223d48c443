//! Signs beside words. They are never alone, so they are hidden from screen readers.

use askama::Template;

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Template)]
#[template(path = "components/icon.html")]
pub enum Icon {
    Overview,
    Updates,
    Devices,
    Deployments,
    Synchronization,
    Groups,
    Collections,
    Good,
    Warn,
    Bad,
}

super::escapes_itself!(Icon);
