//! Persistence on SQLite and PostgreSQL; the only crate with SQL.
//!
//! # Using it
//!
//! [`Store::open`] makes or upgrades the database. What is read goes through a [`Reader`], what is
//! written through a unit of work that gets a [`Tx`]; both are passed to the functions of the
//! repositories, one module per aggregate.
//!
//! ```
//! use jiff::Timestamp;
//! use sluice_model::AlertId;
//! use sluice_store::{DatabaseUrl, Store, StoreConfig, StoreError, alert, meta};
//! # use uuid::Uuid;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! # let directory = tempfile::tempdir().expect("a directory for the example");
//! # let (path, random, now) = (directory.path().join("site.db"), [1; 16], Timestamp::UNIX_EPOCH);
//! let store = Store::open(StoreConfig::new(DatabaseUrl::Sqlite(path), random)).await?;
//!
//! // All of it or nothing; on disk when this returns.
//! let id = AlertId(Uuid::from_u128(1));
//! let new = store
//!     .write(move |tx| {
//!         Box::pin(async move {
//!             meta::set(tx, "last-sync", b"failed").await?;
//!             alert::raise(tx, id, "sync-failed", "debian", "no route to deb.example", now).await
//!         })
//!     })
//!     .await?;
//! assert!(new);
//!
//! let mut reader = store.reader().await?;
//! let open = alert::open(&mut reader).await?;
//! assert_eq!(open[0].message, "no route to deb.example");
//! # drop(reader);
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! # One writer
//!
//! There is one write transaction at a time: per process by a task with a queue, and on PostgreSQL
//! over all processes by a lock. Many queued units share a commit, each in a savepoint, so that the
//! cost of making data durable is shared and a unit that fails undoes only itself. The caller has
//! its answer after the commit, never before. So:
//!
//! - A unit waits for nothing but the database, and is short. Work that needs no database
//!   (packing, hashing) is done before.
//! - A unit ends at the first error of a statement: on PostgreSQL nothing more would succeed.
//! - A `Reader` is given back before waiting for anything else: there are only a few.
//!
//! # Rules of a repository
//!
//! - One file per aggregate. Statements stand at its top in `statements!`, which registers them:
//!   a test prepares and explains every one on both databases, and fails when one that is not
//!   marked `(all)` reads a big table from end to end.
//! - One text for both databases: `$1` placeholders, no type but integer, text and bytes. Ids are
//!   16 bytes, moments are microseconds since 1970, truth is 0 or 1, enumerations are words. What
//!   is only ever read whole is packed into one column.
//! - Many rows go into one statement (`{rows}`): a statement costs about as much as twenty rows.
//! - Identities, moments and random bytes are parameters.
//! - A row is converted by hand, column by column; whatever cannot be is a
//!   [`StoreError::Corrupt`] that names table, column and row. Functions that load many rows hand
//!   such an error to the caller, who goes on with the others.
//! - A change of the schema is a new numbered step in `migrations/`, in both databases' words at
//!   once; steps that were released never change. A new table is added to `backup::TABLES` and to
//!   the check.

mod backup;
mod bind;
mod check;
mod config;
mod connect;
mod connection;
mod dialect;
mod error;
#[doc(hidden)]
pub mod internals;
mod lock;
mod migrate;
mod pack;
mod repository;
mod row;
mod schema;
mod statement;
mod store;
mod writer;

pub use backup::{BackupSummary, Restored, restore};
pub use check::Problem;
pub use config::{DatabaseUrl, StoreConfig};
pub use connection::{Reader, Tx};
pub use error::StoreError;
pub use migrate::SCHEMA_VERSION;
pub use repository::{
    alert, api_token, audit, bundle_export, bundle_import, bundle_signer, catalog, child_site, collection,
    content_failure, content_file, content_origin, counter, declined, deployment, device, device_event,
    downstream_computer, downstream_server, downstream_status, enforcement, enrollment, file_key, inherited, inventory,
    licence, meta, quarantine, report, rollup_sent, selection, session, setup_token, site_token, source, sync_run,
    update_change, update_group, upstream, user, windows_client, windows_event, windows_status,
};
pub use store::Store;
pub use writer::JobFuture;
