//! What can go wrong in the store.

use std::sync::Arc;

use sqlx::error::ErrorKind;

/// Why the store could not do what was asked. Cloneable, because one failed commit fails every job
/// of its group.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A row holds something the program never writes.
    #[error(
        "the database holds something that cannot be read in table {table}, column {column}, row {id}: {what}; \
         run `sluice store check` for the whole picture and restore a backup"
    )]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row, as people write it.
        id: String,
        /// What is wrong with the value.
        what: String,
    },
    /// The database file itself is damaged.
    #[error("the database file is damaged while {doing}: restore a backup to a new file")]
    Damaged {
        /// What was being done.
        doing: &'static str,
        /// The database's own error.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// Somebody else holds the database for longer than we wait. The same call can be made again.
    #[error("the database is busy while {doing}: another process holds it; try again")]
    Busy {
        /// What was being done.
        doing: &'static str,
    },
    /// No space left.
    #[error(
        "the disk that holds the database is full while {doing}: free space on it; nothing acknowledged is lost and \
         work goes on as soon as there is space"
    )]
    DiskFull {
        /// What was being done.
        doing: &'static str,
    },
    /// The database cannot be reached or opened.
    #[error("the database cannot be reached while {doing}: check that it runs and its address and rights are right")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// The driver's error.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The thing asked for does not exist.
    #[error("there is no {what} {id}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// What it was looked up by.
        id: String,
    },
    /// Something with the same unique value exists.
    #[error("{what}")]
    Conflict {
        /// What is in the way.
        what: String,
    },
    /// A reference to something that does not exist, or the removal of something still referred to.
    #[error("a row of table {table} refers to something that does not exist, or is still referred to")]
    Reference {
        /// The table written to.
        table: &'static str,
    },
    /// The database was written by a newer program.
    #[error(
        "the database has schema version {found}, this program knows versions up to {known}: \
         use the newer program, or restore a backup made by this one"
    )]
    NewerSchema {
        /// Version found.
        found: i64,
        /// Newest version known.
        known: i64,
    },
    /// A migration step was applied with another text than this program has.
    #[error(
        "migration step {version} of the database is not the one this program knows: the database was made by a \
         program that was never released; restore a backup to a new database"
    )]
    ForeignSchema {
        /// The step.
        version: i64,
    },
    /// The database is in use by a running server.
    #[error("the database is in use: stop every `sluice serve` that uses it first")]
    InUse,
    /// Another process serves from the database.
    #[error("another `sluice serve` uses this database: stop it first, or give this site a database of its own")]
    Served,
    /// A file next to the database, or a backup, cannot be read or written.
    #[error("cannot {doing} {path}")]
    File {
        /// What was being done: `create`, `read`.
        doing: &'static str,
        /// The file.
        path: String,
        /// The system's error.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// A file is not a complete backup.
    #[error("{path} is not a usable backup: {what}")]
    Backup {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// A value is too large to be stored or a parameter makes no sense.
    #[error("{what}")]
    Invalid {
        /// What and why.
        what: String,
    },
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// A job panicked; its changes were undone.
    #[error("a unit of work failed unexpectedly and was undone; this is a defect of the program")]
    Panicked,
    /// Anything else the database says; a defect of the program.
    #[error("the database refused {doing}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The database's error.
        #[source]
        source: Arc<sqlx::Error>,
    },
}

impl StoreError {
    /// Replaces the text of a [`StoreError::Conflict`] by one that says it in the caller's words.
    #[must_use]
    pub(crate) fn conflict_as(self, what: impl FnOnce() -> String) -> Self {
        match self {
            Self::Conflict { .. } => Self::Conflict { what: what() },
            other => other,
        }
    }

    /// Sorts a driver's error. `doing` is the statement's table or the step being taken.
    pub(crate) fn from_sqlx(doing: &'static str, error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(db) => {
                let code = db.code().unwrap_or_default();
                match db.kind() {
                    ErrorKind::UniqueViolation => {
                        return Self::Conflict { what: format!("table {doing} has a row with the same unique value") };
                    }
                    ErrorKind::ForeignKeyViolation => return Self::Reference { table: doing },
                    _ => {}
                }
                if db.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    // The extended result code; its low byte is the primary one.
                    let code = code.parse().unwrap_or(0);
                    Self::from_sqlite(doing, code, error)
                } else {
                    let code = code.into_owned();
                    Self::from_sqlstate(doing, &code, error)
                }
            }
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => Self::DiskFull { doing },
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Configuration(_) => {
                Self::Unavailable { doing, source: Arc::new(error) }
            }
            sqlx::Error::PoolTimedOut => Self::Busy { doing },
            sqlx::Error::PoolClosed => Self::Closed,
            _ => Self::Internal { doing, source: Arc::new(error) },
        }
    }

    /// <https://www.sqlite.org/rescode.html>
    fn from_sqlite(doing: &'static str, code: u32, error: sqlx::Error) -> Self {
        /// `SQLITE_IOERR_SHMSIZE`: no space for the shared memory file; any other
        /// `SQLITE_IOERR` is a failing disk.
        const SHMSIZE: u32 = 4874;
        match code & 0xff {
            5 | 6 => Self::Busy { doing },
            11 | 26 => Self::Damaged { doing, source: Arc::new(error) },
            13 => Self::DiskFull { doing },
            10 if code == SHMSIZE => Self::DiskFull { doing },
            8 | 10 | 14 | 23 => Self::Unavailable { doing, source: Arc::new(error) },
            _ => Self::Internal { doing, source: Arc::new(error) },
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn from_sqlstate(doing: &'static str, code: &str, error: sqlx::Error) -> Self {
        match code {
            // serialization failure, deadlock, lock not available
            "40001" | "40P01" | "55P03" => Self::Busy { doing },
            "53100" => Self::DiskFull { doing },
            "XX001" | "XX002" => Self::Damaged { doing, source: Arc::new(error) },
            _ if code.starts_with("08")
                || code.starts_with("28")
                || code.starts_with("3D")
                || code.starts_with("53")
                || code.starts_with("57") =>
            {
                Self::Unavailable { doing, source: Arc::new(error) }
            }
            _ => Self::Internal { doing, source: Arc::new(error) },
        }
    }

    /// The connection it happened on may be gone.
    pub(crate) fn connection_lost(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Damaged { .. })
    }
}
