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
    /// A file, in place of the text.
    pub file: Option<Vec<u8>>,
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

    /// An answer that is a file. For programs that want JSON it is in base64.
    pub fn file(bytes: Vec<u8>) -> Self {
        use base64::Engine as _;
        let value = serde_json::json!({ "base64": base64::engine::general_purpose::STANDARD.encode(&bytes) });
        Self { file: Some(bytes), ..Self::of(value, "") }
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
    let bytes = match (&answer.file, json) {
        (_, true) => format!("{}\n", serde_json::to_string_pretty(&answer.value).unwrap_or_default()).into_bytes(),
        (Some(file), false) => file.clone(),
        (None, false) => answer.text.clone().into_bytes(),
    };
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(&bytes).and_then(|()| stdout.flush());
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
