//! What the command line knows of where it runs.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::credentials;
use crate::environment::{SystemClock, variable};

/// What the command line knows of where it runs.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// The credentials file that a site on this machine writes for its administrator.
    pub credentials: PathBuf,
    /// Columns of the terminal that standard output is; `None` when it is none.
    pub columns: Option<usize>,
    /// Standard output may be coloured.
    pub colour: bool,
    /// Standard error may be coloured, and its last line rewritten.
    pub error_terminal: bool,
    /// Zone of the times that are shown.
    pub zone: TimeZone,
    /// The present moment.
    pub now: Timestamp,
}

impl Terminal {
    /// Reads it.
    #[must_use]
    pub fn read() -> Self {
        // https://no-color.org: any value that is not empty.
        let plain = variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb");
        let stdout = std::io::stdout();
        Self {
            credentials: credentials::default_path(),
            columns: stdout.is_terminal().then(|| columns(&stdout)),
            colour: stdout.is_terminal() && !plain,
            error_terminal: std::io::stderr().is_terminal() && !plain,
            zone: TimeZone::system(),
            now: SystemClock::read(),
        }
    }
}

/// A terminal that does not say how wide it is, is taken for one of 80 columns.
fn columns(stdout: &std::io::Stdout) -> usize {
    match rustix::termios::tcgetwinsize(stdout) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => 80,
    }
}

/// A line of progress on standard error that is rewritten; nothing where that is no terminal.
#[derive(Debug)]
pub(super) struct LiveLine {
    columns: Option<usize>,
}

impl LiveLine {
    /// A line of this width, if it may be rewritten.
    pub(super) fn new(live: bool, columns: Option<usize>) -> Self {
        Self { columns: live.then(|| columns.unwrap_or(80)) }
    }

    /// Shows a text in place of the one before.
    pub(super) fn show(&mut self, text: &str) {
        let Some(columns) = self.columns else { return };
        let text: String = text.chars().take(columns.saturating_sub(1)).collect();
        let mut stderr = std::io::stderr();
        // Back to the line's begin, erase it, write (ECMA-48 CR, EL). Progress that cannot be shown
        // is no failure.
        let _ = write!(stderr, "\r\u{1b}[K{text}").and_then(|()| stderr.flush());
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        self.show("");
    }
}
