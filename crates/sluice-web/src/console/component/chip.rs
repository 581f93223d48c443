//! State chips.

use askama::Template;

/// What a state means to the person looking. Shown by colour and by a sign of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Needs attention at some time.
    Warn,
    /// Needs attention now.
    Bad,
    /// Going on.
    Busy,
    /// Nothing to say about it.
    Quiet,
}

impl Tone {
    /// Name of the style.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Busy => "busy",
            Self::Quiet => "quiet",
        }
    }
}

/// A state in a word or two.
#[derive(Template)]
#[template(path = "components/chip.html")]
pub struct Chip {
    tone: Tone,
    text: String,
    /// Without the sign of the tone: a sort of thing rather than a state.
    label: bool,
}

super::escapes_itself!(Chip);

impl Chip {
    /// A state.
    pub fn new(tone: Tone, text: impl ToString) -> Self {
        Self { tone, text: text.to_string(), label: false }
    }

    /// A sort of thing, as a classification.
    pub fn label(tone: Tone, text: impl ToString) -> Self {
        Self { label: true, ..Self::new(tone, text) }
    }
}
