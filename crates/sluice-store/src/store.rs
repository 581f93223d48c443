//! Opening, reading, writing.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::Mutex;

use crate::config::{DatabaseUrl, StoreConfig};
use crate::connect;
use crate::connection::{Reader, Tx};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::lock::{self, UseLock};
use crate::migrate::{self, SCHEMA_VERSION};
use crate::repository::meta;
use crate::writer::{self, JobFuture, Writer};

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    dialect: Dialect,
    readers: AnyPool,
    writer: Writer,
    url: DatabaseUrl,
    in_use: Mutex<Option<UseLock>>,
    serving: Mutex<Option<UseLock>>,
}

impl Store {
    /// Opens a database, making or upgrading its tables.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer program has used it, [`StoreError::InUse`] while a
    /// restore runs, [`StoreError::Unavailable`] when it cannot be reached.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        if let DatabaseUrl::Sqlite(path) = &config.url
            && !path.exists()
        {
            drop(lock::private_file(path)?);
        }
        let in_use = UseLock::shared(&config.url).await?;
        let dialect = connect::dialect(&config.url);
        let mut tx = Tx::new(connect::writer(&config.url).await?, dialect);
        migrate::run(&mut tx, SCHEMA_VERSION).await?;
        writer::begin(&mut tx).await?;
        meta::set_epoch_if_none(&mut tx, config.new_epoch).await?;
        tx.raw("committing", "COMMIT").await?;

        let readers = connect::readers(&config)?;
        let url = config.url.clone();
        let writer = Writer::start(config.url, tx);
        Ok(Self {
            inner: Arc::new(Inner {
                dialect,
                readers,
                writer,
                url,
                in_use: Mutex::new(Some(in_use)),
                serving: Mutex::default(),
            }),
        })
    }

    /// Claims the database for a process that serves from what it read, until it is closed: a second
    /// one would not see what the first one changes.
    ///
    /// # Errors
    /// [`StoreError::Served`] when another process has it after `patience`.
    pub async fn serve_alone(&self, patience: Duration) -> Result<(), StoreError> {
        let lock = UseLock::serving(&self.inner.url, patience).await?;
        *self.inner.serving.lock().await = Some(lock);
        Ok(())
    }

    /// Does a unit of work that writes, and waits until it is on disk. It runs alone, in a
    /// savepoint of a transaction it shares with other units: when it fails, only it is undone.
    /// It must not wait for anything but the database.
    ///
    /// # Errors
    /// The unit's own error, or why it could not be committed; then nothing of it happened.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, T> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    /// A connection for reading. Each statement sees what is committed when it runs.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none gets free, [`StoreError::Unavailable`].
    pub async fn reader(&self) -> Result<Reader, StoreError> {
        let connection = self.inner.readers.acquire().await;
        let connection = connection.map_err(|e| StoreError::from_sqlx("reading", e))?;
        Ok(Reader::pooled(connection, self.inner.dialect))
    }

    /// A reader whose statements all see the same moment.
    ///
    /// # Errors
    /// As [`Store::reader`].
    pub async fn snapshot(&self) -> Result<Reader, StoreError> {
        let begin = match self.inner.dialect {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let transaction = self.inner.readers.begin_with(begin).await;
        let transaction = transaction.map_err(|e| StoreError::from_sqlx("reading", e))?;
        Ok(Reader::snapshot(transaction, self.inner.dialect))
    }

    /// Finishes what is queued and closes every connection. Later calls fail with
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.inner.writer.close().await;
        self.inner.readers.close().await;
        for lock in [&self.inner.serving, &self.inner.in_use] {
            if let Some(lock) = lock.lock().await.take() {
                lock.release().await;
            }
        }
    }
}
