//! A Windows client as a whole: a machine, its agent's memory, its server.

mod behaviour;
mod progress;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use jiff::Timestamp;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::shared::Cookie;

pub use behaviour::{Behaviour, COMMON_FAILURES, Failure, InstallPolicy, Stage};
pub(super) use progress::{Pending, Progress};

use super::client::{AgentError, Caller, Server};
use super::machine::VirtualMachine;
use super::report::Outbox;
use super::scan::{AgentCache, Evaluation, ScanOutcome, UpdateStatus};
use crate::random::Random;

/// A simulated Windows client.
///
/// What it reports is queued until [`report`](Self::report) sends it, so that a test can be late.
pub struct WindowsClient {
    pub(super) machine: VirtualMachine,
    pub(super) server: Arc<Server>,
    pub(super) behaviour: Behaviour,
    pub(super) cache: AgentCache,
    pub(super) progress: Progress,
    pub(super) outbox: Outbox,
    pub(super) random: Random,
}

impl WindowsClient {
    /// A client that never spoke to its server.
    #[must_use]
    pub fn new(machine: VirtualMachine, server: Arc<Server>, behaviour: Behaviour) -> Self {
        // A stream of its own, told by the identity the machine was made with.
        let (high, low) = machine.client_id().as_u64_pair();
        Self {
            machine,
            server,
            behaviour,
            cache: AgentCache::default(),
            progress: Progress::default(),
            outbox: Outbox::default(),
            random: Random::new(high, low),
        }
    }

    /// Its machine.
    #[must_use]
    pub fn machine(&self) -> &VirtualMachine {
        &self.machine
    }

    /// Its machine, to be changed by hand.
    pub fn machine_mut(&mut self) -> &mut VirtualMachine {
        &mut self.machine
    }

    /// How it behaves.
    pub fn behaviour_mut(&mut self) -> &mut Behaviour {
        &mut self.behaviour
    }

    /// Its policy names another server now. The agent keeps its cache and its cookie, as real ones do.
    pub fn move_to(&mut self, server: Arc<Server>) {
        self.server = server;
    }

    /// The cookie it presents: `None` before the first contact.
    #[must_use]
    pub fn cookie(&self) -> Option<&Cookie> {
        self.cache.cookie.as_ref()
    }

    /// Makes it present another cookie: an old, a foreign, a forged one.
    pub fn set_cookie(&mut self, cookie: Option<Cookie>) {
        self.cache.cookie = cookie;
    }

    /// What it would tell SyncUpdates: installed non-leaf revisions, others, drivers.
    #[must_use]
    pub fn cached_ids(&self) -> (Vec<i32>, Vec<i32>, Vec<i32>) {
        self.cache.lists()
    }

    /// What an update is to the machine as of the last scan; `None`: the server did not offer it.
    #[must_use]
    pub fn status_of(&self, update: UpdateId) -> Option<UpdateStatus> {
        let (_, cached) = self.cache.newest(update)?;
        Some(self.progress.status(update, Evaluation::new(&self.cache, &self.machine).state(cached)))
    }

    /// Whether the machine must restart before what was installed takes effect.
    #[must_use]
    pub fn restart_pending(&self) -> bool {
        self.progress.restart_pending()
    }

    /// A whole contact: scan, install what is due, restart if that is needed, scan again if anything changed, report.
    /// What fails on the way is in the report.
    ///
    /// # Errors
    /// [`AgentError`] when the scan or the report failed.
    pub async fn cycle(&mut self) -> Result<ScanOutcome, AgentError> {
        let scanned = self.scan().await;
        let mut outcome = match scanned {
            Ok(outcome) => outcome,
            Err(error) => {
                // The failure itself is reported, if the server takes it.
                let _unsent = self.report().await;
                return Err(error);
            }
        };
        let installed = self.install().await;
        let restarted = self.restart();
        if restarted || installed.changed_the_machine() {
            outcome = self.scan().await?;
        }
        self.report().await?;
        Ok(outcome)
    }

    /// The machine's clock.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.server.host.clock.now();
        now.checked_add(self.behaviour.clock_offset).unwrap_or(now)
    }

    /// Who calls: a new correlation vector for each conversation.
    pub(super) fn caller(&mut self) -> Caller {
        /// Base64 digits of a correlation vector's base.
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const LENGTH: usize = 16;
        let base: String = (0..LENGTH)
            .map(|_| char::from(DIGITS.get(self.random.below(DIGITS.len())).copied().unwrap_or(b'A')))
            .collect();
        let (agent, protocol) = (self.machine.agent_version(), self.machine.protocol());
        Caller {
            user_agent: format!("Windows-Update-Agent/{agent} Client-Protocol/{protocol}"),
            vector: format!("{base}.1.0.0.2"),
            requests: AtomicU32::new(0),
        }
    }
}
