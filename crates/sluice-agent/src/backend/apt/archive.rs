//! The fetched files against the policy. apt has checked them against the signed index already;
//! this catches a source that offers something else under the approved version.

use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;

use sluice_packages::digest::{Digest, Hasher};
use sluice_wire::AssignedPackage;

use crate::backend::{ErrorCode, Failure};
use crate::host::Host;

/// Checks size and digest of a fetched file. A file that is not there passes: hooks may have taken
/// it away, and apt fetches and checks it again.
pub(super) fn verify(host: &Host, package: &AssignedPackage) -> Result<(), Failure> {
    let Some(expected) = Digest::sha256_from_hex(&package.sha256) else { return Ok(()) };
    // The policy's architecture is never `all`, the file's may be.
    for architecture in [package.architecture.as_str(), "all"] {
        let path = path(host, package, architecture);
        let wrong = |why: String| Failure::new(ErrorCode::ContentMismatch, format!("{} {why}", path.display()));
        let mut file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
        };
        let mut hasher = Hasher::sha256();
        let mut size = 0;
        let mut buffer = [0; 32 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    size += n as u64;
                    hasher.update(&buffer[..n]);
                }
                Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
            }
        }
        if size != package.size {
            return Err(wrong(format!("has {size} bytes, approved are {}", package.size)));
        }
        let found = hasher.finish();
        if found != expected {
            return Err(wrong(format!("has SHA-256 {}, approved is {}", found.to_hex(), package.sha256)));
        }
    }
    Ok(())
}

/// Where apt keeps a fetched file; it writes `_` and `:` of the version as `%5f` and `%3a`.
fn path(host: &Host, package: &AssignedPackage, architecture: &str) -> PathBuf {
    let version = package.version.replace('_', "%5f").replace(':', "%3a");
    host.path(&format!("/var/cache/apt/archives/{}_{version}_{architecture}.deb", package.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assigned, host};

    #[test]
    fn only_the_approved_bytes_pass() {
        let root = tempfile::tempdir().unwrap();
        let host = host(root.path());
        let content = b"a package";
        let package = AssignedPackage {
            size: content.len() as u64,
            sha256: Digest::sha256_of(content).to_hex(),
            ..assigned("tzdata", "amd64", "1:2025b-0")
        };
        assert_eq!(verify(&host, &package), Ok(()), "nothing fetched");
        let file = root.path().join("var/cache/apt/archives/tzdata_1%3a2025b-0_all.deb");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content).unwrap();
        assert_eq!(verify(&host, &package), Ok(()));
        std::fs::write(&file, b"A package").unwrap();
        assert_eq!(verify(&host, &package).unwrap_err().code, ErrorCode::ContentMismatch);
        std::fs::write(&file, b"a packag").unwrap();
        assert!(verify(&host, &package).unwrap_err().detail.contains("8 bytes, approved are 9"));
    }
}
