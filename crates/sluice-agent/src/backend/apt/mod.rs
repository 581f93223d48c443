//! apt and dpkg.
//!
//! The agent asks apt for exact versions and looks at what apt would do before it lets it. apt's
//! own checks (signatures of the sources, digests of the files) are never weakened: no argument
//! made in [`args`] can do that, and a test says so.

mod archive;
mod args;
mod classify;
mod database;
mod disk;
mod lock;
mod marks;
mod plan;
mod scan;

use std::time::Duration;

use sluice_wire::Package;

use super::{Batch, ErrorCode, Failure, PackageBackend, PackageScan, Plan, ScanError, Wanted};
use crate::host::{BoxFuture, Capture, Command, Finished, Host, Program, RunError};
use crate::state::StateDirectory;

/// Time for a question to apt: reading its lists on a slow disk.
const QUESTION_LIMIT: Duration = Duration::from_secs(10 * 60);
/// Time for fetching: a large update over a slow line.
const FETCH_LIMIT: Duration = Duration::from_secs(4 * 3600);
/// Time for installing: kernels with modules to build, databases to convert.
const INSTALL_LIMIT: Duration = Duration::from_secs(4 * 3600);

/// The package manager of Debian and its descendants.
#[derive(Debug)]
pub struct Apt {
    host: Host,
    state: StateDirectory,
}

impl Apt {
    /// Of this machine, if it has one.
    pub(crate) fn detect(host: &Host, state: &StateDirectory) -> Option<Self> {
        let there = host.path(database::STATUS).is_file();
        there.then(|| Self { host: host.clone(), state: state.clone() })
    }

    async fn ask(&self, program: Program, args: Vec<String>, time_limit: Duration) -> Result<Finished, RunError> {
        self.host.runner.run(&Command { program, args, capture: Capture::Memory, time_limit }).await
    }

    /// Runs what changes the machine; its output outlives the agent.
    async fn change(&self, program: Program, args: Vec<String>) -> Result<Finished, RunError> {
        let capture = Capture::File(self.state.path(crate::state::OUTPUT));
        self.host.runner.run(&Command { program, args, capture, time_limit: INSTALL_LIMIT }).await
    }

    async fn repair_now(&self) -> Result<(), Failure> {
        let done = self.change(Program::Dpkg, args::configure()).await.map_err(|e| could_not_run(&e))?;
        self.restore_marks().await;
        let broken = self.broken().map_err(|e| Failure::new(ErrorCode::Other, e.to_string()))?;
        if broken.is_empty() {
            return Ok(());
        }
        let code = match classify::classify(&done.stdout) {
            code @ (ErrorCode::DiskFull | ErrorCode::Locked) => code,
            _ => ErrorCode::BrokenState,
        };
        Err(Failure::new(code, format!("not configured: {}", broken.join(", "))).with_output(done.stdout))
    }

    /// Packages that dpkg has not brought to an end.
    fn broken(&self) -> Result<Vec<String>, ScanError> {
        Ok(self.installed()?.into_iter().filter(|p| p.broken).map(|p| p.name).collect())
    }

    async fn refresh_now(&self) -> Result<(), Failure> {
        let done = self.ask(Program::AptGet, args::update(), FETCH_LIMIT).await.map_err(|e| could_not_run(&e))?;
        match classify::refresh_failure(&done) {
            None => Ok(()),
            Some(failure) => Err(failure),
        }
    }

    async fn download_now(&self, batch: &Batch) -> Result<(), Failure> {
        let packages = || batch.updates.iter().flat_map(|u| &u.packages);
        disk::check(&self.host, packages().fold(0, |sum, p| p.size.saturating_add(sum)))?;
        let args = args::install(args::Mode::Download, packages());
        let done = self.ask(Program::AptGet, args, FETCH_LIMIT).await.map_err(|e| could_not_run(&e))?;
        if !done.success() {
            return Err(match classify::failure(&done) {
                Failure { code: ErrorCode::Other | ErrorCode::InstallFailed, detail, output } => {
                    Failure { code: ErrorCode::DownloadFailed, detail, output }
                }
                failure => failure,
            });
        }
        packages().try_for_each(|package| archive::verify(&self.host, package))
    }

    async fn install_now(&self, batch: &Batch, lock_wait: Duration) -> Result<String, Failure> {
        let packages: Vec<_> = batch.updates.iter().flat_map(|u| &u.packages).collect();
        disk::check(&self.host, packages.iter().fold(0, |sum, p| p.size.saturating_add(sum)))?;
        marks::keep(&self.host, &self.state, &packages);
        let args = args::install(args::Mode::Install { lock_wait }, packages.iter().copied());
        let result = self.change(Program::AptGet, args).await;
        self.restore_marks().await;
        let done = result.map_err(|e| could_not_run(&e))?;
        if done.success() { Ok(done.stdout) } else { Err(classify::failure(&done)) }
    }
}

fn could_not_run(error: &RunError) -> Failure {
    let source = std::error::Error::source(error).map(|s| format!(": {s}")).unwrap_or_default();
    Failure::new(ErrorCode::Other, format!("{error}{source}"))
}

impl PackageBackend for Apt {
    fn scan(&self) -> BoxFuture<'_, Result<PackageScan, ScanError>> {
        Box::pin(self.scan_now())
    }

    fn installed(&self) -> Result<Vec<Package>, ScanError> {
        database::installed(&self.host)
    }

    fn lock_holder(&self) -> Option<String> {
        lock::holder(&self.host)
    }

    fn repair(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.repair_now())
    }

    fn refresh(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(self.refresh_now())
    }

    fn plan<'a>(&'a self, wanted: &'a [Wanted]) -> BoxFuture<'a, Plan> {
        Box::pin(self.plan_now(wanted))
    }

    fn download<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.download_now(batch))
    }

    fn install<'a>(&'a self, batch: &'a Batch, lock_wait: Duration) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(self.install_now(batch, lock_wait))
    }

    fn files(&self, package: &str, architecture: &str) -> Vec<String> {
        database::files(&self.host, package, architecture)
    }
}
