//! GetUpdateDecryptionData: the keys of encrypted files (\[MS-WSUSSS\] 3.1.4.18).

use std::collections::HashSet;

use sluice_model::RevisionRef;

use super::MAX_UPDATES;
use super::fault::{ServerFault, ServerResult};
use crate::site::Site;
use crate::windows::FileKey;

/// A revision with its encrypted files, each by its SHA-1 and with its key if that came here.
pub type RevisionKeys = (RevisionRef, Vec<([u8; 20], Option<FileKey>)>);

impl Site {
    /// The keys of the encrypted files of revisions. Those that are not here or have no such files are left out.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` for none or too many revisions.
    pub fn downstream_file_keys(&self, cookie: &[u8], wanted: &[RevisionRef]) -> ServerResult<Vec<RevisionKeys>> {
        self.open_server(cookie)?;
        if wanted.is_empty() || wanted.len() > MAX_UPDATES {
            return Err(ServerFault::InvalidParameters("updateIds"));
        }
        let (catalog, keys) = (self.catalog(), &self.windows.file_keys);
        let mut seen = HashSet::new();
        let keys_of = |revision: &RevisionRef| {
            let update = catalog.revision(catalog.exact(*revision)?)?;
            let files = update.content.windows()?.files.iter().map(|file| file.sha1);
            let encrypted = files.filter(|sha1| keys.is_encrypted(sha1));
            let encrypted: Vec<_> = encrypted.map(|sha1| (sha1, keys.key(&sha1))).collect();
            (!encrypted.is_empty()).then_some((*revision, encrypted))
        };
        Ok(wanted.iter().filter(|revision| seen.insert(**revision)).filter_map(keys_of).collect())
    }
}
