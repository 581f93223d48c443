//! Pages of long lists.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sluice_catalog::query::{Cursor, SortKey};

use crate::error::{SiteError, SiteResult};

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// [`Page::next`] of the page before; absent for the first.
    pub cursor: Option<String>,
    /// Most items on the page; absent: [`PageRequest::DEFAULT_LIMIT`].
    pub limit: Option<usize>,
}

impl PageRequest {
    /// Items on a page when nothing is asked for.
    pub const DEFAULT_LIMIT: usize = 50;
    /// Most items on a page.
    pub const MAX_LIMIT: usize = 1000;

    /// The number of items wanted.
    ///
    /// # Errors
    /// When it is zero or above [`Self::MAX_LIMIT`].
    pub fn limit(&self) -> SiteResult<usize> {
        let limit = self.limit.unwrap_or(Self::DEFAULT_LIMIT);
        if (1..=Self::MAX_LIMIT).contains(&limit) {
            return Ok(limit);
        }
        Err(SiteError::invalid(
            "limit",
            format!("the limit must be between 1 and {}", Self::MAX_LIMIT),
            "Ask for fewer items and follow `next`.",
        ))
    }

    /// The refusal of a cursor that no page gave.
    #[must_use]
    pub fn bad_cursor() -> SiteError {
        SiteError::invalid("cursor", "the cursor is not one this list gave", "Start again without a cursor.")
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the page after; `None` on the last.
    pub next: Option<String>,
    /// Number of items in the whole list, when it costs nothing to know.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, total: self.total }
    }
}

/// One more than wanted, to know whether a page follows.
pub(crate) fn limit_and_one(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX - 1) + 1
}

/// The text of a cursor of a snapshot's list.
pub(crate) fn encode_cursor(cursor: &Cursor) -> String {
    let (kind, key) = match &cursor.key {
        SortKey::Number(number) => ('n', number.to_string()),
        SortKey::Text(text) => ('t', text.clone()),
    };
    BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}{} {key}", cursor.number))
}

/// The cursor of a text.
pub(crate) fn decode_cursor(text: &str) -> SiteResult<Cursor> {
    let decode = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (head, key) = text.split_once(' ')?;
        let number = head.get(1..)?.parse().ok()?;
        let key = match head.chars().next()? {
            'n' => SortKey::Number(key.parse().ok()?),
            't' => SortKey::Text(key.to_owned()),
            _ => return None,
        };
        Some(Cursor { key, number })
    };
    decode().ok_or_else(PageRequest::bad_cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_two_way() {
        for key in [SortKey::Number(-5), SortKey::Text("a b \u{e9}".into())] {
            let cursor = Cursor { key, number: 7 };
            assert_eq!(decode_cursor(&encode_cursor(&cursor)).unwrap(), cursor);
        }
        assert!(decode_cursor("x").is_err());
    }
}
