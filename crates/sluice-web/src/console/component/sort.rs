//! Heads of columns that sort the list.

use askama::Template;

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// The head of a column.
#[derive(Template)]
#[template(path = "components/sort.html")]
pub struct SortHead {
    label: String,
    /// Where the click leads; `None`: the column does not sort.
    href: Option<String>,
    sorted: Option<Direction>,
    /// Style of the column: `num` for figures, `wide` for what small screens leave out.
    class: &'static str,
    title: String,
}

super::escapes_itself!(SortHead);

impl SortHead {
    /// A head whose click sorts by the column, or turns the order when it is sorted by it.
    pub fn new(
        label: impl ToString,
        title: impl ToString,
        href: String,
        sorted: Option<Direction>,
        class: &'static str,
    ) -> Self {
        Self { label: label.to_string(), href: Some(href), sorted, class, title: title.to_string() }
    }

    /// A head of a column that cannot sort.
    pub fn plain(label: impl ToString, class: &'static str) -> Self {
        Self { label: label.to_string(), href: None, sorted: None, class, title: String::new() }
    }
}
