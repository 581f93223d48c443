//! Making connections.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _};

use crate::config::{DatabaseUrl, StoreConfig};
use crate::connection::raw;
use crate::dialect::Dialect;
use crate::error::StoreError;

/// How long a reader waits for a free connection, and any statement of SQLite for a lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// Settings of every SQLite connection (<https://www.sqlite.org/pragma.html>). In WAL mode
/// `synchronous = FULL` syncs the log at every commit: what was acknowledged survives a power cut,
/// too.
const SQLITE: &str = "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
     PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 67108864;";

/// A site that turned durability off server-wide does not get it off here; a writer that hangs
/// does not hold the others up for ever.
const POSTGRES_WRITER: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'; \
     SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;";

const POSTGRES_READER: &str = "SET default_transaction_read_only = on; SET client_min_messages = warning;";

pub(crate) fn dialect(url: &DatabaseUrl) -> Dialect {
    match url {
        DatabaseUrl::Sqlite(_) => Dialect::Sqlite,
        DatabaseUrl::Postgres(_) => Dialect::Postgres,
    }
}

/// The connection that writes.
pub(crate) async fn writer(url: &DatabaseUrl) -> Result<AnyConnection, StoreError> {
    let doing = "opening the database";
    let mut connection = options(url)?.connect().await.map_err(|e| StoreError::from_sqlx(doing, e))?;
    match url {
        DatabaseUrl::Sqlite(_) => {
            raw(&mut connection, doing, SQLITE).await?;
            raw(&mut connection, doing, "PRAGMA journal_mode = WAL").await?;
        }
        DatabaseUrl::Postgres(_) => raw(&mut connection, doing, POSTGRES_WRITER).await?,
    }
    Ok(connection)
}

/// The connections that read. None can write.
pub(crate) fn readers(config: &StoreConfig) -> Result<AnyPool, StoreError> {
    let setup = match config.url {
        DatabaseUrl::Sqlite(_) => format!("{SQLITE} PRAGMA query_only = ON;"),
        DatabaseUrl::Postgres(_) => POSTGRES_READER.to_owned(),
    };
    let pool = AnyPoolOptions::new()
        .max_connections(config.readers.max(1))
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let setup = setup.clone();
            Box::pin(async move {
                sqlx::raw_sql(sqlx::AssertSqlSafe(setup)).execute(connection).await?;
                Ok(())
            })
        });
    Ok(pool.connect_lazy_with(options(&config.url)?))
}

fn options(url: &DatabaseUrl) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    let text = match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.to_str().ok_or_else(|| StoreError::Invalid {
                what: format!("the path of the database, {}, is not valid UTF-8; choose another", path.display()),
            })?;
            format!("sqlite://{}?mode=rwc", percent_encoded(path))
        }
        DatabaseUrl::Postgres(url) => url.clone(),
    };
    let options = text.parse::<AnyConnectOptions>().map_err(|_| StoreError::Invalid {
        what: format!("{} is not a database URL; expected postgres://user@host/database", url.display()),
    })?;
    Ok(options.disable_statement_logging())
}

/// Leaves only what means itself in every part of a URL.
fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;

    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_~.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
