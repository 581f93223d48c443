//! Rows out of statements: every column is checked, and what is wrong names table, column and row.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sluice_model::{
    AlertId, CategoryId, CollectionId, DeploymentId, DeviceId, DeviceNumber, ErrorCode, IndexId, Name, RevisionId,
    ServerId, Sha256, SiteId, SourceId, SyncRunId, TokenId, UpdateGroupId, UpdateId, UserId,
};
use sqlx::any::{Any, AnyRow};
use sqlx::{Decode, Row as _, Type};
use uuid::Uuid;

use crate::error::StoreError;
use crate::pack;
use crate::statement::Statement;

/// One row of a statement's result.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r> {
    row: &'r AnyRow,
    statement: &'r Statement,
}

impl<'r> Row<'r> {
    pub(crate) fn new(row: &'r AnyRow, statement: &'r Statement) -> Self {
        Self { row, statement }
    }

    /// A column as the type its place in the record wants.
    pub(crate) fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        let plain = self.row.try_get::<T::Plain, _>(column).map_err(|e| self.corrupt(column, e.to_string()))?;
        T::from_plain(plain).map_err(|what| self.corrupt(column, what))
    }

    /// Bytes, borrowed.
    pub(crate) fn bytes(&self, column: &'static str) -> Result<&'r [u8], StoreError> {
        self.row.try_get::<&[u8], _>(column).map_err(|e| self.corrupt(column, e.to_string()))
    }

    /// A packed value.
    pub(crate) fn unpack<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        pack::unpack(self.bytes(column)?).map_err(|what| self.corrupt(column, what))
    }

    /// A value that a function makes from what is stored, or refuses.
    pub(crate) fn get_as<P: Column + Clone + std::fmt::Debug, T>(
        &self,
        column: &'static str,
        convert: impl FnOnce(P) -> Option<T>,
    ) -> Result<T, StoreError> {
        let plain = self.get::<P>(column)?;
        convert(plain.clone()).ok_or_else(|| self.corrupt(column, format!("unknown value {plain:?}")))
    }

    /// The error for a column.
    pub(crate) fn corrupt(&self, column: &'static str, what: String) -> StoreError {
        StoreError::Corrupt { table: self.statement.table, column, id: self.id(), what }
    }

    /// The key columns as far as they can be read.
    fn id(&self) -> String {
        let show = |column: &&'static str| {
            if let Ok(number) = self.row.try_get::<i64, _>(*column) {
                return number.to_string();
            }
            if let Ok(text) = self.row.try_get::<&str, _>(*column) {
                return text.to_owned();
            }
            match self.row.try_get::<&[u8], _>(*column) {
                Ok(bytes) => match Uuid::from_slice(bytes) {
                    Ok(id) => id.to_string(),
                    Err(_) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
                },
                Err(_) => "?".to_owned(),
            }
        };
        self.statement.key.iter().map(show).collect::<Vec<_>>().join(" ")
    }
}

/// A type that can be read from a column.
pub(crate) trait Column: Sized {
    type Plain: Type<Any> + for<'d> Decode<'d, Any>;
    fn from_plain(plain: Self::Plain) -> Result<Self, String>;
}

macro_rules! plain_columns {
    ($($type:ty),*) => {$(impl Column for $type {
        type Plain = $type;
        fn from_plain(plain: $type) -> Result<Self, String> { Ok(plain) }
    })*};
}
plain_columns!(i64, String, Vec<u8>);

macro_rules! integer_columns {
    ($($type:ty),*) => {$(impl Column for $type {
        type Plain = i64;
        fn from_plain(plain: i64) -> Result<Self, String> {
            <$type>::try_from(plain).map_err(|_| format!("{plain} is out of range"))
        }
    })*};
}
integer_columns!(u8, u32, i32, u64, usize);

impl Column for bool {
    type Plain = i64;
    fn from_plain(plain: i64) -> Result<Self, String> {
        match plain {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("{other} is neither 0 nor 1")),
        }
    }
}

impl Column for Timestamp {
    type Plain = i64;
    fn from_plain(plain: i64) -> Result<Self, String> {
        Timestamp::from_microsecond(plain).map_err(|_| format!("{plain} microseconds is no moment"))
    }
}

impl<const N: usize> Column for [u8; N] {
    type Plain = Vec<u8>;
    fn from_plain(plain: Vec<u8>) -> Result<Self, String> {
        let len = plain.len();
        plain.try_into().map_err(|_| format!("{len} bytes where {N} belong"))
    }
}

impl Column for Sha256 {
    type Plain = Vec<u8>;
    fn from_plain(plain: Vec<u8>) -> Result<Self, String> {
        Column::from_plain(plain).map(Self)
    }
}

impl Column for Uuid {
    type Plain = Vec<u8>;
    fn from_plain(plain: Vec<u8>) -> Result<Self, String> {
        <[u8; 16]>::from_plain(plain).map(Uuid::from_bytes)
    }
}

impl Column for Name {
    type Plain = String;
    fn from_plain(plain: String) -> Result<Self, String> {
        Name::new(&plain).map_err(|e| e.to_string())
    }
}

macro_rules! newtype_columns {
    ($plain:ty: $($type:ident),*) => {$(impl Column for $type {
        type Plain = <$plain as Column>::Plain;
        fn from_plain(plain: Self::Plain) -> Result<Self, String> { <$plain>::from_plain(plain).map(Self) }
    })*};
}
newtype_columns!(Uuid:
    UpdateId, CategoryId, DeviceId, CollectionId, UpdateGroupId, DeploymentId, SourceId, SyncRunId, UserId, TokenId,
    AlertId, ServerId, SiteId
);
newtype_columns!(u32: RevisionId, DeviceNumber, IndexId, ErrorCode);

impl<T: Column> Column for Option<T>
where
    Option<T::Plain>: Type<Any> + for<'d> Decode<'d, Any>,
{
    type Plain = Option<T::Plain>;
    fn from_plain(plain: Self::Plain) -> Result<Self, String> {
        plain.map(T::from_plain).transpose()
    }
}
