//! Why the device needs a restart: the flag file, replaced libraries in use, a newer kernel.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use sluice_packages::restart::libraries::deleted_libraries;
use sluice_wire::{Restart, StaleLibrary};

use crate::host::{Host, read_bounded, read_small};

/// Debian's and Ubuntu's flag that something wants a restart.
const FLAG: &str = "/run/reboot-required";
/// The packages that do.
const FLAG_PACKAGES: &str = "/run/reboot-required.pkgs";

/// Most of one process's list of mapped files that is looked at; large programs have 1 MB.
const MAX_MAPS: u64 = 4 << 20;
/// Most findings reported.
const MAX_FINDINGS: usize = 1000;

pub(super) fn evidence(host: &Host, kernel: bool) -> Restart {
    let flag_packages = read_small(&host.path(FLAG_PACKAGES)).unwrap_or_default();
    let mut libraries = stale_libraries(host);
    libraries.sort_unstable();
    libraries.dedup();
    libraries.truncate(MAX_FINDINGS);
    Restart {
        flag_file: host.path(FLAG).exists(),
        flag_packages: flag_packages.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect(),
        kernel,
        libraries,
    }
}

/// Libraries that processes of this system have mapped although they were replaced. Processes that
/// may not be looked at are passed over, and so is the agent: it is started anew by its own update.
fn stale_libraries(host: &Host) -> Vec<StaleLibrary> {
    let own = std::process::id();
    let Ok(entries) = std::fs::read_dir(host.path("/proc")) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        if pid.is_none_or(|pid| pid == own) || !same_root(host, &entry.path()) {
            continue;
        }
        let Ok(maps) = read_bounded(&entry.path().join("maps"), MAX_MAPS) else { continue };
        let maps = String::from_utf8_lossy(&maps);
        let mut paths = deleted_libraries(&maps).peekable();
        if paths.peek().is_none() {
            continue;
        }
        let name = read_small(&entry.path().join("comm")).unwrap_or_default();
        found.extend(paths.map(|path| StaleLibrary { process: name.trim().to_owned(), path: path.to_owned() }));
    }
    found
}

/// Whether a process sees the same file system as the agent: one in a container uses the
/// container's libraries, which are not this device's packages.
fn same_root(host: &Host, process: &Path) -> bool {
    let identity = |path: &Path| path.metadata().map(|m| (m.dev(), m.ino()));
    match (identity(&process.join("root")), identity(&host.root)) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::host;

    fn process(root: &Path, pid: u32, name: &str, maps: &str, process_root: &Path) {
        let directory = root.join(format!("proc/{pid}"));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("maps"), maps).unwrap();
        std::fs::write(directory.join("comm"), format!("{name}\n")).unwrap();
        std::os::unix::fs::symlink(process_root, directory.join("root")).unwrap();
    }

    #[test]
    fn flag_and_libraries_of_this_system_only() {
        let root = tempfile::tempdir().unwrap();
        let container = tempfile::tempdir().unwrap();
        let maps = "7f2a5c000000-7f2a5c021000 r-xp 00000000 08:01 131090   /usr/lib/libssl.so.3 (deleted)\n";
        process(root.path(), 4_000_001, "nginx", maps, root.path());
        process(root.path(), 4_000_002, "nginx", maps, root.path());
        process(root.path(), 4_000_003, "inside", maps, container.path());
        process(root.path(), 4_000_004, "fine", "", root.path());
        let host = host(root.path());
        let found = evidence(&host, true);
        let stale = StaleLibrary { process: "nginx".into(), path: "/usr/lib/libssl.so.3".into() };
        assert_eq!(found, Restart { kernel: true, libraries: vec![stale], ..Restart::default() });

        std::fs::create_dir_all(root.path().join("run")).unwrap();
        std::fs::write(root.path().join("run/reboot-required"), "*** System restart required ***\n").unwrap();
        std::fs::write(root.path().join("run/reboot-required.pkgs"), "linux-base\n\nlibc6\n").unwrap();
        let found = evidence(&host, false);
        assert!(found.flag_file);
        assert_eq!(found.flag_packages, ["linux-base", "libc6"]);
    }
}
