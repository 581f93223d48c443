//! Which file of a repository to fetch for a component and an architecture.

use thiserror::Error;

use super::{IndexFile, Release};
use crate::decompress::{Compression, MAX_UNPACKED_LEN, OutputSize};
use crate::digest::Digest;

/// The `Packages` file to fetch. Paths are relative to the directory of the `Release` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexChoice {
    /// The plain path, such as `main/binary-amd64/Packages.xz`.
    pub path: String,
    /// The path by digest, when the repository offers it; to be preferred, because a mirror that
    /// is being updated cannot answer it with another file.
    pub by_hash_path: Option<String>,
    /// How it is compressed.
    pub compression: Compression,
    /// Size of the file as fetched, in bytes.
    pub size: u64,
    /// Digest of the file as fetched.
    pub digest: Digest,
    /// What it unpacks to.
    pub unpacked: OutputSize,
}

/// Why there is no index to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The repository does not have the component.
    #[error("the repository has no component {component:?}; it has: {available}")]
    NoComponent {
        /// What was asked for.
        component: String,
        /// What there is, separated by spaces.
        available: String,
    },
    /// The repository has the component, but no package list of it for the architecture.
    #[error("the repository lists no packages of component {component:?} for architecture {architecture:?}")]
    NoArchitecture {
        /// What was asked for.
        component: String,
        /// What was asked for.
        architecture: String,
    },
    /// The package list is there, but only in compressions not supported here.
    #[error("the repository offers {path:?} in no supported compression (xz, gz or none)")]
    NoCompression {
        /// The path without an ending.
        path: String,
    },
}

impl Release {
    /// Whether it has the component a source asks for. Security suites write `updates/main` in
    /// their `Release` where sources say `main`, or the other way round; both mean the same.
    #[must_use]
    pub fn has_component(&self, component: &str) -> bool {
        // Small repositories leave the field out; then only the file list can tell.
        self.components.is_empty() || self.components.iter().any(|c| base(c) == base(component))
    }

    /// The best `Packages` file for a component and an architecture (which may be `all`).
    ///
    /// # Errors
    /// [`IndexError`] says what the repository does not have.
    pub fn packages_index(&self, component: &str, architecture: &str) -> Result<IndexChoice, IndexError> {
        if !self.has_component(component) {
            return Err(IndexError::NoComponent {
                component: component.to_owned(),
                available: self.components.join(" "),
            });
        }
        // As asked, without `updates/`, and as the Release spells it.
        let spelled = self.components.iter().find(|c| base(c) == base(component)).map(String::as_str);
        let mut compressed_otherwise = None;
        for spelling in [Some(component), Some(base(component)), spelled].into_iter().flatten() {
            let path = format!("{spelling}/binary-{architecture}/Packages");
            if let Some(choice) = self.best(&path) {
                return Ok(choice);
            }
            if [".bz2", ".lzma", ".zst", ".lz4"].iter().any(|ending| self.file(&format!("{path}{ending}")).is_some()) {
                compressed_otherwise = Some(path);
            }
        }
        Err(match compressed_otherwise {
            Some(path) => IndexError::NoCompression { path },
            None => {
                IndexError::NoArchitecture { component: component.to_owned(), architecture: architecture.to_owned() }
            }
        })
    }

    /// The architectures whose package lists are to be fetched for a device of these
    /// architectures: those the repository has, and `all` when it is listed apart.
    #[must_use]
    pub fn architectures_to_fetch<'a>(&self, device: &[&'a str]) -> Vec<&'a str> {
        let has = |arch: &str| self.architectures.is_empty() || self.architectures.iter().any(|a| a == arch);
        let mut wanted: Vec<&'a str> = device.iter().copied().filter(|arch| *arch != "all" && has(arch)).collect();
        if !self.no_support_for_architecture_all && self.architectures.iter().any(|a| a == "all") {
            wanted.push("all");
        }
        wanted
    }

    fn best(&self, path: &str) -> Option<IndexChoice> {
        let (compression, file) = Compression::PREFERRED
            .into_iter()
            .find_map(|c| self.file(&format!("{path}{}", c.ending())).map(|file| (c, file)))?;
        let announced = self.file(path).filter(|f| f.size <= MAX_UNPACKED_LEN);
        let unpacked = announced.map_or(OutputSize::AtMost(MAX_UNPACKED_LEN), |f| OutputSize::Exactly(f.size));
        Some(IndexChoice {
            path: file.path.clone(),
            by_hash_path: self.acquire_by_hash.then(|| file.by_hash_path()),
            compression,
            size: file.size,
            digest: file.digest,
            unpacked,
        })
    }
}

