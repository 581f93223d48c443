//! Standard output of commands: data only, for people or as JSON.

use std::io::Write as _;

use serde::Serialize;

/// How results are written.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// For programs (`json`) or for people.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Results are for programs.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line. A reader that has gone away is not an error.
    pub fn line(&self, text: &str) {
        let _closed = writeln!(std::io::stdout(), "{text}");
    }

    /// Text as it is.
    pub fn text(&self, text: &str) {
        let _closed = std::io::stdout().write_all(text.as_bytes());
    }

    /// A value as JSON.
    pub fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        self.line(&serde_json::to_string_pretty(value)?);
        Ok(())
    }
}
