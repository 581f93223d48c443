//! Counters: dense numbers that are never given out twice, also not across a restore.

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::statement::statements;

statements! {
    counter(name) {
        ADD = "UPDATE counter SET value = value + $2 WHERE name = $1 RETURNING name, value";
        RAISE = "UPDATE counter SET value = $2 WHERE name = $1 AND value < $2";
        LAST = "SELECT name, value FROM counter WHERE name = $1";
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Revision numbers of the site.
    Revision,
    /// Numbers of package indices.
    Index,
    /// Device numbers.
    Device,
    /// Events of devices.
    DeviceEvent,
    /// Events that Windows devices report.
    WindowsEvent,
    /// Numbers of exported bundles.
    Bundle,
    /// The version of the catalog.
    CatalogVersion,
    /// Changes of what clients are told of updates.
    Change,
    /// Restores of the database.
    Restore,
}

impl Counter {
    /// Those whose numbers name things, and so must not be used again after a restore.
    pub(crate) const IDENTITIES: [Self; 6] =
        [Self::Revision, Self::Index, Self::Device, Self::DeviceEvent, Self::WindowsEvent, Self::Bundle];

    /// All others.
    pub(crate) const VERSIONS: [Self; 3] = [Self::CatalogVersion, Self::Change, Self::Restore];

    fn name(self) -> &'static str {
        match self {
            Self::Revision => "revision",
            Self::Index => "index",
            Self::Device => "device",
            Self::DeviceEvent => "device_event",
            Self::WindowsEvent => "windows_event",
            Self::Bundle => "bundle",
            Self::CatalogVersion => "catalog_version",
            Self::Change => "change",
            Self::Restore => "restore",
        }
    }
}

/// Gives out `count` numbers; the first of them. Numbers start at 1.
///
/// # Errors
/// When the counter cannot be written.
pub async fn allocate(tx: &mut Tx, counter: Counter, count: u32) -> Result<u64, StoreError> {
    let last = tx.optional(&ADD, args![counter.name(), count], |row| row.get::<u64>("value")).await?;
    let last = last.ok_or_else(|| missing(counter))?;
    Ok(last - u64::from(count) + 1)
}

/// Gives out `count` numbers that fit 32 bits; the first of them.
pub(crate) async fn allocate_u32(tx: &mut Tx, counter: Counter, count: usize) -> Result<u32, StoreError> {
    let used_up = || StoreError::Invalid { what: format!("the {} numbers are used up", counter.name()) };
    let count = u32::try_from(count).map_err(|_| used_up())?;
    let first = allocate(tx, counter, count).await?;
    let first = u32::try_from(first).map_err(|_| used_up())?;
    first.checked_add(count).ok_or_else(used_up)?;
    Ok(first)
}

/// The last number given out; 0 when none was.
///
/// # Errors
/// When it cannot be read.
pub async fn last(reader: &mut Reader, counter: Counter) -> Result<u64, StoreError> {
    let last = reader.optional(&LAST, args![counter.name()], |row| row.get("value")).await?;
    last.ok_or_else(|| missing(counter))
}

/// Makes sure that the next number is above `value`.
pub(crate) async fn raise(tx: &mut Tx, counter: Counter, value: u64) -> Result<(), StoreError> {
    tx.execute(&RAISE, args![counter.name(), value]).await.map(drop)
}

fn missing(counter: Counter) -> StoreError {
    StoreError::NotFound { what: "counter", id: counter.name().to_owned() }
}
