//! Restoring a backup: into an empty database or in place of what one holds, all or nothing.

use std::fs::File;
use std::path::Path;

use sqlx::{Arguments as _, AssertSqlSafe};
use tokio::sync::mpsc;

use super::TABLES;
use super::format::{Decoder, Frame, Value};
use crate::config::{DatabaseUrl, StoreConfig};
use crate::connect;
use crate::connection::Tx;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::lock::{UseLock, file_error, private_file};
use crate::migrate::{self, SCHEMA_VERSION};
use crate::repository::counter::{self, Counter};
use crate::repository::meta;
use crate::schema::{self, ColumnInfo, Kind};
use crate::statement::places;

/// How far the counters of identities jump ahead at a restore: more than a site hands out between
/// two backups, so that numbers known to clients from after the backup are not given out again.
/// 32 bits hold 16,000 such jumps.
pub const COUNTER_MARGIN: u64 = 1 << 18;

/// Most rows in one statement; more gains nothing.
const MAX_ROWS: usize = 200;
/// No row is added to a statement that has this many bytes: rows may be as large as a backup allows.
const MAX_BYTES: usize = 4 << 20;
/// Groups of rows that are decoded ahead.
const GROUPS: usize = 2;

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Rows of all tables.
    pub rows: u64,
    /// Schema version of the backup; it has been upgraded to this program's.
    pub schema: i64,
    /// The new epoch.
    pub epoch: meta::Epoch,
}

/// Puts the content of a backup in place of everything the database holds, under a new epoch. On
/// any failure the database stays as it was. No server may use it meanwhile.
///
/// # Errors
/// [`StoreError::InUse`], [`StoreError::Backup`] when the file is not a complete backup,
/// [`StoreError::NewerSchema`] when a newer program wrote it.
pub async fn restore(config: &StoreConfig, path: &Path) -> Result<Restored, StoreError> {
    let file = File::open(path).map_err(|e| file_error("read", path, e))?;
    if let DatabaseUrl::Sqlite(database) = &config.url
        && !database.exists()
    {
        drop(private_file(database)?);
    }
    let lock = UseLock::exclusive(&config.url).await?;
    let mut tx = Tx::new(connect::writer(&config.url).await?, connect::dialect(&config.url));
    let frames = read_in_background(file);
    let done = replace_all(&mut tx, config, path, frames).await;
    tx.close().await;
    lock.release().await;
    done
}

type Group = Vec<std::io::Result<Frame>>;
type Frames = mpsc::Receiver<Group>;

/// Decodes on a thread of its own, some groups of frames ahead.
fn read_in_background(file: File) -> Frames {
    let (groups, out) = mpsc::channel(GROUPS);
    tokio::task::spawn_blocking(move || {
        let mut decoder = match Decoder::new(file) {
            Ok(decoder) => decoder,
            Err(error) => return drop(groups.blocking_send(vec![Err(error)])),
        };
        let (mut group, mut bytes) = (Vec::new(), 0);
        loop {
            let frame = decoder.next();
            let last = matches!(frame, Ok(Frame::End { .. }) | Err(_));
            bytes += frame.as_ref().map_or(0, Frame::size);
            group.push(frame);
            if last || group.len() == MAX_ROWS || bytes >= MAX_BYTES {
                bytes = 0;
                if groups.blocking_send(std::mem::take(&mut group)).is_err() || last {
                    return;
                }
            }
        }
    });
    out
}

struct Input<'p> {
    frames: Frames,
    group: std::vec::IntoIter<std::io::Result<Frame>>,
    path: &'p Path,
}

impl Input<'_> {
    async fn next(&mut self) -> Result<Frame, StoreError> {
        if self.group.as_slice().is_empty() {
            self.group = self.frames.recv().await.unwrap_or_default().into_iter();
        }
        match self.group.next() {
            Some(Ok(frame)) => Ok(frame),
            Some(Err(error)) => Err(match error.kind() {
                std::io::ErrorKind::UnexpectedEof => self.bad("it ends in the middle".to_owned()),
                _ => self.bad(error.to_string()),
            }),
            None => Err(self.bad("it ends in the middle".to_owned())),
        }
    }

    fn bad(&self, what: String) -> StoreError {
        StoreError::Backup { path: self.path.display().to_string(), what }
    }
}

async fn replace_all(tx: &mut Tx, config: &StoreConfig, path: &Path, frames: Frames) -> Result<Restored, StoreError> {
    let doing = "restoring";
    let mut input = Input { frames, group: Vec::new().into_iter(), path };
    let Frame::Header { schema } = input.next().await? else {
        return Err(input.bad("it does not say which schema it has".to_owned()));
    };
    if schema > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { found: schema, known: SCHEMA_VERSION });
    }
    match tx.dialect() {
        // Checked as a whole before the commit.
        Dialect::Sqlite => tx.raw(doing, "PRAGMA foreign_keys = OFF; BEGIN EXCLUSIVE").await?,
        // Rows of one table may refer to later ones of it.
        Dialect::Postgres => {
            crate::writer::begin(tx).await?;
            tx.raw(doing, "SET CONSTRAINTS ALL DEFERRED").await?;
        }
    }
    let given_out = numbers_given_out(tx).await?;
    drop_tables(tx).await?;
    migrate::up_to(tx, schema).await?;
    let rows = load_tables(tx, &mut input).await?;
    migrate::up_to(tx, SCHEMA_VERSION).await?;
    for (counter, before) in given_out {
        let last = counter::last(tx, counter).await?.max(before);
        let ahead = if Counter::IDENTITIES.contains(&counter) { COUNTER_MARGIN } else { 1 };
        counter::raise(tx, counter, last.saturating_add(ahead)).await?;
    }
    meta::set_epoch(tx, config.new_epoch).await?;
    let epoch = meta::epoch(tx).await?;
    if tx.dialect() == Dialect::Sqlite {
        let mut dangling = 0_u64;
        schema::each(tx, "PRAGMA foreign_key_check".to_owned(), |_| {
            dangling += 1;
            Ok(())
        })
        .await?;
        if dangling > 0 {
            return Err(input.bad(format!("{dangling} of its rows refer to rows it does not have")));
        }
    }
    tx.raw(doing, "COMMIT").await?;
    Ok(Restored { rows, schema, epoch })
}

