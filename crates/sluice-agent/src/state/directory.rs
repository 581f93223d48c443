//! The directory: its permissions, its lock, and files replaced whole.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Room kept for the state on a full disk, so that the agent can still say that the disk is full.
const RESERVE: u64 = 1 << 20;
/// What a file needs beyond its bytes: its last block and one of its directory.
const BLOCKS: u64 = 8 << 10;
const RESERVE_FILE: &str = "reserve";

/// Largest state file read: an inventory of 100,000 packages.
const MAX_FILE: u64 = 64 << 20;

/// The agent's state cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The operating system refused.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Not what the agent writes.
    #[error("{} is damaged; enroll the device again to make a new one", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// Others can read the device's secret, and this could not be changed.
    #[error("{} can be read by others and its mode cannot be changed; make it 0600", .path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// An agent is at work with this state directory.
    #[error("an agent is already at work with {}, probably its service; `sluice agent status` shows what it does", .path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
}

fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> StateError + 'a {
    move |source| StateError::Io { action, path: path.to_owned(), source }
}

/// The directory.
#[derive(Clone, Debug)]
pub(crate) struct StateDirectory(PathBuf);

/// Held while an agent works; the kernel lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl StateDirectory {
    /// The directory; nothing is made yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Makes it where missing and takes rights from everybody else.
    pub(crate) fn prepare(&self) -> Result<(), StateError> {
        let path = &self.0;
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io("make directory", path))?;
        let mode = path.metadata().map_err(io("look at", path))?.mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(io("change the mode of", path))?;
        }
        Ok(())
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Takes the lock, or says that another agent has it.
    pub(crate) fn lock(&self) -> Result<Lock, StateError> {
        self.prepare()?;
        let path = self.path("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(io("open", &path))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StateError::InUse { path: self.0.clone() }),
            Err(error) => Err(io("lock", &path)(error.into())),
        }
    }

    /// Reads a file; `None` when it is not there.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.path(name);
        let bytes = match crate::host::read_bounded(&path, MAX_FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io("read", &path)(error)),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| StateError::Damaged { path, source })
    }

    /// Reads a file that can be made again: a damaged one is as none, with a warning.
    pub(crate) fn read_or_default<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, StateError> {
        match self.read(name) {
            Err(error @ StateError::Damaged { .. }) => {
                tracing::warn!(%error, "starting that part of the state afresh");
                Ok(T::default())
            }
            other => Ok(other?.unwrap_or_default()),
        }
    }

    /// Like [`Self::read`], for a file with a secret: when others can read it, takes that right
    /// from them and warns.
    pub(crate) fn read_secret<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.path(name);
        match path.metadata() {
            Ok(metadata) if metadata.mode() & 0o077 != 0 => {
                std::fs::set_permissions(&path, Permissions::from_mode(0o600))
                    .map_err(|_| StateError::Exposed { path: path.clone() })?;
                tracing::warn!(path = %path.display(), "others could read the device's secret; mode set to 0600. Enroll again if somebody may have read it");
            }
            _ => {}
        }
        self.read(name)
    }

    /// Replaces a file whole and for good: after a crash it is the old or the new one. On a full
    /// disk it uses the room kept for that.
    pub(crate) fn write(&self, name: &str, value: &impl Serialize) -> Result<(), StateError> {
        loop {
            match self.replace(name, value, true) {
                Err(StateError::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::StorageFull && self.give_up_room(name)? => {}
                done => return done,
            }
        }
    }

    /// Gives up as much of the kept room as a write takes that has just failed; whether there was
    /// any. No more than that: others take what is free on a full disk at once.
    fn give_up_room(&self, name: &str) -> Result<bool, StateError> {
        let path = self.path(RESERVE_FILE);
        let Ok(reserve) = OpenOptions::new().write(true).open(&path) else { return Ok(false) };
        let left = reserve.metadata().map_err(io("look at", &path))?.len();
        if left == 0 {
            return Ok(false);
        }
        let aside = self.path(&format!("{name}.new"));
        let written = aside.metadata().map_or(0, |m| m.len());
        reserve.set_len(left.saturating_sub(written.max(BLOCKS))).map_err(io("shorten", &path))?;
        Ok(true)
    }

    /// Keeps room for a full disk; when it is full already, what is left of the room.
    pub(crate) fn reserve(&self) {
        let path = self.path(RESERVE_FILE);
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let Ok(file) = file else { return };
        let held = file.metadata().map_or(0, |m| m.len());
        if held == RESERVE {
            return;
        }
        let flags = rustix::fs::FallocateFlags::empty();
        if rustix::fs::fallocate(&file, flags, 0, RESERVE).is_err() {
            // Not all of it, or a file system that cannot: a longer file would be a false promise.
            let _ = file.set_len(held);
        }
    }

    /// Replaces a file whole, without waiting for the disk: for what may be lost.
    pub(crate) fn write_light(&self, name: &str, value: &impl Serialize) -> Result<(), StateError> {
        self.replace(name, value, false)
    }

    fn replace(&self, name: &str, value: &impl Serialize, durable: bool) -> Result<(), StateError> {
        let path = self.path(name);
        let aside = self.path(&format!("{name}.new"));
        let bytes = serde_json::to_vec(value).map_err(|source| StateError::Damaged { path: path.clone(), source })?;
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .map_err(io("write", &aside))?;
        file.write_all(&bytes).map_err(io("write", &aside))?;
        if durable {
            file.sync_all().map_err(io("sync", &aside))?;
        }
        std::fs::rename(&aside, &path).map_err(io("replace", &path))?;
        if durable { self.sync_parent(&path) } else { Ok(()) }
    }

    /// Removes a file for good, if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.path(name);
        match std::fs::remove_file(&path) {
            Ok(()) => self.sync_parent(&path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io("remove", &path)(error)),
        }
    }

    /// Makes a directory in it.
    pub(crate) fn make_directory(&self, name: &str) -> Result<(), StateError> {
        let path = self.path(name);
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(io("make directory", &path))
    }

    /// The names in a directory in it, sorted; none when it is not there.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<String>, StateError> {
        let path = self.path(name);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io("list", &path)(error)),
        };
        let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Makes a rename or removal outlast a power cut.
    fn sync_parent(&self, path: &Path) -> Result<(), StateError> {
        let parent = path.parent().unwrap_or(&self.0);
        File::open(parent).and_then(|directory| directory.sync_all()).map_err(io("sync", parent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn only_the_owner_reads_and_a_wrong_mode_is_mended() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().join("a/b"));
        state.prepare().unwrap();
        state.write("x.json", &7).unwrap();
        assert_eq!((mode(&base.path().join("a/b")), mode(&state.path("x.json"))), (0o700, 0o600));

        std::fs::set_permissions(state.path("x.json"), Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(base.path().join("a/b"), Permissions::from_mode(0o755)).unwrap();
        state.prepare().unwrap();
        assert_eq!(state.read_secret::<u32>("x.json").unwrap(), Some(7));
        assert_eq!((mode(&base.path().join("a/b")), mode(&state.path("x.json"))), (0o700, 0o600));
    }

    #[test]
    fn absent_and_damaged_files_are_told_apart() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        assert_eq!(state.read::<u32>("x.json").unwrap(), None);
        std::fs::write(state.path("x.json"), "{").unwrap();
        assert!(matches!(state.read::<u32>("x.json"), Err(StateError::Damaged { .. })));
        assert_eq!(state.read_or_default::<u32>("x.json").unwrap(), 0);
        // A torn write leaves its file aside and the old one in place.
        state.write("x.json", &1).unwrap();
        std::fs::write(state.path("x.json.new"), "torn").unwrap();
        assert_eq!(state.read::<u32>("x.json").unwrap(), Some(1));
    }

    #[test]
    fn room_is_kept_for_a_full_disk() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        state.reserve();
        assert_eq!(state.path(RESERVE_FILE).metadata().unwrap().len(), RESERVE);
        // Every write to this device file fails with "no space left".
        std::os::unix::fs::symlink("/dev/full", state.path("x.json.new")).unwrap();
        assert!(state.write("x.json", &1).is_err());
        assert_eq!(state.path(RESERVE_FILE).metadata().unwrap().len(), 0, "given up piece by piece");
        state.reserve();
        assert_eq!(state.path(RESERVE_FILE).metadata().unwrap().len(), RESERVE, "kept again");
    }

    #[test]
    fn one_agent_at_a_time() {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        let lock = state.lock().unwrap();
        assert!(matches!(state.lock(), Err(StateError::InUse { .. })));
        drop(lock);
        state.lock().unwrap();
    }
}