impl IndexFile {
    /// Its path by digest, such as `main/binary-amd64/by-hash/SHA256/0040f9…`.
    #[must_use]
    pub fn by_hash_path(&self) -> String {
        let directory = self.path.rsplit_once('/').map_or(String::new(), |(d, _)| format!("{d}/"));
        format!("{directory}by-hash/{}/{}", self.digest.algorithm(), self.digest)
    }
}

/// The component without the prefix of security suites: `updates/main` is `main`.
fn base(component: &str) -> &str {
    component.rsplit('/').next().unwrap_or(component)
}

#[cfg(test)]
mod tests {
    use super::super::tests::SECURITY;
    use super::*;

    #[test]
    fn security_components_have_two_spellings() {
        let release = Release::parse(SECURITY.as_bytes()).unwrap();
        let choice = release.packages_index("main", "amd64").unwrap();
        assert_eq!(release.packages_index("updates/main", "amd64").unwrap(), choice);
        insta::assert_debug_snapshot!(choice, @r#"
        IndexChoice {
            path: "main/binary-amd64/Packages.xz",
            by_hash_path: Some(
                "main/binary-amd64/by-hash/SHA256/0040f94d11d0039505328a90b2ff48968db873e9e7967307631bf40ef5679275",
            ),
            compression: Xz,
            size: 10,
            digest: SHA256:0040f94d11d0039505328a90b2ff48968db873e9e7967307631bf40ef5679275,
            unpacked: Exactly(
                1000,
            ),
        }
        "#);
    }

    #[test]
    fn the_best_compression_there_is() {
        let gz = SECURITY.replace("Packages.xz", "Packages.bz2").replace("Acquire-By-Hash: yes\n", "");
        let release = Release::parse(gz.as_bytes()).unwrap();
        let choice = release.packages_index("main", "amd64").unwrap();
        assert_eq!((choice.compression, choice.by_hash_path), (Compression::Gzip, None));
        let plain = SECURITY.replace("Packages.xz", "other").replace("Packages.gz", "else");
        let choice = Release::parse(plain.as_bytes()).unwrap().packages_index("main", "amd64").unwrap();
        assert_eq!((choice.compression, choice.unpacked), (Compression::Plain, OutputSize::Exactly(1000)));
        let none = SECURITY.replace("Packages", "Packages.bz2").replace("bz2.gz", "zst").replace("bz2.xz", "lz4");
        let error = Release::parse(none.as_bytes()).unwrap().packages_index("main", "amd64").unwrap_err();
        assert!(matches!(error, IndexError::NoCompression { .. }), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let release = Release::parse(SECURITY.as_bytes()).unwrap();
        insta::assert_snapshot!(release.packages_index("non-free", "amd64").unwrap_err(),
            @r#"the repository has no component "non-free"; it has: updates/main updates/contrib"#);
        insta::assert_snapshot!(release.packages_index("main", "riscv64").unwrap_err(),
            @r#"the repository lists no packages of component "main" for architecture "riscv64""#);
    }

    #[test]
    fn architecture_all_is_fetched_only_where_it_is_apart() {
        let with = |fields: &str| {
            let text = SECURITY.replace("Architectures: amd64 arm64\n", fields);
            Release::parse(text.as_bytes()).unwrap().architectures_to_fetch(&["amd64", "i386"])
        };
        assert_eq!(with("Architectures: amd64 arm64\n"), ["amd64"]);
        assert_eq!(with("Architectures: all amd64 i386\n"), ["amd64", "i386", "all"]);
        assert_eq!(with("Architectures: all amd64\nNo-Support-for-Architecture-all: Packages\n"), ["amd64"]);
        assert_eq!(with(""), ["amd64", "i386"]);
    }
}