/// The counters of the database that is replaced; zeros when it has none.
async fn numbers_given_out(tx: &mut Tx) -> Result<Vec<(Counter, u64)>, StoreError> {
    let known = schema::tables(tx).await?.iter().any(|t| t == "counter");
    let mut out = Vec::new();
    for counter in Counter::IDENTITIES.into_iter().chain(Counter::VERSIONS) {
        out.push((counter, if known { counter::last(tx, counter).await.unwrap_or(0) } else { 0 }));
    }
    Ok(out)
}

async fn drop_tables(tx: &mut Tx) -> Result<(), StoreError> {
    let cascade = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " CASCADE",
    };
    for table in schema::tables(tx).await? {
        let quoted = table.replace('"', "\"\"");
        tx.raw("restoring", format!("DROP TABLE \"{quoted}\"{cascade}")).await?;
    }
    Ok(())
}

async fn load_tables(tx: &mut Tx, input: &mut Input<'_>) -> Result<u64, StoreError> {
    let mut rows = 0;
    let mut table: Option<Table> = None;
    loop {
        match input.next().await? {
            Frame::Header { .. } => return Err(input.bad("it has two headers".to_owned())),
            Frame::Table { name, columns } => {
                if let Some(mut table) = table.take() {
                    table.flush(tx).await?;
                }
                let begun = Table::begin(tx, &name, &columns).await?;
                table = Some(begun.ok_or_else(|| input.bad(format!("table {name} does not fit its schema")))?);
            }
            Frame::Row(values) => {
                let Some(table) = &mut table else { return Err(input.bad("a row belongs to no table".to_owned())) };
                rows += 1;
                table.bytes += values.iter().map(Value::size).sum::<usize>();
                table.rows.push(values);
                if table.rows.len() == MAX_ROWS || table.bytes >= MAX_BYTES {
                    table.flush(tx).await?;
                }
            }
            Frame::End { rows: expected } => {
                if let Some(mut table) = table.take() {
                    table.flush(tx).await?;
                }
                return if rows == expected {
                    Ok(rows)
                } else {
                    Err(input.bad(format!("it holds {rows} rows of {expected}")))
                };
            }
        }
    }
}

/// A table being filled.
struct Table {
    /// `TABLES` has the name for errors; a table of an older schema may not be in it.
    name: &'static str,
    insert: String,
    kinds: Vec<Kind>,
    rows: Vec<Vec<Value>>,
    /// Of the rows' texts and blobs.
    bytes: usize,
}

impl Table {
    /// `None` when the file's table and columns are not those of the schema. Only then are the
    /// file's names safe to be part of a statement.
    async fn begin(tx: &mut Tx, name: &str, columns: &[String]) -> Result<Option<Self>, StoreError> {
        if !schema::tables(tx).await?.iter().any(|t| t == name) {
            return Ok(None);
        }
        let known = schema::columns(tx, name).await?;
        let kind = |column: &String| known.iter().find(|k: &&ColumnInfo| k.name == *column).map(|k| k.kind);
        let Some(kinds) = columns.iter().map(kind).collect::<Option<Vec<_>>>() else { return Ok(None) };
        // Rows that the schema's own steps have made.
        tx.raw("restoring", format!("DELETE FROM {name}")).await?;
        Ok(Some(Self {
            name: TABLES.iter().find(|t| **t == name).copied().unwrap_or("of an older schema"),
            insert: format!("INSERT INTO {name} ({}) VALUES ", columns.join(", ")),
            kinds,
            rows: Vec::new(),
            bytes: 0,
        }))
    }

    async fn flush(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let sql = format!("{}{}", self.insert, places(tx.dialect(), self.rows.len(), self.kinds.len()));
        let persistent = self.rows.len() == MAX_ROWS;
        let mut args = sqlx::any::AnyArguments::default();
        self.bytes = 0;
        for values in self.rows.drain(..) {
            for (value, kind) in values.into_iter().zip(&self.kinds) {
                let added = match (value, kind) {
                    (Value::Int(number), Kind::Int) => args.add(number),
                    (Value::Text(text), Kind::Text) => args.add(text),
                    (Value::Blob(bytes), Kind::Blob) => args.add(bytes),
                    (Value::Null, Kind::Int) => args.add(None::<i64>),
                    (Value::Null, Kind::Text) => args.add(None::<String>),
                    (Value::Null, Kind::Blob) => args.add(None::<Vec<u8>>),
                    _ => {
                        let what = format!("the backup has a value of the wrong type in table {}", self.name);
                        return Err(StoreError::Invalid { what });
                    }
                };
                added.map_err(|e| StoreError::from_sqlx(self.name, sqlx::Error::Encode(e)))?;
            }
        }
        let done = sqlx::query_with(AssertSqlSafe(sql), args).persistent(persistent).execute(tx.connection()).await;
        done.map(drop).map_err(|e| StoreError::from_sqlx(self.name, e))
    }
}
