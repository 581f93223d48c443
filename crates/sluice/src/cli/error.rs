//! What goes wrong on the command line: what, why, and what to do.

use std::fmt::Write as _;
use std::io::Write as _;

use sluice_web::Problem;

use super::terminal::Terminal;
use super::view::{clean, clean_lines};

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct CliError {
    /// What failed.
    pub what: String,
    /// Why; may be empty.
    pub why: String,
    /// What to do; may be empty.
    pub hint: String,
    /// Exit code: 1 failed, 2 bad usage.
    pub code: u8,
}

impl CliError {
    /// Something failed.
    pub fn failed(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), hint: hint.into(), code: 1 }
    }

    /// The command line makes no sense.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), why: String::new(), hint: hint.into(), code: 2 }
    }

    /// What is printed on standard error.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let (bold, plain) = if colour { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        let mut text = format!("{bold}error:{plain} {}\n", clean(&self.what));
        for (label, line) in [("why", &self.why), ("hint", &self.hint)] {
            if !line.is_empty() {
                // Writing to a String does not fail.
                let _ = writeln!(text, "  {label}: {}", clean_lines(line));
            }
        }
        text
    }

    /// Prints it and gives the exit code.
    pub(super) fn print(&self, terminal: &Terminal) -> u8 {
        // Nobody is left to tell when standard error is closed.
        let _ = std::io::stderr().write_all(self.render(terminal.error_terminal).as_bytes());
        self.code
    }
}

impl From<Problem> for CliError {
    fn from(problem: Problem) -> Self {
        // The detail says what failed and why; the title only sorts it.
        let what = if problem.detail.is_empty() { problem.title } else { problem.detail };
        Self::failed(what, "", problem.fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_why_and_what_to_do() {
        let error = CliError::failed("not found", "there is no device \u{1b}x", "List them: `sluice device list`.");
        assert_eq!(
            error.render(false),
            "error: not found\n  why: there is no device \u{fffd}x\n  hint: List them: `sluice device list`.\n"
        );
        assert_eq!(CliError::usage("which?", "").render(true), "\u{1b}[1;31merror:\u{1b}[0m which?\n");
    }
}
