//! Long fragments as files: one each, with a checksum at its end. They are made again when they are needed, so a new
//! start begins with none.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;

use super::stored::{FragmentKey, FragmentKind};

/// Bytes of the checksum (CRC-32, RFC 1952) behind the body.
const CHECKSUM: usize = 4;

/// What the names of unfinished files end with.
const UNFINISHED: &str = ".new";

/// The directory of files.
pub(super) struct Files {
    directory: PathBuf,
    /// Numbers unfinished files.
    next: AtomicU64,
}

impl Files {
    /// The directory, with nothing in it; the directory itself stays, as it may be another disk. What cannot be done is
    /// logged: without files everything stays in memory.
    pub(super) fn open(directory: &Path) -> Self {
        if let Err(error) = empty(directory) {
            tracing::warn!(%error, path = %directory.display(), "the files of metadata could not be looked after");
        }
        Self { directory: directory.to_owned(), next: AtomicU64::new(0) }
    }

    /// The body of a fragment.
    pub(super) fn read(&self, key: &FragmentKey, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = fs::read(self.path(key))?;
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the file is damaged");
        let body = bytes.len().checked_sub(CHECKSUM).filter(|body| *body as u64 == size).ok_or_else(damaged)?;
        let checksum = bytes.split_off(body);
        if checksum == sum(&bytes) { Ok(bytes) } else { Err(damaged()) }
    }

    /// Writes the file of a fragment; whether it is there. Not made durable: a new start begins without it.
    pub(super) fn write(&self, key: &FragmentKey, body: &[u8]) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("{number}{UNFINISHED}"));
        let create = || match File::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.directory)?;
                File::create(&path)
            }
            done => done,
        };
        let written = (|| {
            let mut file = create()?;
            file.write_all(body)?;
            file.write_all(&sum(body))?;
            fs::rename(&path, self.path(key))
        })();
        if let Err(error) = &written {
            tracing::warn!(%error, file = %self.path(key).display(), "a file of metadata could not be written");
            // Else it is removed at the next start.
            let _left = fs::remove_file(&path);
        }
        written.is_ok()
    }

    /// `0000012f-core`, `0000012f-texts-pt-br`. Languages are plain tags (they are checked at import).
    fn path(&self, key: &FragmentKey) -> PathBuf {
        let kind = match key.kind {
            FragmentKind::Core => "core",
            FragmentKind::Extended => "extended",
            FragmentKind::Localized => "texts-",
        };
        let plain = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        let language: String = key.language.chars().filter(plain).collect();
        self.directory.join(format!("{:08x}-{kind}{language}", key.revision.0))
    }
}

fn empty(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
    }
    Ok(())
}

fn sum(body: &[u8]) -> [u8; CHECKSUM] {
    let mut crc = Crc::new();
    crc.update(body);
    crc.sum().to_le_bytes()
}
