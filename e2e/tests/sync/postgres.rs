//! A PostgreSQL database of a test's own, on the server that `scripts/with-postgres.sh` provides.

use std::process::Command;

/// A database; it is dropped with this value.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// # Panics
    /// Without `SLUICE_TEST_POSTGRES`.
    pub fn new(what: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told by their environment where PostgreSQL is")]
        let server = std::env::var("SLUICE_TEST_POSTGRES");
        let server = server.expect("SLUICE_TEST_POSTGRES is not set: run the tests by `scripts/with-postgres.sh`");
        let name = format!("sync_{what}_{}", std::process::id());
        let database = Self { server, name };
        let created = database.run("createdb", &[]);
        assert!(created.success(), "createdb: {created}");
        database
    }

    /// Its address.
    pub fn url(&self) -> String {
        let (start, _) = self.server.rsplit_once('/').expect("postgres://user@host:port/database");
        format!("{start}/{}", self.name)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> std::process::ExitStatus {
        let mut command = Command::new(program);
        command.args(arguments).arg(format!("--maintenance-db={}", self.server)).arg(&self.name);
        command.status().unwrap_or_else(|error| panic!("{program}: {error}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run("dropdb", &["--force", "--if-exists"]);
    }
}
