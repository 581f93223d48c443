//! What several tests need.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_wire::{
    AssignedPackage, Assignment, DeviceCredential, EnrollResponse, Inventory, Package, Policy, PolicySettings,
    SignedPolicy,
};
use uuid::Uuid;

use crate::state::identity::Identity;

pub(crate) const DEVICE: Uuid = Uuid::from_u128(77);

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap()
}

pub(crate) fn identity() -> Identity {
    let answer = EnrollResponse {
        device_id: DEVICE,
        credential: DeviceCredential { device: DEVICE, secret: [1; 32] }.encode(),
        policy_key: BASE64_STANDARD.encode(key().public_key().as_ref()),
        site: "Test".into(),
    };
    Identity::new(None, "https://site:8531".into(), String::new(), answer).unwrap()
}

pub(crate) fn sign(policy: &Policy) -> SignedPolicy {
    let payload = serde_json::to_string(policy).unwrap();
    let signature = BASE64_STANDARD.encode(key().sign(&SignedPolicy::signed_bytes(&payload)));
    SignedPolicy { payload, signature }
}

pub(crate) fn policy(assignments: Vec<Assignment>) -> Policy {
    Policy {
        device: DEVICE,
        issued_at: 0,
        expires_at: 1_000_000,
        settings: PolicySettings { check_in: 900, check_in_jitter: 60, lock_wait: 300, restart_delay: 60 },
        assignments,
    }
}

/// Required, available at 100, deadline 200, one package `p<n>` at version 2.
pub(crate) fn assignment(n: u128) -> Assignment {
    Assignment {
        deployment: Uuid::from_u128(1000 + n),
        deployment_name: "Ring".into(),
        update: Uuid::from_u128(n),
        title: format!("p{n} 2"),
        required: true,
        available_at: 100,
        deadline: Some(200),
        restart: false,
        notification: "show-all".into(),
        packages: vec![assigned(&format!("p{n}"), "amd64", "2")],
    }
}

pub(crate) fn assigned(name: &str, arch: &str, version: &str) -> AssignedPackage {
    AssignedPackage {
        name: name.into(),
        architecture: arch.into(),
        version: version.into(),
        size: 10,
        sha256: "00".repeat(32),
    }
}

pub(crate) fn package(name: &str, arch: &str, version: &str) -> Package {
    Package {
        name: name.into(),
        arch: arch.into(),
        version: version.into(),
        source: name.into(),
        held: false,
        broken: false,
    }
}

pub(crate) fn inventory(packages: Vec<Package>) -> Inventory {
    let mut inventory = Inventory { architecture: "amd64".into(), packages, ..Inventory::default() };
    inventory.normalize();
    inventory
}

/// A clock that tokio's paused time moves.
pub(crate) struct TestClock {
    start: tokio::time::Instant,
    at: i64,
}

impl TestClock {
    pub(crate) fn at(seconds: i64) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self { start: tokio::time::Instant::now(), at: seconds })
    }
}

impl crate::host::Clock for TestClock {
    fn now(&self) -> jiff::Timestamp {
        let passed = self.start.elapsed().as_secs().cast_signed();
        jiff::Timestamp::from_second(self.at + passed).unwrap()
    }
}

struct NoJitter;

impl crate::host::Entropy for NoJitter {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A host with a tree of its own that runs no program.
pub(crate) fn host(root: &std::path::Path) -> crate::host::Host {
    struct NoPrograms;
    impl crate::host::Runner for NoPrograms {
        fn run<'a>(
            &'a self,
            command: &'a crate::host::Command,
        ) -> crate::host::BoxFuture<'a, Result<crate::host::Finished, crate::host::RunError>> {
            panic!("no test wants {command:?}")
        }
    }
    crate::host::Host {
        clock: TestClock::at(1000),
        entropy: std::sync::Arc::new(NoJitter),
        runner: std::sync::Arc::new(NoPrograms),
        root: root.to_owned(),
        privileged: true,
    }
}

/// A package manager whose packages live in memory.
#[derive(Default)]
pub(crate) struct Scripted(pub(crate) std::sync::Mutex<Script>);

/// What the [`Scripted`] package manager has and does.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) packages: Vec<Package>,
    pub(crate) files: Vec<(String, Vec<String>)>,
    pub(crate) locked: Option<String>,
    /// Looks at the lock after which it is free.
    pub(crate) locked_looks: u32,
    /// Packages whose installation fails.
    pub(crate) bad_install: Vec<String>,
    /// Packages whose download fails.
    pub(crate) bad_download: Vec<String>,
    /// Packages whose plan is refused.
    pub(crate) bad_plan: Vec<String>,
    pub(crate) bad_refresh: bool,
    /// Repair brings these to an end.
    pub(crate) repairs: Vec<Package>,
    /// An installation never ends, as when the agent is killed in the middle.
    pub(crate) hangs: bool,
    /// What was done, in order.
    pub(crate) log: Vec<String>,
}

