//! Whether there is room, asked before anything is fetched or unpacked.

use crate::backend::{ErrorCode, Failure};
use crate::host::Host;

/// Where apt keeps fetched files.
const ARCHIVES: &str = "/var/cache/apt/archives";
/// Room left for dpkg's database, logs and whatever else runs, bytes.
const RESERVE: u64 = 16 << 20;
/// Unpacked, a package is some three times as large as its file; the old files make room as the
/// new ones come, so less than that is needed at any moment.
const UNPACK_FACTOR: u64 = 2;

/// Room for fetching and unpacking files of `size` bytes together.
pub(super) fn check(host: &Host, size: u64) -> Result<(), Failure> {
    room(host, ARCHIVES, size.saturating_add(RESERVE))?;
    room(host, "/", size.saturating_mul(UNPACK_FACTOR).saturating_add(RESERVE))
}

fn room(host: &Host, path: &str, needed: u64) -> Result<(), Failure> {
    // A path that is not there yet lies on the root file system, which is asked for too.
    let Ok(numbers) = rustix::fs::statvfs(host.path(path)) else { return Ok(()) };
    let free = numbers.f_bavail.saturating_mul(numbers.f_frsize);
    if free >= needed {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let detail = format!("{path} has {} MiB free, {} MiB are needed", free >> 20, mib(needed));
    Err(Failure::new(ErrorCode::DiskFull, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::host;

    #[test]
    fn more_than_there_is_does_not_fit() {
        let root = tempfile::tempdir().unwrap();
        let host = host(root.path());
        assert!(room(&host, "/", 1).is_ok());
        let failure = check(&host, u64::MAX / 4).unwrap_err();
        assert_eq!(failure.code, ErrorCode::DiskFull);
        assert!(failure.detail.starts_with("/ has "), "{failure}");
    }
}
