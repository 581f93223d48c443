//! Where clients get files (\[MS-WUSP\] 3.1.5.8; protocols.md §1.4, §3.8).

use std::collections::HashSet;

use sluice_model::WindowsFile;

use super::fault::{ClientFault, ClientResult};
use super::session::IssuedCookie;
use crate::site::Site;

/// Most digests in one request. Agents send one (note 68); an update has at most some thousands.
const MAX_DIGESTS: usize = 10_000;

/// Longest extension that a file keeps, characters.
const MAX_EXTENSION: usize = 16;

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentLocation {
    /// Its SHA-1.
    pub sha1: [u8; 20],
    /// Its path below the server's root, without the first slash: `Content/49/A379….exe`.
    pub path: String,
}

impl ContentLocation {
    /// Where this site serves a file: named by its digest, in a folder of the last two digits, with
    /// its own extension (Q48).
    pub(super) fn of(file: &WindowsFile) -> Self {
        let digits = hex::encode_upper(file.sha1);
        let folder = digits.get(38..).unwrap_or_default();
        let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let usable = (1..=MAX_EXTENSION).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let path = if usable {
            format!("Content/{folder}/{digits}.{extension}")
        } else {
            format!("Content/{folder}/{digits}")
        };
        Self { sha1: file.sha1, path }
    }
}

/// Places of files, each once.
#[derive(Default)]
pub(super) struct Locations {
    seen: HashSet<[u8; 20]>,
    pub(super) list: Vec<ContentLocation>,
}

impl Locations {
    pub(super) fn add(&mut self, file: &WindowsFile) {
        if self.seen.insert(file.sha1) {
            self.list.push(ContentLocation::of(file));
        }
    }
}

/// Where files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationsAnswer {
    /// One for each digest that is known here.
    pub files: Vec<ContentLocation>,
    /// The next cookie.
    pub cookie: IssuedCookie,
}

impl Site {
    /// The port from which clients get content without TLS; `None`: from where they ask.
    #[must_use]
    pub fn windows_plain_port(&self) -> Option<u16> {
        self.config.plain_port
    }

    /// Where the files with these digests are. Those that no update here has are left out.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters` for what is no SHA-1.
    pub fn windows_locations(&self, cookie: &[u8], digests: &[Vec<u8>]) -> ClientResult<LocationsAnswer> {
        let open = self.open_cookie(cookie)?;
        open.registered()?;
        if digests.is_empty() || digests.len() > MAX_DIGESTS {
            return Err(ClientFault::InvalidParameters("fileDigests"));
        }
        let view = self.windows.views.load();
        let mut found = Locations::default();
        for digest in digests {
            let digest = digest.as_slice().try_into().map_err(|_| ClientFault::InvalidParameters("fileDigests"))?;
            if let Some(file) = view.files().find(view.catalog(), digest) {
                found.add(file);
            }
        }
        Ok(LocationsAnswer { files: found.list, cookie: self.issue(&open.cookie)? })
    }
}

#[cfg(test)]
mod tests {
    use sluice_model::PatchingType;

    use super::*;

    #[test]
    fn files_are_named_as_wsus_names_them() {
        let sha1 = [
            0xa3, 0x79, 0xd5, 0x52, 0x6f, 0xb3, 0xa7, 0xa0, 0x42, 0x3d, 0xa1, 0xcd, 0x7f, 0xc3, 0x18, 0x2a, 0x8d, 0x44,
            0x84, 0x49,
        ];
        let file = |name: &str| WindowsFile {
            name: name.into(),
            size: 1,
            sha1,
            sha256: None,
            patching: PatchingType::Unknown,
        };
        let path = |name: &str| ContentLocation::of(&file(name)).path;
        assert_eq!(path("AM_Delta.exe"), "Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe");
        assert_eq!(path("a.b.CAB"), "Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.CAB");
        for odd in ["noextension", "x.", "x.a/../../etc", "x.aaaaaaaaaaaaaaaaaaaaaaaaaaa", "x.\u{fc}"] {
            assert_eq!(path(odd), "Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449");
        }
    }
}
