//! What apt and dpkg know, at little cost: dpkg's database is read directly, and apt is asked
//! about its sources only after they changed.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sluice_packages::deb::apt_policy::{AptPolicy, parse_policy};
use sluice_packages::deb::sources::{MAX_SOURCES_LEN, parse_file};
use sluice_packages::digest::Hasher;
use sluice_wire::{Index, Package, Pin};

use super::{Apt, QUESTION_LIMIT, args, classify};
use crate::backend::{PackageScan, ScanError};
use crate::host::{Program, read_bounded, read_small};
use crate::state::SOURCES;

/// What apt's answer depends on.
const DEPENDS_ON: [&str; 3] = ["/etc/apt", "/var/lib/apt/lists", "/var/lib/dpkg/arch"];

/// What apt said about its sources.
#[derive(Default, Serialize, Deserialize)]
struct Sources {
    /// Of the files that the answer depends on.
    fingerprint: String,
    indexes: Vec<Index>,
    pins: Vec<Pin>,
}

impl Apt {
    pub(super) async fn scan_now(&self) -> Result<PackageScan, ScanError> {
        let packages = super::database::installed(&self.host)?;
        let architecture = self.native(&packages).await?;
        let Sources { indexes, pins, .. } = self.sources(&architecture).await?;
        Ok(PackageScan { architecture, indexes, pins, packages })
    }

    /// The native architecture is the one dpkg itself has.
    async fn native(&self, packages: &[Package]) -> Result<String, ScanError> {
        if let Some(dpkg) = packages.iter().find(|p| p.name == "dpkg") {
            return Ok(dpkg.arch.clone());
        }
        let done = self.ask(Program::Dpkg, args::architecture(), QUESTION_LIMIT).await?;
        if !done.success() {
            return Err(ScanError::Failed { what: "dpkg --print-architecture", said: done.stderr });
        }
        Ok(done.stdout.trim().to_owned())
    }

    async fn sources(&self, native: &str) -> Result<Sources, ScanError> {
        let fingerprint = self.fingerprint();
        // A scan by somebody who may not read or write the state is merely slower.
        let kept: Sources = self.state.read_or_default(SOURCES).unwrap_or_default();
        if kept.fingerprint == fingerprint {
            return Ok(kept);
        }
        let done = self.ask(Program::AptCache, args::policy(), QUESTION_LIMIT).await?;
        if !done.success() {
            return Err(ScanError::Failed { what: "apt-cache policy", said: classify::failure(&done).detail });
        }
        let policy = parse_policy(&done.stdout);
        let mut indexes = fetched(&policy);
        indexes.extend(self.not_fetched(native, &indexes));
        let pins = policy.pinned.into_iter().map(|p| Pin { package: p.name, version: p.version, priority: p.priority });
        let sources = Sources { fingerprint, indexes, pins: pins.collect() };
        if let Err(error) = self.state.write_light(SOURCES, &sources) {
            tracing::debug!(%error, "apt will be asked again at the next scan");
        }
        Ok(sources)
    }

    /// Subscribed indices of which apt knows nothing yet.
    fn not_fetched(&self, native: &str, fetched: &[Index]) -> BTreeSet<Index> {
        let foreign = read_small(&self.host.path("/var/lib/dpkg/arch")).unwrap_or_default();
        let mut device: Vec<&str> = vec![native];
        device.extend(foreign.lines().filter(|a| *a != native));
        let mut files = vec![self.host.path("/etc/apt/sources.list")];
        if let Ok(entries) = std::fs::read_dir(self.host.path("/etc/apt/sources.list.d")) {
            let named = |p: &Path| p.extension().is_some_and(|e| e == "list" || e == "sources");
            files.extend(entries.flatten().map(|e| e.path()).filter(|p| named(p)));
        }
        let mut indexes = BTreeSet::new();
        for path in files {
            let Ok(bytes) = read_bounded(&path, MAX_SOURCES_LEN as u64 + 1) else { continue };
            let parsed = parse_file(&path.to_string_lossy(), &bytes);
            for entry in parsed.entries.iter().filter(|e| e.enabled) {
                for component in &entry.components {
                    for architecture in entry.architectures.resolve(&device) {
                        indexes.insert(Index {
                            uri: entry.safe_uri().trim_end_matches('/').to_owned(),
                            suite: entry.suite.clone(),
                            component: component.clone(),
                            architecture: architecture.to_owned(),
                            origin: String::new(),
                            label: String::new(),
                            codename: String::new(),
                            priority: None,
                        });
                    }
                }
            }
        }
        // The address may differ (a list of mirrors), the place in the repository does not.
        indexes.retain(|i| {
            !fetched.iter().any(|f| {
                (&f.suite, &f.component) == (&i.suite, &i.component)
                    && (f.architecture == i.architecture || f.architecture == "all")
            })
        });
        indexes
    }

