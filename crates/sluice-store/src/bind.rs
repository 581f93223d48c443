//! Values into statements: every type that may be bound, and the one way it is stored.

use jiff::Timestamp;
use sluice_model::{
    AlertId, CategoryId, CollectionId, DeploymentId, DeviceId, DeviceNumber, ErrorCode, IndexId, RevisionId, ServerId,
    Sha256, SiteId, SourceId, SyncRunId, TokenId, UpdateGroupId, UpdateId, UserId,
};
use sqlx::any::{Any, AnyArguments};
use sqlx::{Arguments as _, Encode, Type};
use uuid::Uuid;

/// The parameters of one execution.
#[derive(Default)]
pub(crate) struct Args(pub(crate) AnyArguments);

impl Args {
    pub(crate) fn push(&mut self, value: impl Bind) {
        self.0.add(value.plain()).expect("integers, text and bytes always encode");
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Builds [`Args`] from a list of values.
macro_rules! args {
    ($($value:expr),* $(,)?) => {{
        #[allow(unused_mut, clippy::allow_attributes, reason = "the list may be empty")]
        let mut args = crate::bind::Args::default();
        $(args.push($value);)*
        args
    }};
}
pub(crate) use args;

/// A value with a stored form: an integer, text or bytes, or nothing.
pub(crate) trait Bind {
    type Plain: Type<Any> + for<'q> Encode<'q, Any>;
    fn plain(self) -> Self::Plain;
}

/// Text without the NUL character, which PostgreSQL cannot hold.
pub(crate) fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl Bind for i64 {
    type Plain = i64;
    fn plain(self) -> i64 {
        self
    }
}

impl Bind for u64 {
    type Plain = i64;
    /// Counts and serial numbers; none comes near the limit, and one that does stays at it.
    fn plain(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
}

macro_rules! bind_integers {
    ($($type:ty),*) => {$(impl Bind for $type {
        type Plain = i64;
        fn plain(self) -> i64 { i64::from(self) }
    })*};
}
bind_integers!(u8, u32, i32, bool);

impl Bind for Timestamp {
    type Plain = i64;
    fn plain(self) -> i64 {
        self.as_microsecond()
    }
}

impl Bind for &str {
    type Plain = String;
    fn plain(self) -> String {
        clean(self)
    }
}

impl Bind for &String {
    type Plain = String;
    fn plain(self) -> String {
        clean(self)
    }
}

impl Bind for &[u8] {
    type Plain = Vec<u8>;
    fn plain(self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Bind for Vec<u8> {
    type Plain = Vec<u8>;
    fn plain(self) -> Vec<u8> {
        self
    }
}

impl<const N: usize> Bind for [u8; N] {
    type Plain = Vec<u8>;
    fn plain(self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Bind for Sha256 {
    type Plain = Vec<u8>;
    fn plain(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl Bind for Uuid {
    type Plain = Vec<u8>;
    fn plain(self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

macro_rules! bind_newtypes {
    ($($type:ident),*) => {$(impl Bind for $type {
        type Plain = <Uuid as Bind>::Plain;
        fn plain(self) -> Self::Plain { self.0.plain() }
    })*};
}
bind_newtypes!(
    UpdateId,
    CategoryId,
    DeviceId,
    CollectionId,
    UpdateGroupId,
    DeploymentId,
    SourceId,
    SyncRunId,
    UserId,
    TokenId,
    AlertId,
    ServerId,
    SiteId
);

macro_rules! bind_numbers {
    ($($type:ident),*) => {$(impl Bind for $type {
        type Plain = i64;
        fn plain(self) -> i64 { i64::from(self.0) }
    })*};
}
bind_numbers!(RevisionId, DeviceNumber, IndexId, ErrorCode);

impl<T: Bind> Bind for Option<T>
where
    Option<T::Plain>: Type<Any> + for<'q> Encode<'q, Any>,
{
    type Plain = Option<T::Plain>;
    fn plain(self) -> Self::Plain {
        self.map(T::plain)
    }
}
