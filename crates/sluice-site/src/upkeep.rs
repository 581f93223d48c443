//! Backup and self-check.

use std::path::PathBuf;

use sluice_store::audit;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// One check of `sluice doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorFinding {
    /// What was checked.
    pub name: String,
    /// It is well.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub fix: String,
}

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
        Ok(self.store.check().await?.into_iter().map(|problem| problem.0).collect())
    }

    /// Looks at everything the site needs.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn doctor(&self, caller: &Caller) -> SiteResult<Vec<DoctorFinding>> {
        caller.require(Permission::ManageSite)?;
        let mut findings = Vec::new();
        let mut note = |name: &str, result: Result<String, (String, String)>| {
            let (ok, detail, fix) = match result {
                Ok(detail) => (true, detail, String::new()),
                Err((detail, fix)) => (false, detail, fix),
            };
            findings.push(DoctorFinding { name: name.to_owned(), ok, detail, fix });
        };
        note(
            "database",
            match self.store.reader().await {
                Ok(_) => Ok(format!("{} answers", self.config.database)),
                Err(error) => Err((error.to_string(), "Check that the database runs and its disk has space.".into())),
            },
        );
        note(
            "sources",
            match self.sources.len() {
                0 => Err(("no source is defined".into(), "Define one: `sluice source create`.".into())),
                n => Ok(format!("{n} defined")),
            },
        );
        for record in self.sources.all().iter() {
            let source = self.source_view(record)?;
            let result = match (&source.last_error, source.last_success) {
                (Some(error), _) => {
                    let fix = self.sync.last_run(source.id).and_then(|run| run.fix);
                    Err((error.clone(), fix.unwrap_or_default()))
                }
                (None, None) => Err(("never synchronized".into(), "Run it: `sluice sync run`.".into())),
                (None, Some(at)) => Ok(format!("last synchronized {at:.0}")),
            };
            note(&format!("source {}", source.name), result);
        }
        let fleet = self.fleet();
        let since = self.silent_since();
        let silent = fleet.devices().filter(|row| row.silent_since(since)).count();
        note(
            "devices",
            match (fleet.len(), silent) {
                (0, _) => Err(("no device is enrolled".into(), "Enrol one: `sluice device enroll-token`.".into())),
                (n, 0) => Ok(format!("{n} enrolled, none silent")),
                (n, silent) => Err((
                    format!("{silent} of {n} are silent"),
                    "Look at them: `sluice device list --state silent`.".into(),
                )),
            },
        );
        for status in self.reconcilers.status() {
            if let Some(error) = status.last_error {
                note(
                    &format!("background work {}", status.name),
                    Err((error, "It runs again by itself; see the log.".into())),
                );
            }
        }
        Ok(findings)
    }
}
