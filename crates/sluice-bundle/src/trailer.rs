//! The end: what was in the bundle, signed with the hash of all of it.

use serde::{Deserialize, Serialize};

use crate::record::{Head, Record};

/// What the last signature is over, before the last hash.
pub(crate) const CONTEXT: &[u8] = b"sluice transfer bundle end\0";

/// What is in a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Records of any sort.
    pub records: u64,
    /// Update documents.
    pub documents: u64,
    /// Files.
    pub files: u64,
    /// Bytes of files.
    pub file_bytes: u64,
    /// Collections.
    pub collections: u64,
    /// Update groups.
    pub groups: u64,
    /// Deployments.
    pub deployments: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, record: &Record) {
        self.records += 1;
        match record.head {
            Head::Document { .. } => self.documents += 1,
            Head::File { .. } => {
                self.files += 1;
                self.file_bytes = self.file_bytes.saturating_add(record.size);
            }
            Head::Collection { .. } => self.collections += 1,
            Head::Group { .. } => self.groups += 1,
            Head::Deployment(_) => self.deployments += 1,
            Head::Declined {} | Head::Licences {} | Head::Selection {} | Head::Settings { .. } => {}
        }
    }
}
