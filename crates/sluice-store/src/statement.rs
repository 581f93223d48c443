//! SQL statements, all of them registered: a test prepares and explains each on both databases.

use crate::dialect::Dialect;

/// One statement. Made by the macro `statements!` only.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// Repository and name, for messages of the test.
    pub name: &'static str,
    /// The table errors are reported for.
    pub table: &'static str,
    /// The columns that name a row of it in errors.
    pub key: &'static [&'static str],
    /// The text. `{rows}` stands for as many parenthesized rows of placeholders as there are.
    pub sql: &'static str,
    /// Number of columns of a row in `{rows}`; 0 for a plain statement.
    pub columns: usize,
    /// It is meant to read a whole table (a bulk load at start, a check).
    pub full_scan: bool,
}

impl Statement {
    /// The text for a number of rows (ignored by plain statements).
    #[must_use]
    pub fn text(&self, dialect: Dialect, rows: usize) -> String {
        self.sql.replace("{rows}", &places(dialect, rows, self.columns))
    }
}

/// Parenthesized rows of placeholders.
pub(crate) fn places(dialect: Dialect, rows: usize, columns: usize) -> String {
    use std::fmt::Write as _;

    let mut list = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        list.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            list.push_str(if column == 0 { "" } else { ", " });
            match dialect {
                // To SQLite a number is a name, and it compares each name with all others.
                Dialect::Sqlite => list.push('?'),
                Dialect::Postgres => {
                    let _ = write!(list, "${}", row * columns + column + 1);
                }
            }
        }
        list.push(')');
    }
    list
}

/// Defines the statements of a repository as constants and lists them in `STATEMENTS`.
///
/// `NAME = "…"` is a plain statement, `NAME[n] = "… {rows} …"` one with rows of `n` columns,
/// `NAME(all) = "…"` one that may read a whole table.
macro_rules! statements {
    ($( $table:ident $key:tt { $( $(#[$doc:meta])* $name:ident $([$columns:literal])? $(($scan:ident))? = $sql:literal; )* } )*) => {
        $($(
            $(#[$doc])*
            const $name: crate::statement::Statement = crate::statement::Statement {
                name: concat!(module_path!(), "::", stringify!($name)),
                table: stringify!($table),
                key: statements!(@key $key),
                sql: $sql,
                columns: 0 $(+ $columns)?,
                full_scan: statements!(@scan $($scan)?),
            };
        )*)*
        pub(crate) const STATEMENTS: &[crate::statement::Statement] = &[$($($name),*),*];
    };
    (@key ($($key:ident),+)) => { &[$(stringify!($key)),+] };
    (@scan) => { false };
    (@scan all) => { true };
}
pub(crate) use statements;
