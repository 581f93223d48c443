//! Picking one page out of many rows.

use std::cmp::Ordering;

/// What a list is sorted by, of one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// A number: a count, a rank or microseconds.
    Number(i64),
    /// Text, as the list orders it.
    Text(String),
}

/// Where a page ends: the next begins after it. To its holder it is opaque; the border encodes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Sort key of the last row.
    pub key: SortKey,
    /// Its number, which decides between equal keys.
    pub number: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Rows on all pages together.
    pub total: usize,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// [`SortKey`] without a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Number(i64),
    Text(&'a str),
}

impl<'a> From<&'a SortKey> for Key<'a> {
    fn from(key: &'a SortKey) -> Self {
        match key {
            SortKey::Number(number) => Self::Number(*number),
            SortKey::Text(text) => Self::Text(text),
        }
    }
}

impl From<Key<'_>> for SortKey {
    fn from(key: Key<'_>) -> Self {
        match key {
            Key::Number(number) => Self::Number(number),
            Key::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

/// The page after a cursor. All rows are looked at, but only those of the page are sorted.
pub(super) fn page(mut rows: Vec<(Key<'_>, u32)>, descending: bool, after: Option<&Cursor>, limit: usize) -> Page<u32> {
    let total = rows.len();
    let order = |a: &(Key<'_>, u32), b: &(Key<'_>, u32)| -> Ordering { if descending { b.cmp(a) } else { a.cmp(b) } };
    if let Some(cursor) = after {
        let last = (Key::from(&cursor.key), cursor.number);
        rows.retain(|row| order(row, &last) == Ordering::Greater);
    }
    let more = rows.len() > limit;
    if more && limit > 0 {
        rows.select_nth_unstable_by(limit - 1, order);
    }
    rows.truncate(limit);
    rows.sort_unstable_by(order);
    let next = rows.last().filter(|_| more).map(|(key, number)| Cursor { key: (*key).into(), number: *number });
    Page { rows: rows.into_iter().map(|(_, number)| number).collect(), total, next }
}

impl<T> Page<T> {
    pub(super) fn map<U>(self, row: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page { rows: self.rows.into_iter().filter_map(row).collect(), total: self.total, next: self.next }
    }
}
