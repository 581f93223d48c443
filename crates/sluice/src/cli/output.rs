//! What a command answers with, and the one place that prints it.

use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;

/// An answer, for programs and for people.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The API's JSON.
    pub value: Value,
    /// The same for people.
    pub text: String,
    /// A remark for people that is not data; goes to standard error.
    pub note: String,
    /// What was asked for did not come about, though the site answered: exit code 1.
    pub failed: bool,
}

impl Answer {
    /// An answer of data.
    pub fn of(value: Value, text: impl Into<String>) -> Self {
        Self { value, text: text.into(), ..Self::default() }
    }

    /// An answer that is one sentence about what was done.
    pub fn done(value: &impl Serialize, sentence: impl Into<String>) -> Self {
        let mut text = sentence.into();
        text.push('\n');
        Self::of(serde_json::to_value(value).unwrap_or_default(), text)
    }

    /// The same answer with a remark.
    #[must_use]
    pub fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// Prints an answer and gives the exit code.
pub(super) fn print(answer: &Answer, json: bool) -> u8 {
    let text = if json {
        let mut text = serde_json::to_string_pretty(&answer.value).unwrap_or_default();
        text.push('\n');
        text
    } else {
        answer.text.clone()
    };
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    if !json && !answer.note.is_empty() {
        note(&answer.note);
    }
    match written {
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            note(&format!("error: the answer could not be printed\n  why: {error}"));
            1
        }
        _ => u8::from(answer.failed),
    }
}

/// Writes a line to standard error.
pub(super) fn note(line: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}
