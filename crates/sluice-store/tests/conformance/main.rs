//! Every repository on both databases.
//!
//! Each case is a test of its own on SQLite; on PostgreSQL one test runs them all, so that the
//! private server it starts (see `postgres.rs`) is started once.

mod backup;
mod bundles;
mod catalog;
mod content;
mod core;
mod database;
mod deployments;
mod devices;
mod documents;
mod downstream;
mod kill;
mod plans;
mod postgres;
mod samples;
mod schema;
mod security;
mod sites;
mod sync;
mod upstream;
mod windows;
mod windows_events;

use database::{Case, Database};

#[test]
fn postgres_conformance() {
    let Some(server) = postgres::server() else { return };
    let modules: [&[Case]; 17] = [
        backup::CASES,
        bundles::CASES,
        catalog::CASES,
        content::CASES,
        core::CASES,
        deployments::CASES,
        devices::CASES,
        documents::CASES,
        downstream::CASES,
        plans::CASES,
        schema::CASES,
        security::CASES,
        sites::CASES,
        sync::CASES,
        upstream::CASES,
        windows::CASES,
        windows_events::CASES,
    ];
    let mut failed = Vec::new();
    for case in modules.into_iter().flatten().chain(kill::CASES) {
        let result = std::panic::catch_unwind(|| case.run(Database::postgres(server)));
        if result.is_err() {
            failed.push(case.name);
        }
    }
    assert_eq!(failed, Vec::<&str>::new(), "failed on PostgreSQL");
}
