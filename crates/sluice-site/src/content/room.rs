//! Room on disks: what is brought in leaves some for the database and everything else.

use std::path::Path;

/// Bytes that stay free on the disk, for the database and everything else.
pub(crate) const RESERVE: u64 = 512 << 20;

/// Bytes that are free on the disk of a directory; `None`: it cannot be said.
pub(crate) fn free_bytes(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// How many bytes are missing on a disk with so many free, if more are to be written and some stay free.
pub(crate) fn missing(free: Option<u64>, more: u64, reserve: u64) -> Option<u64> {
    let needed = more.saturating_add(reserve);
    free.filter(|free| *free < needed).map(|free| needed - free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_and_the_unknown_is_no_reason_to_refuse() {
        assert_eq!(missing(Some(100), 60, 40), None);
        assert_eq!(missing(Some(100), 61, 40), Some(1));
        assert_eq!(missing(Some(0), u64::MAX, 40), Some(u64::MAX));
        assert_eq!(missing(None, u64::MAX, 40), None);
    }
}
