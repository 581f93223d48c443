//! What stands where a list would be.

use askama::Template;

/// Nothing here, and the next step.
#[derive(Template)]
#[template(path = "components/empty.html")]
pub struct Empty {
    title: String,
    text: String,
    action: Option<(String, String)>,
}

super::escapes_itself!(Empty);

impl Empty {
    /// What is not there and what to do about it.
    pub fn new(title: impl ToString, text: impl ToString) -> Self {
        Self { title: title.to_string(), text: text.to_string(), action: None }
    }

    /// A link to the next step.
    pub fn action(mut self, href: impl ToString, label: impl ToString) -> Self {
        self.action = Some((href.to_string(), label.to_string()));
        self
    }
}
