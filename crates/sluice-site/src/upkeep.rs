//! Backup and check of the store.

use std::path::PathBuf;

use sluice_store::audit;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use crate::windows::check::check_documents;

impl Site {
    /// Writes a backup of the running site to a new file on the site's machine; its size in bytes.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a relative path, `Unavailable` when it cannot be written.
    pub async fn backup(&self, caller: &Caller, path: PathBuf) -> SiteResult<u64> {
        caller.require(Permission::ManageSite)?;
        if !path.is_absolute() {
            return Err(SiteError::invalid(
                "path",
                "the path is relative",
                "Give an absolute path on the site's machine.",
            ));
        }
        let entry = self.audit_entry(caller, "store.backup", &path.display().to_string(), "");
        let bytes = self.store.backup(&path).await?.bytes;
        self.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await })).await?;
        Ok(bytes)
    }

    /// Checks the whole store; what is wrong, in sentences.
    ///
    /// # Errors
    /// `Forbidden`, or when the check cannot run.
    pub async fn check_store(&self, caller: &Caller) -> SiteResult<Vec<String>> {
        caller.require(Permission::ManageSite)?;
        let mut problems: Vec<_> = self.store.check().await?.into_iter().map(|problem| problem.0).collect();
        problems.extend(check_documents(&self.store).await?);
        Ok(problems)
    }
}
