//! The schema, built and upgraded step by step. One history for both databases.
//!
//! A step is never changed once released: its checksum is recorded in the database and compared.
//! A change of the schema is a new step.

use aws_lc_rs::digest::{SHA256, digest};

use crate::bind::args;
use crate::connection::{Tx, raw};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::statement::statements;

/// One step; the text may hold the tokens of [`Dialect::expand`].
struct Step {
    name: &'static str,
    text: &'static str,
}

macro_rules! steps {
    ($($name:literal),* $(,)?) => {
        &[$(Step { name: $name, text: include_str!(concat!("migrations/", $name, ".sql")) }),*]
    };
}

const STEPS: &[Step] = steps![
    "0001_site",
    "0002_catalog",
    "0003_devices",
    "0004_deployments",
    "0005_access",
    "0006_windows",
    "0007_priority",
    "0008_licences",
    "0009_selection",
    "0010_content",
    "0011_bundles",
    "0012_upstream",
    "0013_downstream",
    "0014_rollup",
    "0015_sites",
    "0016_file_keys",
    "0017_documents",
];

/// The schema version this program writes: the number of steps.
pub const SCHEMA_VERSION: i64 = STEPS.len() as i64;

/// Made outside the steps, since it records them.
const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_step (version {int} NOT NULL PRIMARY KEY, \
     name TEXT NOT NULL, checksum {blob} NOT NULL){strict}";

statements! {
    schema_step(version) {
        APPLIED(all) = "SELECT version, checksum FROM schema_step ORDER BY version";
        RECORD = "INSERT INTO schema_step (version, name, checksum) VALUES ($1, $2, $3)";
    }
}

/// Brings the schema to a version. Only one process at a time does; a failed step leaves the
/// database as it was.
pub(crate) async fn run(tx: &mut Tx, version: i64) -> Result<(), StoreError> {
    let begin = match tx.dialect() {
        Dialect::Sqlite => "BEGIN EXCLUSIVE".to_owned(),
        Dialect::Postgres => format!("BEGIN; SELECT pg_advisory_xact_lock({})", crate::writer::WRITER_LOCK),
    };
    tx.raw("upgrading the schema", begin).await?;
    match up_to(tx, version).await {
        Ok(()) => tx.raw("upgrading the schema", "COMMIT").await,
        Err(error) => {
            // The connection is given up anyway.
            let _ = tx.raw("upgrading the schema", "ROLLBACK").await;
            Err(error)
        }
    }
}

/// Applies the missing steps up to a version, in the transaction the caller has begun.
pub(crate) async fn up_to(tx: &mut Tx, version: i64) -> Result<(), StoreError> {
    let dialect = tx.dialect();
    raw(tx.connection(), "upgrading the schema", dialect.expand(HISTORY)).await?;
    let applied =
        tx.all(&APPLIED, args![], |row| Ok((row.get::<i64>("version")?, row.get::<Vec<u8>>("checksum")?))).await?;
    if let Some((found, _)) = applied.last()
        && *found > SCHEMA_VERSION
    {
        return Err(StoreError::NewerSchema { found: *found, known: SCHEMA_VERSION });
    }
    for (number, step) in (1_i64..).zip(STEPS) {
        let checksum = digest(&SHA256, step.text.as_bytes());
        match applied.iter().find(|(version, _)| *version == number) {
            Some((_, found)) if found == checksum.as_ref() => {}
            Some(_) => return Err(StoreError::ForeignSchema { version: number }),
            None if number > version => break,
            None => {
                tx.raw("upgrading the schema", dialect.expand(step.text)).await?;
                tx.execute(&RECORD, args![number, step.name, checksum.as_ref()]).await?;
            }
        }
    }
    Ok(())
}
