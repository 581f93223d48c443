//! The self-check: the file's integrity, every row, every reference.

mod catalog;
mod rows;

use std::fmt;

use sqlx::Row as _;

use crate::connection::Reader;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::repository::{audit, counter};
use crate::schema;
use crate::store::Store;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Problems reported; a database with more is beyond reading through.
const MAX_PROBLEMS: usize = 1000;

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, what: impl Into<String>) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(Problem(what.into()));
        }
    }

    /// Notes a row that cannot be read; hands on one that can.
    fn row<T>(&mut self, row: Result<T, StoreError>) -> Option<T> {
        row.map_err(|error| self.add(error.to_string())).ok()
    }

    /// Notes that a repository's list stops at a row that cannot be read.
    fn list<T>(&mut self, list: Result<Vec<T>, StoreError>) -> Result<Vec<T>, StoreError> {
        match list {
            Err(error @ StoreError::Corrupt { .. }) => {
                self.add(error.to_string());
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

impl Store {
    /// Checks everything, as of one moment, while the store is in use: the database file (SQLite),
    /// every row of every table, every reference, the counters, the audit chain. Empty: all is well.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Vec<Problem>, StoreError> {
        let mut problems = Problems::default();
        let mut reader = self.snapshot().await?;
        if reader.dialect() == Dialect::Sqlite {
            integrity(&mut reader, &mut problems).await?;
        }
        catalog::check(&mut reader, &mut problems).await?;
        rows::check(&mut reader, &mut problems).await?;
        for found in audit::verify_chain(&mut reader).await?.breaks {
            problems.add(format!("audit: {found}"));
        }
        Ok(problems.0)
    }
}

/// SQLite's own checks. PostgreSQL does not need them: it enforces references always, and checks
/// pages when it reads them.
async fn integrity(reader: &mut Reader, problems: &mut Problems) -> Result<(), StoreError> {
    schema::each(reader, "PRAGMA integrity_check".to_owned(), |row| {
        match row.try_get::<String, _>(0) {
            Ok(text) if text == "ok" => {}
            Ok(text) => problems.add(format!("database file: {text}")),
            Err(error) => problems.add(format!("database file: {error}")),
        }
        Ok(())
    })
    .await?;
    schema::each(reader, "PRAGMA foreign_key_check".to_owned(), |row| {
        let table = row.try_get::<String, _>(0).unwrap_or_default();
        let parent = row.try_get::<String, _>(2).unwrap_or_default();
        problems.add(format!("a row of table {table} refers to a row that table {parent} does not have"));
        Ok(())
    })
    .await
}

/// Notes a number that its counter has not given out yet, and so would give out again.
async fn check_counter(
    reader: &mut Reader,
    problems: &mut Problems,
    which: counter::Counter,
    highest: u64,
) -> Result<(), StoreError> {
    let last = counter::last(reader, which).await?;
    if highest > last {
        problems.add(format!("table counter: {which:?} stands at {last}, but number {highest} is in use"));
    }
    Ok(())
}
