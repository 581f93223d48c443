//! For this crate's own tests: what is not visible from outside but must be checked on both
//! databases.

use crate::backup;
use crate::config::StoreConfig;
use crate::connect;
use crate::connection::Tx;
use crate::error::StoreError;
use crate::migrate;
use crate::repository;
use crate::schema;

pub use crate::dialect::Dialect;
pub use crate::statement::Statement;

/// Every statement.
pub fn statements() -> Vec<Statement> {
    repository::statements().chain(migrate::STATEMENTS.iter().copied()).collect()
}

/// Brings a database to an older version of the schema.
///
/// # Errors
/// As [`crate::Store::open`].
pub async fn migrate_to(config: &StoreConfig, version: i64) -> Result<(), StoreError> {
    let mut tx = Tx::new(connect::writer(&config.url).await?, connect::dialect(&config.url));
    migrate::run(&mut tx, version).await?;
    tx.close().await;
    Ok(())
}

/// Tables with their columns, and whether a backup holds them (`None`: forgotten).
///
/// # Errors
/// When the database cannot be read.
pub async fn tables(store: &crate::Store) -> Result<Vec<(String, Vec<String>, Option<bool>)>, StoreError> {
    let mut reader = store.reader().await?;
    let mut out = Vec::new();
    for table in schema::tables(&mut reader).await? {
        let columns = schema::columns(&mut reader, &table).await?;
        let columns = columns.into_iter().map(|c| format!("{} {:?}", c.name, c.kind)).collect();
        let name = table.as_str();
        let backed_up = backup::TABLES.contains(&name).then_some(true);
        let backed_up = backed_up.or_else(|| backup::NOT_IN_BACKUP.contains(&name).then_some(false));
        out.push((table, columns, backed_up));
    }
    Ok(out)
}

/// Tries to write through a reader; it must be refused.
///
/// # Errors
/// Always, or a test fails.
pub async fn raw_write(reader: &mut crate::Reader, text: &str) -> Result<(), StoreError> {
    crate::connection::raw(reader.connection(), "writing through a reader", text).await
}

/// A setting of the connection.
///
/// # Errors
/// When there is no such setting.
pub async fn setting(reader: &mut crate::Reader, sql: &'static str) -> Result<String, StoreError> {
    let mut out = String::new();
    schema::each(reader, sql.to_owned(), |row| {
        use sqlx::Row as _;
        out = row
            .try_get::<String, _>(0)
            .or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string()))
            .unwrap_or_default();
        Ok(())
    })
    .await?;
    Ok(out)
}
