//! The locks that keep a restore away from a database in use, and a second site from a database that
//! one serves.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyConnection;

use crate::config::DatabaseUrl;
use crate::connect;
use crate::connection::raw;
use crate::error::StoreError;

/// Key of the PostgreSQL advisory lock (per database) that every open store shares: "sluice u".
const USE_LOCK: i64 = 0x736c_7569_6365_2075;

/// Key of the PostgreSQL advisory lock (per database) of the process that serves it: "sluice s".
const SERVE_LOCK: i64 = 0x736c_7569_6365_2073;

/// Held as long as the database is in use.
pub(crate) enum UseLock {
    /// An advisory lock on a file next to the database. Not on the database itself: closing a
    /// second handle to it would drop SQLite's own locks.
    File(#[expect(dead_code, reason = "closing the file releases the lock")] File),
    /// A session-level lock lives as long as its connection.
    Session(AnyConnection),
}

impl UseLock {
    /// Shared by every open store.
    pub(crate) async fn shared(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Self::take(url, false).await
    }

    /// Alone, for a restore.
    pub(crate) async fn exclusive(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Self::take(url, true).await
    }

    /// Alone, for a process that serves. A process that was just killed may hold it a moment longer:
    /// it is waited for as long as `patience` says.
    pub(crate) async fn serving(url: &DatabaseUrl, patience: Duration) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".serve");
                let file = private_file(Path::new(&name))?;
                match file.try_lock() {
                    Ok(()) => Ok(Self::File(file)),
                    Err(TryLockError::WouldBlock) => Err(StoreError::Served),
                    Err(TryLockError::Error(e)) => Err(file_error("lock", Path::new(&name), e)),
                }
            }
            DatabaseUrl::Postgres(_) => {
                let mut connection = connect::writer(url).await?;
                let millis = patience.as_millis();
                let sql = format!("SET lock_timeout = {millis}; SELECT pg_advisory_lock({SERVE_LOCK})");
                match raw(&mut connection, "claiming the database", sql).await {
                    Ok(()) => Ok(Self::Session(connection)),
                    Err(StoreError::Busy { .. }) => Err(StoreError::Served),
                    Err(error) => Err(error),
                }
            }
        }
    }

    async fn take(url: &DatabaseUrl, alone: bool) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".lock");
                let file = private_file(Path::new(&name))?;
                let locked = if alone { file.try_lock() } else { file.try_lock_shared() };
                match locked {
                    Ok(()) => Ok(Self::File(file)),
                    Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
                    Err(TryLockError::Error(e)) => Err(file_error("lock", Path::new(&name), e)),
                }
            }
            DatabaseUrl::Postgres(_) => {
                let mut connection = connect::writer(url).await?;
                let function = if alone { "pg_try_advisory_lock" } else { "pg_try_advisory_lock_shared" };
                let sql = format!("SELECT CASE WHEN {function}({USE_LOCK}) THEN 1 ELSE 0 END");
                let got: i32 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                    .fetch_one(&mut connection)
                    .await
                    .map_err(|e| StoreError::from_sqlx("locking the database", e))?;
                if got == 1 { Ok(Self::Session(connection)) } else { Err(StoreError::InUse) }
            }
        }
    }

    pub(crate) async fn release(self) {
        match self {
            Self::File(_) => {}
            Self::Session(mut connection) => {
                // The server notices the end of a connection only after a while.
                let _ = raw(&mut connection, "unlocking", "SELECT pg_advisory_unlock_all()").await;
                // The database ends an abandoned connection by itself.
                let _ = sqlx::Connection::close(connection).await;
            }
        }
    }
}

/// Opens a file, making it readable by the owner only: the database holds hashes of secrets.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| file_error("open", path, e))
}

pub(crate) fn file_error(doing: &'static str, path: &Path, error: std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::DiskFull { doing: "writing a file" };
    }
    StoreError::File { doing, path: path.display().to_string(), source: Arc::new(error) }
}
