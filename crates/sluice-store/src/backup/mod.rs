//! Backups: one portable file of every row, the same from both databases, so that it also moves a
//! site from SQLite to PostgreSQL and back.

mod format;
mod restore;
mod write;

pub use restore::{Restored, restore};
pub use write::BackupSummary;

/// The tables of a backup, each after those it refers to. Not in it: sessions and the setup token,
/// which a restore must not bring back to life, and the history of the schema, which is made anew.
pub(crate) const TABLES: &[&str] = &[
    "meta",
    "counter",
    "source",
    "category",
    "update_revision",
    "update_document",
    "update_change",
    "declined",
    "category_choice",
    "category_news",
    "licence_acceptance",
    "package_index",
    "release_anchor",
    "sync_run",
    "quarantine",
    "upstream",
    "inherited",
    "rollup_sent",
    "alert",
    "device",
    "device_contact",
    "device_inventory",
    "enrollment_token",
    "device_event",
    "device_report",
    "enforcement",
    "windows_client",
    "windows_scan",
    "windows_status",
    "windows_event",
    "downstream_server",
    "downstream_computer",
    "downstream_status",
    "child_site",
    "site_token",
    "collection",
    "collection_member",
    "update_group",
    "update_group_member",
    "deployment",
    "deployment_update",
    "bundle_signer",
    "bundle_brought",
    "bundle_export",
    "bundle_import",
    "administrator",
    "api_token",
    "content_origin",
    "content_failure",
    "content_file",
    "file_key",
    "audit",
];

/// The tables a backup leaves out.
pub(crate) const NOT_IN_BACKUP: &[&str] = &["session", "setup_token", "schema_step"];
