//! A connection that reads, and a transaction that writes.

use std::ops::{Deref, DerefMut};

use futures_util::TryStreamExt as _;
use sqlx::any::{Any, AnyArguments};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{AnyConnection, AssertSqlSafe, Transaction};

use crate::bind::Args;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::Statement;

/// Most placeholders in one statement: SQLite's limit is 32,766
/// (<https://www.sqlite.org/limits.html>), PostgreSQL's 65,535.
const MAX_PLACEHOLDERS: usize = 32_000;
/// Most rows in one statement; more gains nothing. A power of two, see [`rows_at_once`].
const MAX_ROWS: usize = 256;

enum Link {
    Pooled(PoolConnection<Any>),
    /// In a transaction that only reads; undone when dropped.
    Snapshot(Transaction<'static, Any>),
    Owned(AnyConnection),
}

/// Reads. Every reading function of a repository takes one; a [`Tx`] is one too.
pub struct Reader {
    link: Link,
    dialect: Dialect,
}

impl Reader {
    pub(crate) fn pooled(connection: PoolConnection<Any>, dialect: Dialect) -> Self {
        Self { link: Link::Pooled(connection), dialect }
    }

    pub(crate) fn snapshot(transaction: Transaction<'static, Any>, dialect: Dialect) -> Self {
        Self { link: Link::Snapshot(transaction), dialect }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.link {
            Link::Pooled(connection) => connection,
            Link::Snapshot(transaction) => transaction,
            Link::Owned(connection) => connection,
        }
    }

    /// Calls a function with every row.
    pub(crate) async fn each(
        &mut self,
        statement: &Statement,
        args: Args,
        mut on_row: impl FnMut(Row<'_>) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let failed = |e| StoreError::from_sqlx(statement.table, e);
        let mut rows = plain(statement, args).fetch(self.connection());
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            on_row(Row::new(&row, statement))?;
        }
        Ok(())
    }

    /// Every row, converted.
    pub(crate) async fn all<T: Send>(
        &mut self,
        statement: &Statement,
        args: Args,
        convert: impl Fn(Row<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Vec<T>, StoreError> {
        let mut out = Vec::new();
        self.each(statement, args, |row| {
            out.push(convert(row)?);
            Ok(())
        })
        .await?;
        Ok(out)
    }

    /// The only row, if there is one.
    pub(crate) async fn optional<T: Send>(
        &mut self,
        statement: &Statement,
        args: Args,
        convert: impl Fn(Row<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(statement, args, convert).await?.pop())
    }

    /// Executes a statement with `{rows}` for many items, many to a statement; calls a function with
    /// every row that comes back.
    pub(crate) async fn each_of<T>(
        &mut self,
        statement: &Statement,
        items: &[T],
        bind: impl Fn(&T, &mut Args),
        mut on_row: impl FnMut(Row<'_>) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let failed = |e| StoreError::from_sqlx(statement.table, e);
        for chunk in chunks(statement, items) {
            let mut args = Args::default();
            for item in chunk {
                bind(item, &mut args);
            }
            let mut rows = many(statement, self.dialect, chunk.len(), args).fetch(self.connection());
            while let Some(row) = rows.try_next().await.map_err(failed)? {
                on_row(Row::new(&row, statement))?;
            }
        }
        Ok(())
    }
}

/// A unit of work in the one write transaction. Reads what it wrote itself.
pub struct Tx {
    reader: Reader,
}

impl Deref for Tx {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl Tx {
    pub(crate) fn new(connection: AnyConnection, dialect: Dialect) -> Self {
        Self { reader: Reader { link: Link::Owned(connection), dialect } }
    }

    /// Executes a plain statement; the number of rows changed.
    pub(crate) async fn execute(&mut self, statement: &Statement, args: Args) -> Result<u64, StoreError> {
        let done = plain(statement, args).execute(self.connection()).await;
        done.map(|d| d.rows_affected()).map_err(|e| StoreError::from_sqlx(statement.table, e))
    }

    /// Executes a plain statement that must hit a row.
    pub(crate) async fn execute_on(
        &mut self,
        statement: &Statement,
        args: Args,
        what: &'static str,
        id: impl ToString,
    ) -> Result<(), StoreError> {
        match self.execute(statement, args).await? {
            0 => Err(StoreError::NotFound { what, id: id.to_string() }),
            _ => Ok(()),
        }
    }

    /// Executes a statement with `{rows}` for many items, many to a statement; the number of rows
    /// changed.
    pub(crate) async fn bulk<T>(
        &mut self,
        statement: &Statement,
        items: &[T],
        bind: impl Fn(&T, &mut Args),
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        for chunk in chunks(statement, items) {
            let mut args = Args::default();
            for item in chunk {
                bind(item, &mut args);
            }
            changed += self.rows(statement, chunk.len(), args).await?;
        }
        Ok(changed)
    }

    /// Executes a statement with `{rows}` once; the number of rows changed.
    pub(crate) async fn rows(&mut self, statement: &Statement, rows: usize, args: Args) -> Result<u64, StoreError> {
        let done = many(statement, self.dialect, rows, args).execute(self.connection()).await;
        done.map(|d| d.rows_affected()).map_err(|e| StoreError::from_sqlx(statement.table, e))
    }

    /// Executes a text without parameters that only this crate wrote: `COMMIT`, a migration.
    pub(crate) async fn raw(&mut self, doing: &'static str, text: impl Into<String>) -> Result<(), StoreError> {
        raw(self.connection(), doing, text).await
    }

    pub(crate) async fn close(self) {
        if let Link::Owned(connection) = self.reader.link {
            // The database ends an abandoned connection by itself.
            let _ = sqlx::Connection::close(connection).await;
        }
    }
}

/// Executes a text without parameters.
pub(crate) async fn raw(
    connection: &mut AnyConnection,
    doing: &'static str,
    text: impl Into<String>,
) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(text.into())).execute(connection).await;
    done.map(drop).map_err(|e| StoreError::from_sqlx(doing, e))
}

/// How many of some rows to put into the next statement: always a power of two, so that each statement has few texts
/// and stays prepared whatever the number of rows.
pub(crate) fn rows_at_once(statement: &Statement, rows: usize) -> usize {
    let most = (MAX_PLACEHOLDERS / statement.columns.max(1)).clamp(1, MAX_ROWS).min(rows);
    most.checked_ilog2().map_or(0, |power| 1 << power)
}

fn chunks<'i, T>(statement: &Statement, mut items: &'i [T]) -> impl Iterator<Item = &'i [T]> {
    std::iter::from_fn(move || {
        let (now, rest) = items.split_at_checked(rows_at_once(statement, items.len()))?;
        items = rest;
        (!now.is_empty()).then_some(now)
    })
}

fn many(statement: &Statement, dialect: Dialect, rows: usize, args: Args) -> Query<'static, Any, AnyArguments> {
    debug_assert_eq!(args.len(), rows * statement.columns, "{}", statement.name);
    sqlx::query_with(AssertSqlSafe(statement.text(dialect, rows)), args.0)
}

fn plain(statement: &Statement, args: Args) -> Query<'static, Any, AnyArguments> {
    debug_assert_eq!(statement.columns, 0, "{} needs rows", statement.name);
    sqlx::query_with(statement.sql, args.0)
}
