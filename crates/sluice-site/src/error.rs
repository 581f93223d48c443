//! What goes wrong in a use case, as the caller may see it.

use std::error::Error;
use std::fmt;

/// Result of a use case.
pub type SiteResult<T> = Result<T, SiteError>;

/// The sort of a failure; each border maps it to its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The caller is nobody we know.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, or the caller may not see it.
    NotFound,
    /// The request makes no sense.
    Invalid,
    /// It contradicts what is there.
    Conflict,
    /// Too many attempts; wait.
    TooMany,
    /// Something the site needs is not to be had now.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// A failed use case: what failed and why, and what to do, for the caller; the source, for the log
/// only.
#[derive(Debug)]
pub struct SiteError {
    /// The sort.
    pub kind: ErrorKind,
    /// What failed and why, one sentence without a full stop.
    pub message: String,
    /// What to do; may be empty.
    pub fix: String,
    /// The parameter it is about, when it is about one.
    pub field: Option<&'static str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SiteError {
    fn new(kind: ErrorKind, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fix: fix.into(), field: None, source: None }
    }

    /// The caller is not known.
    pub fn unauthenticated(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unauthenticated, message, fix)
    }

    /// The caller may not.
    pub fn forbidden(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, message, fix)
    }

    /// There is no such thing: `not_found("update", id)`.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        let list = match what {
            "source" | "update" | "device" | "collection" | "group" | "deployment" => format!("{what} list"),
            "downstream server" => "downstream list".to_owned(),
            "update group" => "group list".to_owned(),
            "API token" => "token list".to_owned(),
            "enrolment token" => "token enrollments".to_owned(),
            "export" => "bundle list".to_owned(),
            "trusted key" => "bundle trust list".to_owned(),
            "site" => "site list".to_owned(),
            _ => return Self::new(ErrorKind::NotFound, format!("there is no {what} {id}"), "Load the list again."),
        };
        Self::new(ErrorKind::NotFound, format!("there is no {what} {id}"), format!("List them: `sluice {list}`."))
    }

    /// A parameter makes no sense.
    pub fn invalid(field: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(ErrorKind::Invalid, message, fix) }
    }

    /// It contradicts what is there.
    pub fn conflict(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message, fix)
    }

    /// Too many attempts.
    pub fn too_many(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(ErrorKind::TooMany, message, fix)
    }

    /// Something is not to be had now.
    pub fn unavailable(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message, fix)
    }

    /// A fault of ours: the caller learns that it is, the log learns what.
    pub fn internal(doing: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(ErrorKind::Internal, format!("{doing} failed"), "See the site's log; run `sluice doctor`.")
        }
    }

    /// Keeps the source for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SiteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// An error with its causes, for the log: `a: b: c`.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl From<sluice_store::StoreError> for SiteError {
    fn from(error: sluice_store::StoreError) -> Self {
        use sluice_store::StoreError as E;
        let message = error.to_string();
        match error {
            E::NotFound { what, id } => Self::not_found(what, id),
            E::Conflict { .. } => Self::conflict(message, "Choose another name, or change the one that is there."),
            E::Invalid { .. } | E::Reference { .. } => Self::conflict(message, "Load the page again and retry."),
            E::Served => Self::unavailable(message, "Stop the other one first."),
            E::DiskFull { .. } => Self::unavailable(message, "Free space on the disk of the data directory."),
            E::Busy { .. } | E::Unavailable { .. } | E::Closed => {
                Self::unavailable("the database cannot be used now", "Try again; if it stays, run `sluice doctor`.")
                    .with_source(error)
            }
            // Only backups name a file, and only who manages the site makes them.
            E::File { source, .. } => Self::invalid(
                "path",
                format!("{message}: {source}"),
                "Give the path of a file that is not there yet, in a directory the site may write into.",
            ),
            error => Self::internal("using the database", error),
        }
    }
}
