//! Programs the agent may run: a fixed list, never through a shell.

use std::path::PathBuf;
use std::time::Duration;

use super::BoxFuture;

/// Everything the agent ever runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// `apt-get(8)`.
    AptGet,
    /// `apt-cache(8)`.
    AptCache,
    /// `apt-mark(8)`.
    AptMark,
    /// `dpkg(1)`.
    Dpkg,
    /// `systemctl(1)`.
    Systemctl,
}

impl Program {
    /// Its fixed path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::AptGet => "/usr/bin/apt-get",
            Self::AptCache => "/usr/bin/apt-cache",
            Self::AptMark => "/usr/bin/apt-mark",
            Self::Dpkg => "/usr/bin/dpkg",
            Self::Systemctl => "/usr/bin/systemctl",
        }
    }
}

/// One run of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub program: Program,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where its output goes.
    pub capture: Capture,
    /// After this it is ended: first politely, then not.
    pub time_limit: Duration,
}

/// Where a program's output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// Into memory, both streams apart, at most [`Capture::MAX`] bytes each.
    Memory,
    /// Into a file, both streams together. An installation writes here, so that it can go on
    /// undisturbed when the agent ends, and its output outlives the agent.
    File(PathBuf),
}

impl Capture {
    /// Most bytes kept of a stream: a simulated upgrade of 10,000 packages is 2 MB.
    pub const MAX: usize = 8 << 20;
    /// Bytes read back from the end of an output file.
    pub const TAIL: usize = sluice_wire::MAX_OUTPUT;
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it said; with [`Capture::File`] the end of the file.
    pub stdout: String,
    /// What it complained about; empty with [`Capture::File`].
    pub stderr: String,
}

impl Finished {
    /// It ended with status 0.
    #[must_use]
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }
}

/// A program could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be started.
    #[error("cannot run {program}")]
    Start {
        /// Its path.
        program: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Its output could not be read or written.
    #[error("cannot take the output of {program}")]
    Output {
        /// Its path.
        program: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It took too long and was ended.
    #[error("{program} did not end within {} minutes and was stopped", .limit.as_secs() / 60)]
    TooLong {
        /// Its path.
        program: &'static str,
        /// How long it had.
        limit: Duration,
    },
}

/// Runs programs.
pub trait Runner: Send + Sync {
    /// Runs `command` to its end.
    fn run<'a>(&'a self, command: &'a Command) -> BoxFuture<'a, Result<Finished, RunError>>;
}
