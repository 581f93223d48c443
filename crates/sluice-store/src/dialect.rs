//! The few words SQLite and PostgreSQL do not share.

/// The database's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// Puts the dialect's words in place of the tokens of a migration step.
    pub(crate) fn expand(self, text: &str) -> String {
        let (int, blob, strict) = match self {
            Self::Sqlite => ("INTEGER", "BLOB", " STRICT"),
            Self::Postgres => ("BIGINT", "BYTEA", ""),
        };
        text.replace("{int}", int).replace("{blob}", blob).replace("{strict}", strict)
    }
}
