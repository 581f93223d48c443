//! What the database itself says about its tables.

use sqlx::AssertSqlSafe;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use futures_util::TryStreamExt as _;

use crate::connection::Reader;
use crate::dialect::Dialect;
use crate::error::StoreError;

/// The type of a column; there are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Blob,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnInfo {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

const DOING: &str = "reading the schema";

/// The names of all tables.
pub(crate) async fn tables(reader: &mut Reader) -> Result<Vec<String>, StoreError> {
    let sql = match reader.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"
        }
    };
    let mut out = Vec::new();
    each(reader, sql.to_owned(), |row| {
        out.push(row.try_get::<String, _>("name").map_err(|e| StoreError::from_sqlx(DOING, e))?);
        Ok(())
    })
    .await?;
    Ok(out)
}

/// The columns of a table, in order. `table` must be one of [`tables`].
pub(crate) async fn columns(reader: &mut Reader, table: &str) -> Result<Vec<ColumnInfo>, StoreError> {
    let sql = match reader.dialect() {
        Dialect::Sqlite => format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"),
        Dialect::Postgres => format!(
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS type \
             FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}' \
             ORDER BY ordinal_position"
        ),
    };
    let mut out = Vec::new();
    each(reader, sql, |row| {
        let failed = |e| StoreError::from_sqlx(DOING, e);
        let name = row.try_get::<String, _>("name").map_err(failed)?;
        let kind = match row.try_get::<&str, _>("type").map_err(failed)? {
            "INTEGER" | "bigint" => Kind::Int,
            "TEXT" | "text" => Kind::Text,
            "BLOB" | "bytea" => Kind::Blob,
            other => {
                let what = format!("column {name} of table {table} has the unexpected type {other}");
                return Err(StoreError::Invalid { what });
            }
        };
        out.push(ColumnInfo { name, kind });
        Ok(())
    })
    .await?;
    Ok(out)
}

/// Calls a function with every row of a text without parameters that only this crate wrote.
pub(crate) async fn each(
    reader: &mut Reader,
    sql: String,
    mut on_row: impl FnMut(&AnyRow) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(reader.connection());
    while let Some(row) = rows.try_next().await.map_err(|e| StoreError::from_sqlx(DOING, e))? {
        on_row(&row)?;
    }
    Ok(())
}
