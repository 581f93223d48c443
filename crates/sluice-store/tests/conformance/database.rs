//! A database for one case, made before and dropped after it.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;

pub type CaseFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One case.
pub struct Case {
    pub name: &'static str,
    pub body: fn(Database) -> CaseFuture,
}

impl Case {
    pub fn run(&self, database: Database) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            database.create().await;
            let result = tokio::spawn((self.body)(database.clone())).await;
            database.drop().await;
            if let Err(error) = result {
                std::panic::resume_unwind(error.into_panic());
            }
        });
    }
}

/// Lists the cases of a file and makes each a test on SQLite.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub const CASES: &[crate::database::Case] = &[$(crate::database::Case {
            name: concat!(module_path!(), "::", stringify!($name)),
            body: |database| Box::pin($name(database)),
        }),*];

        mod sqlite {
            $(#[test]
            fn $name() {
                let case = super::CASES.iter().find(|c| c.name.ends_with(concat!("::", stringify!($name)))).unwrap();
                case.run(crate::database::Database::sqlite());
            })*
        }
    };
}
pub(crate) use cases;

/// Where a case works.
#[derive(Clone)]
pub struct Database {
    /// A directory for its files; the SQLite database is in it.
    pub directory: std::sync::Arc<TempDir>,
    /// The server and the name of the database on it.
    server: Option<(&'static str, String)>,
}

impl Database {
    pub fn sqlite() -> Self {
        Self { directory: std::sync::Arc::new(tempfile::tempdir().unwrap()), server: None }
    }

    /// `server` is the URL of a superuser's database.
    pub fn postgres(server: &'static str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sluice_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { server: Some((server, name)), ..Self::sqlite() }
    }

    /// A second, empty database of the other kind, where there is one; else of the same kind.
    pub fn other(&self) -> Self {
        match &self.server {
            Some((server, _)) => Self::postgres(server),
            None => Self::sqlite(),
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    pub fn url(&self) -> DatabaseUrl {
        match &self.server {
            None => DatabaseUrl::Sqlite(self.directory.path().join("a site.db")),
            Some((server, name)) => {
                let (path, query) = server.split_once('?').unwrap_or((server, ""));
                let host = path.rsplit_once('/').expect("a URL has a path").0;
                DatabaseUrl::Postgres(format!("{host}/{name}?{query}"))
            }
        }
    }

    pub fn config(&self) -> StoreConfig {
        StoreConfig::new(self.url(), [7; 16])
    }

    pub async fn open(&self) -> Store {
        Store::open(self.config()).await.unwrap()
    }

    pub async fn create(&self) {
        self.admin(|name| format!("CREATE DATABASE {name}")).await;
    }

    pub async fn drop(&self) {
        self.admin(|name| format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn admin(&self, sql: impl FnOnce(&str) -> String) {
        if let Some((server, name)) = &self.server {
            sqlx::any::install_default_drivers();
            let mut connection = AnyConnection::connect(server).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql(name))).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }

    /// A connection beside the store, to look and to damage.
    pub async fn raw(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match self.url() {
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display().to_string().replace(' ', "%20")),
            DatabaseUrl::Postgres(url) => url,
        };
        AnyConnection::connect(&url).await.unwrap()
    }

    /// Executes a text beside the store.
    pub async fn execute(&self, sql: &str) {
        let mut connection = self.raw().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
