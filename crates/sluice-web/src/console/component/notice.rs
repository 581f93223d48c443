//! What was done or is wrong, in a box.

use askama::Template;

use super::chip::Tone;
use super::prose::Prose;

/// A notice: what, and what to do.
#[derive(Template)]
#[template(path = "components/notice.html")]
pub struct Notice {
    tone: Tone,
    title: String,
    text: Option<Prose>,
    fix: Option<Prose>,
}

super::escapes_itself!(Notice);

impl Notice {
    /// A notice of one line.
    pub fn new(tone: Tone, title: impl ToString) -> Self {
        Self { tone, title: title.to_string(), text: None, fix: None }
    }

    /// With why it is so.
    pub fn text(mut self, text: impl ToString) -> Self {
        self.text = some(text);
        self
    }

    /// With what to do.
    pub fn fix(mut self, fix: impl ToString) -> Self {
        self.fix = some(fix);
        self
    }
}

fn some(text: impl ToString) -> Option<Prose> {
    let text = text.to_string();
    (!text.is_empty()).then(|| Prose::new(text))
}
