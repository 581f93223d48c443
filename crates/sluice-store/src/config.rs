//! Where the database is and how it is opened.

use std::path::PathBuf;

/// Which database. Its `Debug` form is [`DatabaseUrl::display`].
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; made when it does not exist. Its directory must exist.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database`; the database must exist.
    Postgres(String),
}

impl DatabaseUrl {
    /// What may be shown in logs and messages: never the password.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                format!("{scheme}://{host}")
            }
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.display())
    }
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The database.
    pub url: DatabaseUrl,
    /// 16 random bytes. They become the epoch of a database that is made now, or restored now; an
    /// existing one keeps its own.
    pub new_epoch: [u8; 16],
    /// Connections for readers, at least 1.
    pub readers: u32,
}

impl StoreConfig {
    /// The usual settings.
    #[must_use]
    pub fn new(url: DatabaseUrl, new_epoch: [u8; 16]) -> Self {
        Self { url, new_epoch, readers: 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let url = DatabaseUrl::Postgres("postgres://ada:p%40ss@db.example:5432/sluice?password=x".into());
        assert_eq!(url.display(), "postgres://db.example:5432/sluice");
        assert!(!format!("{:?}", StoreConfig::new(url, [0; 16])).contains("p%40ss"));
    }
}