    /// Changes when a file changes that apt's answer depends on.
    fn fingerprint(&self) -> String {
        let mut hasher = Hasher::sha256();
        for path in DEPENDS_ON {
            add(&mut hasher, &self.host.path(path), 3);
        }
        hasher.finish().to_hex()
    }
}

/// The indices apt has fetched.
fn fetched(policy: &AptPolicy) -> Vec<Index> {
    let subscribed = policy.files.iter().filter(|file| !file.is_installed_database());
    let index = |file: &sluice_packages::deb::apt_policy::PackageFile| Index {
        uri: file.uri.trim_end_matches('/').to_owned(),
        suite: file.suite.clone(),
        component: file.component.clone(),
        architecture: file.architecture.clone(),
        origin: file.release.origin.clone(),
        label: file.release.label.clone(),
        codename: [&file.release.codename, &file.release.archive]
            .into_iter()
            .find(|name| !name.is_empty())
            .cloned()
            .unwrap_or_default(),
        priority: Some(file.priority),
    };
    subscribed.map(index).collect()
}

/// Adds names, sizes and times of a file or of everything in a directory, in a stable order.
fn add(hasher: &mut Hasher, path: &Path, depth: u32) {
    let Ok(metadata) = path.metadata() else { return };
    hasher.update(path.as_os_str().as_encoded_bytes());
    if metadata.is_dir() {
        if depth == 0 || path.file_name().is_some_and(|name| name == "partial") {
            return;
        }
        let mut entries: Vec<_> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort_unstable();
        entries.iter().for_each(|entry| add(hasher, entry, depth - 1));
    } else {
        for number in [metadata.len().cast_signed(), metadata.mtime(), metadata.mtime_nsec()] {
            hasher.update(&number.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::state::StateDirectory;
    use crate::testing::{Programs, host, said};

    const POLICY: &str = "\
Package files:
 100 /var/lib/dpkg/status
     release a=now
 990 http://mirror.example/debian/ bookworm/main amd64 Packages
     release v=12.11,o=Debian,a=stable,n=bookworm,l=Debian,c=main,b=amd64
     origin mirror.example
Pinned packages:
     bash -> 5.2.15-2 with priority 1001
";

    #[tokio::test]
    async fn apt_is_asked_only_after_a_change() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "var/lib/dpkg/status",
            "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21\n\n\
             Package: bash\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 5.2\nSource: shells (5.1)\n\n\
             Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
             Package: half\nStatus: install reinstreq half-installed\nArchitecture: all\nVersion: 1\n",
        );
        write("var/lib/dpkg/arch", "amd64\ni386\n");
        write("etc/apt/sources.list", "deb http://mirror.example/debian bookworm main\n# deb http://no no no\n");
        let asked = Arc::new(AtomicU32::new(0));
        let mut host = host(root.path());
        let count = Arc::clone(&asked);
        host.runner = Arc::new(Programs(move |command: &crate::host::Command| {
            assert_eq!((command.program, &*command.args), (Program::AptCache, &["policy".to_owned()][..]));
            count.fetch_add(1, Ordering::Relaxed);
            said(POLICY)
        }));
        let state = StateDirectory::new(root.path().join("state"));
        state.prepare().unwrap();
        let apt = Apt::detect(&host, &state).unwrap();
        let scan = apt.scan_now().await.unwrap();
        assert_eq!(scan.architecture, "amd64");
        let packages: Vec<_> =
            scan.packages.iter().map(|p| (p.name.as_str(), p.source.as_str(), p.held, p.broken)).collect();
        let expected = [("dpkg", "dpkg", false, false), ("bash", "shells", true, false), ("half", "half", false, true)];
        assert_eq!(packages, expected);
        let indexes: Vec<_> =
            scan.indexes.iter().map(|i| (i.uri.as_str(), i.architecture.as_str(), i.priority)).collect();
        // The foreign architecture is subscribed to, but was not fetched yet.
        let uri = "http://mirror.example/debian";
        assert_eq!(indexes, [(uri, "amd64", Some(990)), (uri, "i386", None)]);
        assert_eq!(scan.pins, [Pin { package: "bash".into(), version: "5.2.15-2".into(), priority: 1001 }]);

        assert_eq!(apt.scan_now().await.unwrap(), scan);
        assert_eq!(asked.load(Ordering::Relaxed), 1, "nothing has changed");
        write("etc/apt/preferences.d/bash", "Package: bash\nPin: version 5.2*\nPin-Priority: 1001\n");
        apt.scan_now().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        write("var/lib/apt/lists/x_InRelease", "x");
        apt.scan_now().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}
