//! Moving through a long list.

use askama::Template;

use super::number::grouped;
use crate::console::text::Common;

/// How much is shown, and the way to the next page.
#[derive(Template)]
#[template(path = "components/pager.html")]
pub struct Pager {
    t: &'static Common,
    shown: String,
    first: Option<String>,
    next: Option<String>,
}

super::escapes_itself!(Pager);

impl Pager {
    /// `first` and `next` are the addresses of these pages, where there are any.
    pub fn new(
        t: &'static Common,
        shown: usize,
        total: Option<u64>,
        first: Option<String>,
        next: Option<String>,
    ) -> Self {
        let shown = grouped(u64::try_from(shown).unwrap_or(u64::MAX));
        let shown = match total {
            Some(total) => t.shown_of.with2(shown, grouped(total)),
            None => t.shown.with(shown),
        };
        Self { t, shown, first, next }
    }
}
