//! Who else works with the package database.

use std::fs::File;

use rustix::process::{Flock, FlockOffsetType, FlockType};

use crate::host::{Host, read_small};

/// The locks of dpkg's front ends, dpkg, apt's lists and apt's archive of files.
const LOCKS: [&str; 4] =
    ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock"];

/// The process that holds one of the locks, in words. Only looks: taking the lock even for a
/// moment could make somebody else's apt fail.
pub(super) fn holder(host: &Host) -> Option<String> {
    LOCKS.into_iter().find_map(|path| {
        let file = File::open(host.path(path)).ok()?;
        let question =
            Flock { start: 0, length: 0, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
        let held = rustix::process::fcntl_getlk(&file, &question).ok()??;
        let Some(pid) = held.pid.map(rustix::process::Pid::as_raw_nonzero) else {
            return Some(format!("{path} is held by another process"));
        };
        let name = read_small(&host.path(&format!("/proc/{pid}/comm"))).unwrap_or_default();
        Some(format!("{path} is held by process {pid} ({})", name.trim()))
    })
}
