//! A cursor over XML text: well-formed, bounded, aware of namespaces, and giving slices of the text it reads.

mod attributes;
mod cursor;
mod namespace;
mod scan;
mod tag;

pub(crate) use cursor::{Cursor, Token};
pub(crate) use namespace::{Binding, Namespace};
pub(crate) use tag::{Tag, flag, parse, unescape};
