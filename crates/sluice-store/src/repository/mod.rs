//! Repositories: one file per aggregate.

pub mod alert;
pub mod api_token;
pub mod audit;
pub mod bundle_export;
pub mod bundle_import;
pub mod bundle_signer;
pub mod catalog;
pub mod child_site;
mod child_site_row;
pub mod collection;
pub mod content_failure;
pub mod content_file;
pub mod content_origin;
pub mod counter;
pub mod declined;
pub mod deployment;
pub mod device;
pub mod device_event;
pub mod downstream_computer;
pub mod downstream_server;
pub mod downstream_status;
pub mod enforcement;
pub mod enrollment;
pub mod file_key;
pub mod inherited;
pub mod inventory;
mod inventory_row;
pub mod licence;
pub mod meta;
pub mod quarantine;
pub mod report;
pub mod rollup_sent;
pub mod selection;
pub mod session;
pub mod setup_token;
pub mod site_token;
pub mod source;
pub mod sync_run;
pub mod update_change;
pub mod update_group;
pub mod upstream;
pub mod user;
pub mod windows_client;
mod windows_client_row;
pub mod windows_event;
pub mod windows_status;

use crate::statement::Statement;

/// Every statement of every repository.
pub(crate) fn statements() -> impl Iterator<Item = Statement> {
    let plain = [
        alert::STATEMENTS,
        api_token::STATEMENTS,
        audit::STATEMENTS,
        bundle_export::STATEMENTS,
        bundle_import::STATEMENTS,
        bundle_signer::STATEMENTS,
        child_site::STATEMENTS,
        collection::STATEMENTS,
        content_failure::STATEMENTS,
        content_file::STATEMENTS,
        content_origin::STATEMENTS,
        counter::STATEMENTS,
        declined::STATEMENTS,
        deployment::STATEMENTS,
        device::STATEMENTS,
        device_event::STATEMENTS,
        downstream_computer::STATEMENTS,
        downstream_server::STATEMENTS,
        downstream_status::STATEMENTS,
        enforcement::STATEMENTS,
        enrollment::STATEMENTS,
        file_key::STATEMENTS,
        inherited::STATEMENTS,
        inventory::STATEMENTS,
        licence::STATEMENTS,
        meta::STATEMENTS,
        quarantine::STATEMENTS,
        report::STATEMENTS,
        rollup_sent::STATEMENTS,
        selection::STATEMENTS,
        session::STATEMENTS,
        setup_token::STATEMENTS,
        site_token::STATEMENTS,
        source::STATEMENTS,
        sync_run::STATEMENTS,
        update_change::STATEMENTS,
        update_group::STATEMENTS,
        upstream::STATEMENTS,
        user::STATEMENTS,
        windows_client::STATEMENTS,
        windows_event::STATEMENTS,
        windows_status::STATEMENTS,
    ];
    plain.into_iter().chain(catalog::STATEMENTS.iter().copied()).flatten().copied()
}

/// The last of the items that share a key, in their order: one statement may not write a row twice.
fn last_of_each<T, K: Eq + std::hash::Hash>(items: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    let mut out: Vec<_> = items.iter().rev().filter(|item| seen.insert(key(item))).collect();
    out.reverse();
    out
}