impl Scripted {
    pub(crate) fn with(packages: Vec<Package>) -> Self {
        Self(std::sync::Mutex::new(Script { packages, ..Script::default() }))
    }

    pub(crate) fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    pub(crate) fn set_files(&self, package: &str, files: &[&str]) {
        self.script().files.push((package.to_owned(), files.iter().map(|&f| f.to_owned()).collect()));
    }

    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.script().log)
    }
}

fn names(batch: &crate::backend::Batch) -> Vec<String> {
    batch.updates.iter().flat_map(|u| &u.packages).map(|p| p.name.clone()).collect()
}

fn bad(code: crate::backend::ErrorCode, names: &[String], bad: &[String]) -> Result<(), crate::backend::Failure> {
    match names.iter().find(|name| bad.contains(name)) {
        Some(name) => Err(crate::backend::Failure::new(code, format!("{name} is bad")).with_output("E: bad".into())),
        None => Ok(()),
    }
}

impl crate::backend::PackageBackend for Scripted {
    fn scan(&self) -> crate::host::BoxFuture<'_, Result<crate::backend::PackageScan, crate::backend::ScanError>> {
        let packages = self.script().packages.clone();
        let architecture = "amd64".to_owned();
        Box::pin(async move { Ok(crate::backend::PackageScan { architecture, packages, ..Default::default() }) })
    }

    fn installed(&self) -> Result<Vec<Package>, crate::backend::ScanError> {
        Ok(self.script().packages.clone())
    }

    fn lock_holder(&self) -> Option<String> {
        let mut script = self.script();
        match script.locked_looks.checked_sub(1) {
            Some(left) => script.locked_looks = left,
            None => script.locked = None,
        }
        script.locked.clone()
    }

    fn repair(&self) -> crate::host::BoxFuture<'_, Result<(), crate::backend::Failure>> {
        let mut script = self.script();
        script.log.push("repair".into());
        for package in std::mem::take(&mut script.repairs) {
            script.packages.retain(|p| p.name != package.name);
            script.packages.push(package);
        }
        Box::pin(async { Ok(()) })
    }

    fn refresh(&self) -> crate::host::BoxFuture<'_, Result<(), crate::backend::Failure>> {
        let mut script = self.script();
        script.log.push("refresh".into());
        let failed = script.bad_refresh;
        Box::pin(async move {
            let code = crate::backend::ErrorCode::IndexRefreshFailed;
            if failed { Err(crate::backend::Failure::new(code, "no source".into())) } else { Ok(()) }
        })
    }

    fn plan<'a>(&'a self, wanted: &'a [crate::backend::Wanted]) -> crate::host::BoxFuture<'a, crate::backend::Plan> {
        let script = self.script();
        let mut plan = crate::backend::Plan::default();
        let mut good = Vec::new();
        for update in wanted {
            let names: Vec<_> = update.packages.iter().map(|p| p.name.clone()).collect();
            match bad(crate::backend::ErrorCode::WouldRemove, &names, &script.bad_plan) {
                Ok(()) => good.push(update.clone()),
                Err(failure) => plan.refused.push((update.update, failure)),
            }
        }
        if !good.is_empty() {
            plan.batches.push(crate::backend::Batch { updates: good, new_packages: vec![] });
        }
        Box::pin(async { plan })
    }

    fn download<'a>(
        &'a self,
        batch: &'a crate::backend::Batch,
    ) -> crate::host::BoxFuture<'a, Result<(), crate::backend::Failure>> {
        let mut script = self.script();
        let names = names(batch);
        script.log.push(format!("download {}", names.join(" ")));
        let result = bad(crate::backend::ErrorCode::DownloadFailed, &names, &script.bad_download);
        Box::pin(async { result })
    }

    fn install<'a>(
        &'a self,
        batch: &'a crate::backend::Batch,
        _lock_wait: std::time::Duration,
    ) -> crate::host::BoxFuture<'a, Result<String, crate::backend::Failure>> {
        let mut script = self.script();
        let names = names(batch);
        script.log.push(format!("install {}", names.join(" ")));
        let result = bad(crate::backend::ErrorCode::InstallFailed, &names, &script.bad_install);
        if result.is_ok() && !script.hangs {
            for wanted in batch.updates.iter().flat_map(|u| &u.packages) {
                for package in script.packages.iter_mut().filter(|p| p.name == wanted.name) {
                    package.version.clone_from(&wanted.version);
                    package.broken = false;
                }
            }
        }
        let hangs = script.hangs;
        Box::pin(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            result.map(|()| names.iter().map(|n| format!("Setting up {n} (2) ...\nother line\n")).collect())
        })
    }

    fn files(&self, package: &str, _architecture: &str) -> Vec<String> {
        self.script().files.iter().find(|(p, _)| p == package).map(|(_, files)| files.clone()).unwrap_or_default()
    }
}

