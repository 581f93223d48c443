//! Writing a backup of a database in use.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{Row as _, ValueRef as _};
use tokio::sync::mpsc;

use super::TABLES;
use super::format::{Encoder, Value, put_header, put_row, put_table};
use crate::connection::Reader;
use crate::error::StoreError;
use crate::lock::{file_error, private_file};
use crate::migrate::SCHEMA_VERSION;
use crate::schema;
use crate::store::Store;

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupSummary {
    /// Rows of all tables.
    pub rows: u64,
    /// Size of the file, bytes.
    pub bytes: u64,
}

/// Bytes handed to the file at once.
const CHUNK: usize = 1 << 20;
/// Chunks on the way: bounds the memory a slow disk costs. Each is as large as the largest row, or
/// [`CHUNK`].
const CHUNKS: usize = 2;

impl Store {
    /// Writes everything to a new file, as of one moment, while the store is in use. The file is
    /// complete and on disk when this returns; it appears under its name only then.
    ///
    /// # Errors
    /// [`StoreError::File`] when the file exists or cannot be written, [`StoreError::DiskFull`].
    pub async fn backup(&self, path: &Path) -> Result<BackupSummary, StoreError> {
        if path.try_exists().map_err(|e| file_error("create", path, e))? {
            return Err(exists(path));
        }
        let mut reader = self.snapshot().await?;
        let (chunks, file) = mpsc::channel(CHUNKS);
        let target = path.to_owned();
        let writer = tokio::task::spawn_blocking(move || write_file(&target, file));
        let read = read_tables(&mut reader, &chunks).await;
        if let Ok(rows) = &read {
            // The writer's own error tells more than that it has gone.
            let _ = chunks.send(Chunk::End { rows: *rows }).await;
        }
        drop(chunks);
        let written = writer.await.map_err(|_| StoreError::Panicked)?;
        match (read, written) {
            (_, Err(error)) if !matches!(error, StoreError::Closed) => Err(error),
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(rows), Ok(bytes)) => Ok(BackupSummary { rows, bytes }),
        }
    }
}

enum Chunk {
    Frames(Vec<u8>),
    End { rows: u64 },
}

async fn read_tables(reader: &mut Reader, chunks: &mpsc::Sender<Chunk>) -> Result<u64, StoreError> {
    let mut frames = Vec::with_capacity(CHUNK);
    let mut rows = 0;
    put_header(&mut frames, SCHEMA_VERSION);
    for table in TABLES {
        let columns = schema::columns(reader, table).await?;
        let names: Vec<_> = columns.iter().map(|c| c.name.as_str()).collect();
        put_table(&mut frames, table, names.iter().copied());
        let sql = format!("SELECT {} FROM {table}", names.join(", "));
        rows += read_table(reader, table, sql, &mut frames, chunks).await?;
    }
    chunks.send(Chunk::Frames(frames)).await.map_err(|_| StoreError::Closed)?;
    Ok(rows)
}

async fn read_table(
    reader: &mut Reader,
    table: &'static str,
    sql: String,
    frames: &mut Vec<u8>,
    chunks: &mpsc::Sender<Chunk>,
) -> Result<u64, StoreError> {
    use futures_util::TryStreamExt as _;

    let failed = |e| StoreError::from_sqlx(table, e);
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false).fetch(reader.connection());
    let mut count = 0;
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let values = (0..row.len()).map(|i| value(&row, i)).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        put_row(frames, values.into_iter());
        count += 1;
        if frames.len() >= CHUNK {
            let full = std::mem::replace(frames, Vec::with_capacity(CHUNK));
            chunks.send(Chunk::Frames(full)).await.map_err(|_| StoreError::Closed)?;
        }
    }
    Ok(count)
}

fn value(row: &AnyRow, column: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().kind();
    Ok(match kind {
        AnyTypeInfoKind::Text => Value::Text(row.try_get(column)?),
        AnyTypeInfoKind::Blob => Value::Blob(row.try_get(column)?),
        _ => Value::Int(row.try_get(column)?),
    })
}

fn exists(path: &Path) -> StoreError {
    file_error("create", path, std::io::ErrorKind::AlreadyExists.into())
}

/// Writes under a temporary name next to the final one; the size.
fn write_file(path: &Path, mut chunks: mpsc::Receiver<Chunk>) -> Result<u64, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    // Left over by a backup that was killed.
    let _ = std::fs::remove_file(&part);
    let done = write_part(&part, &mut chunks).and_then(|bytes| publish(&part, path).map(|()| bytes));
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

fn write_part(part: &Path, chunks: &mut mpsc::Receiver<Chunk>) -> Result<u64, StoreError> {
    let failed = |e| file_error("write", part, e);
    let file = private_file(part)?;
    let mut encoder = Encoder::new(BufWriter::new(file)).map_err(failed)?;
    let rows = loop {
        match chunks.blocking_recv() {
            Some(Chunk::Frames(frames)) => encoder.write(&frames).map_err(failed)?,
            Some(Chunk::End { rows }) => break rows,
            // The reading side failed and says why.
            None => return Err(StoreError::Closed),
        }
    };
    let mut buffer = encoder.finish(rows).map_err(failed)?;
    buffer.flush().map_err(failed)?;
    let file = buffer.get_ref();
    file.sync_all().map_err(failed)?;
    Ok(file.metadata().map_err(failed)?.len())
}

/// Gives the finished file its name, which must still be free.
fn publish(part: &Path, path: &Path) -> Result<(), StoreError> {
    match std::fs::hard_link(part, path) {
        Ok(()) => std::fs::remove_file(part).map_err(|e| file_error("remove", part, e))?,
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists(path)),
        // A file system without links: claim the name, then replace the empty file.
        Err(_) => {
            File::create_new(path).map_err(|e| file_error("create", path, e))?;
            std::fs::rename(part, path).map_err(|e| file_error("create", path, e))?;
        }
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let sync = File::open(parent).and_then(|directory| directory.sync_all());
    sync.map_err(|e| file_error("write", parent, e))
}
