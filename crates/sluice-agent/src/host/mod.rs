//! What the agent gets from the machine it runs on, given from outside so that nothing here reads
//! the clock, the environment or random numbers by itself.

mod command;
mod process;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

pub use command::{Capture, Command, Finished, Program, RunError, Runner};
pub use process::SystemRunner;
pub(crate) use process::tail;

/// A future behind a pointer, for traits used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Random numbers.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine.
#[derive(Clone)]
pub struct Host {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random numbers, for jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Runs the package manager.
    pub runner: Arc<dyn Runner>,
    /// Where files are read from: `/`; a test gives a tree of its own.
    pub root: PathBuf,
    /// Whether the process is root's and can install.
    pub privileged: bool,
}

impl Host {
    /// This machine.
    #[must_use]
    pub fn system(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            runner: Arc::new(SystemRunner),
            root: PathBuf::from("/"),
            privileged: rustix::process::geteuid().is_root(),
        }
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// A file of the machine by its absolute path.
    pub(crate) fn path(&self, absolute: &str) -> PathBuf {
        self.root.join(absolute.trim_start_matches('/'))
    }

    /// A number from 0 to `limit`, both included. The slight bias of a remainder does not matter
    /// for jitter.
    pub(crate) fn random_up_to(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        match limit.checked_add(1) {
            Some(n) => u64::from_le_bytes(bytes) % n,
            None => u64::from_le_bytes(bytes),
        }
    }

    /// The kernel's identifier of the present boot; `None` where it cannot be read.
    pub(crate) fn boot_id(&self) -> Option<String> {
        let text = read_small(&self.path("/proc/sys/kernel/random/boot_id")).ok()?;
        Some(text.trim().to_owned())
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("root", &self.root).field("privileged", &self.privileged).finish_non_exhaustive()
    }
}

/// Reads a text file that is small by nature; more than 1 MiB is cut off.
pub(crate) fn read_small(path: &Path) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&read_bounded(path, 1 << 20)?).into_owned())
}

/// Reads at most `limit` bytes of a file.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
