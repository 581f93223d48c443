//! `sluice doctor`: everything the site needs, looked at, with what to do.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_store::audit;

use crate::caller::{Caller, Permission};
use crate::error::{SiteResult, chain};
use crate::site::Site;
use crate::windows::crowd::{self, Crowd};
use crate::windows::never_scanned;

/// Below this a site may soon be unable to store anything, bytes.
const LITTLE_SPACE: u64 = 1 << 30;
/// A certificate that ends sooner is to be renewed.
const CERTIFICATE_SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One check of `sluice doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorFinding {
    /// What was checked.
    pub name: String,
    /// It is well.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do; empty when it is well.
    pub fix: String,
}

impl DoctorFinding {
    fn well(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, detail: detail.into(), fix: String::new() }
    }

    fn ill(name: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, detail: detail.into(), fix: fix.into() }
    }
}

impl Site {
    /// Looks at everything the site needs.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn doctor(&self, caller: &Caller) -> SiteResult<Vec<DoctorFinding>> {
        caller.require(Permission::ManageSite)?;
        let mut findings = vec![self.database().await, self.disk(), self.certificate(), self.clock()];
        findings.extend(self.upstreams()?);
        findings.extend(self.content_place().await);
        findings.push(self.fleet_contact());
        findings.push(self.windows_registrations());
        for status in self.reconcilers.status() {
            if let Some(error) = status.last_error {
                let name = format!("background work {}", status.name);
                findings.push(DoctorFinding::ill(name, error, "It runs again by itself; see the log."));
            }
        }
        Ok(findings)
    }

    async fn database(&self) -> DoctorFinding {
        let chain = match self.store.reader().await {
            Ok(mut reader) => audit::verify_chain(&mut reader).await,
            Err(error) => Err(error),
        };
        match chain {
            Ok(chain) if chain.breaks.is_empty() => {
                DoctorFinding::well("database", format!("{} answers; the audit is unbroken", self.config.database))
            }
            Ok(chain) => DoctorFinding::ill(
                "database",
                format!("the audit has been tampered with: {}", chain.breaks.join("; ")),
                "Compare with a backup; find out who can write to the database.",
            ),
            Err(error) => DoctorFinding::ill(
                "database",
                error.to_string(),
                "Check that the database runs and its disk has space.",
            ),
        }
    }

    fn disk(&self) -> DoctorFinding {
        let path = &self.config.data_directory;
        match rustix::fs::statvfs(path) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                let detail = format!("{} MiB free in {}", free >> 20, path.display());
                if free < LITTLE_SPACE {
                    return DoctorFinding::ill("disk", detail, "Free space on that file system.");
                }
                DoctorFinding::well("disk", detail)
            }
            Err(error) => DoctorFinding::ill(
                "disk",
                format!("{} cannot be looked at: {error}", path.display()),
                "Check that the data directory exists and is the site's.",
            ),
        }
    }

    /// Where the files of updates are.
    async fn content_place(&self) -> Vec<DoctorFinding> {
        const NAME: &str = "content";
        let store = Arc::clone(&self.content);
        let probed = tokio::task::spawn_blocking(move || store.probe()).await;
        let problem = match probed {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(chain(&error)),
            Err(error) => Some(error.to_string()),
        };
        let place = self.content.title();
        let mut findings = vec![match problem {
            None => DoctorFinding::well(NAME, format!("{place} answers")),
            Some(problem) if self.content.is_bucket() => DoctorFinding::ill(
                NAME,
                format!("{place} cannot be used: {problem}"),
                "Check the address, the network, the bucket and the rights of the credentials.",
            ),
            Some(problem) => DoctorFinding::ill(NAME, problem, "Check that the directory exists and is the site's."),
        }];
        let directory = self.content.directory();
        if let Ok(disk) = rustix::fs::statvfs(directory) {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            if free < LITTLE_SPACE {
                let detail = format!("{} MiB free in {}", free >> 20, directory.display());
                let fix = "Free space there, or remove what nothing refers to: `sluice content gc`.";
                findings.push(DoctorFinding::ill("content space", detail, fix));
            }
        }
        findings
    }

    fn certificate(&self) -> DoctorFinding {
        let end = self.config.certificate_expires;
        let left = end.duration_since(self.now());
        let detail = format!("the devices' listener has a certificate until {end:.0}");
        if left < CERTIFICATE_SOON {
            return DoctorFinding::ill("certificate", detail, "Restart the site: it makes a new one at every start.");
        }
        DoctorFinding::well("certificate", detail)
    }

    /// Signed releases carry dates: a clock behind the newest of them is wrong.
    fn clock(&self) -> DoctorFinding {
        let now = self.now();
        let newest = self.catalog().indexes().filter_map(|index| index.date).max();
        match newest.filter(|date| *date > now) {
            Some(date) => DoctorFinding::ill(
                "clock",
                format!("the clock says {now:.0}, but a release was signed on {date:.0}"),
                "Set the clock of this machine, best by NTP.",
            ),
            None => DoctorFinding::well("clock", format!("{now:.0}")),
        }
    }

    fn upstreams(&self) -> SiteResult<Vec<DoctorFinding>> {
        let all = self.sources.all();
        if all.is_empty() {
            let fix = "Define one: `sluice source create`.";
            return Ok(vec![DoctorFinding::ill("sources", "no source is defined", fix)]);
        }
        let finding = |record| {
            let source = self.source_view(record)?;
            let name = format!("source {}", source.name);
            Ok(match (source.last_error, source.last_success) {
                (Some(error), _) => {
                    let fix = self.sync.last_run(source.id).and_then(|run| run.fix);
                    DoctorFinding::ill(name, error, fix.unwrap_or_default())
                }
                (None, None) => DoctorFinding::ill(name, "never synchronized", "Run it: `sluice sync run`."),
                (None, Some(at)) => DoctorFinding::well(name, synchronized(at)),
            })
        };
        all.iter().map(finding).collect()
    }

    fn fleet_contact(&self) -> DoctorFinding {
        let fleet = self.fleet();
        let since = self.silent_since();
        match (fleet.len(), fleet.devices().filter(|row| row.silent_since(since)).count()) {
            (0, _) => DoctorFinding::ill("devices", "no device is enrolled", "Enrol one: `sluice token enroll`."),
            (all, 0) => DoctorFinding::well("devices", format!("{all} enrolled, none silent")),
            (all, silent) => {
                let fix = "Look at them: `sluice device list --state silent`.";
                DoctorFinding::ill("devices", format!("{silent} of {all} are silent"), fix)
            }
        }
    }

    fn windows_registrations(&self) -> DoctorFinding {
        let devices = self.windows.known.len();
        let crowd = Crowd::of(devices);
        let never = never_scanned::count(&self.fleet());
        let detail = format!("{}; {never} registered and never scanned", crowd.text(devices));
        match crowd {
            Crowd::Room => DoctorFinding::well("registrations", detail),
            Crowd::Nearly | Crowd::Full => DoctorFinding::ill("registrations", detail, crowd::FIX),
        }
    }
}

fn synchronized(at: Timestamp) -> String {
    format!("last synchronized {at:.0}")
}