/// A site in memory that keeps what it is told.
#[derive(Default)]
pub(crate) struct FakeSite(pub(crate) std::sync::Mutex<Told>);

/// What the [`FakeSite`] says and was told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) unreachable: bool,
    pub(crate) policy: Option<Policy>,
    pub(crate) inventory: Option<Inventory>,
    /// How the inventory came: packages set, or none for a difference without any.
    pub(crate) uploads: Vec<(bool, usize)>,
    pub(crate) serials: Vec<u64>,
    pub(crate) states: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) reports: Vec<sluice_wire::EnforcementReport>,
}

impl FakeSite {
    pub(crate) fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.0.lock().unwrap()
    }

    fn check(&self) -> Result<(), crate::site::ContactError> {
        if self.told().unreachable {
            return Err(crate::site::ContactError::Unreachable { server: "site".into(), why: "refused".into() });
        }
        Ok(())
    }
}

impl crate::site::Site for FakeSite {
    fn check_in<'a>(
        &'a self,
        request: &'a sluice_wire::CheckInRequest,
    ) -> crate::host::BoxFuture<'a, Result<sluice_wire::CheckInResponse, crate::site::ContactError>> {
        Box::pin(async {
            self.check()?;
            let told = self.told();
            let policy = told.policy.as_ref().filter(|p| Some(p.content_hash()) != request.policy_hash);
            let held = told.inventory.as_ref().map(Inventory::hash);
            Ok(sluice_wire::CheckInResponse {
                policy: policy.map(sign),
                inventory: match held {
                    None => sluice_wire::InventoryWish::Whole,
                    Some(base) if Some(&base) != request.inventory_hash.as_ref() => {
                        sluice_wire::InventoryWish::Difference { base }
                    }
                    Some(_) => sluice_wire::InventoryWish::Nothing,
                },
                next_check_in: 900,
                server_time: 1000,
            })
        })
    }

    fn inventory<'a>(
        &'a self,
        upload: &'a sluice_wire::InventoryUpload,
    ) -> crate::host::BoxFuture<'a, Result<sluice_wire::InventoryResponse, crate::site::ContactError>> {
        Box::pin(async {
            self.check()?;
            let mut told = self.told();
            told.uploads.push((upload.base.is_some(), upload.packages_set.len()));
            let send_whole = match upload.clone().apply(told.inventory.as_ref()) {
                Ok(inventory) => {
                    told.inventory = Some(inventory);
                    false
                }
                Err(_) => true,
            };
            Ok(sluice_wire::InventoryResponse { held: told.inventory.as_ref().map(Inventory::hash), send_whole })
        })
    }

    fn report<'a>(
        &'a self,
        report: &'a sluice_wire::ReportRequest,
    ) -> crate::host::BoxFuture<'a, Result<sluice_wire::ReportResponse, crate::site::ContactError>> {
        Box::pin(async {
            self.check()?;
            let mut told = self.told();
            told.serials.push(report.serial);
            for r in &report.enforcement {
                let error = r.error.as_ref().map(|e| format!(" ({e})")).unwrap_or_default();
                told.states.push(format!("{} {}{error}", r.update.as_u128(), r.state));
            }
            told.events.extend(report.events.iter().map(|e| format!("{}: {}", e.kind, e.text)));
            told.reports.extend(report.enforcement.iter().cloned());
            Ok(sluice_wire::ReportResponse { acknowledged: report.serial })
        })
    }
}

/// Programs whose answers a test gives; it sees every run.
pub(crate) struct Programs<F>(pub(crate) F);

impl<F> crate::host::Runner for Programs<F>
where
    F: Fn(&crate::host::Command) -> crate::host::Finished + Send + Sync,
{
    fn run<'a>(
        &'a self,
        command: &'a crate::host::Command,
    ) -> crate::host::BoxFuture<'a, Result<crate::host::Finished, crate::host::RunError>> {
        let done = (self.0)(command);
        Box::pin(async move { Ok(done) })
    }
}

/// What a program that ends well says.
pub(crate) fn said(stdout: &str) -> crate::host::Finished {
    crate::host::Finished { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() }
}
