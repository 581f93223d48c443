//! What lists share.

use crate::console::component::{Bar, Chip, Equivalent, Pager, Prose, When};

/// Something with a page of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub label: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl ToString, label: impl ToString) -> Self {
        Self { href: href.to_string(), label: label.to_string() }
    }
}

/// What stands below a list: paging, exports, the same from elsewhere.
pub struct ListFoot {
    pub pager: Pager,
    pub csv: String,
    pub json: String,
    pub same: Equivalent,
}

/// An update in a list.
pub struct UpdateLine {
    pub id: String,
    pub href: String,
    pub title: String,
    pub product: String,
    pub classification: Chip,
    /// Superseded, expired, deployed.
    pub marks: Vec<Chip>,
    pub required: String,
    pub installed: String,
    pub compliance: Bar,
    pub released: Option<When>,
}

/// What a deployment did with an update on a device.
pub struct EnforcementLine {
    pub subject: Link,
    pub state: Chip,
    pub error: Option<ErrorText>,
    pub detail: String,
    pub output: String,
    pub at: When,
}

/// An error code in words.
pub struct ErrorText {
    /// `broken-state (1006)`.
    pub code: String,
    pub meaning: String,
    pub next_step: Prose,
}
