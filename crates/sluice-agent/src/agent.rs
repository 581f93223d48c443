//! The agent as the command line sees it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sluice_wire::Inventory;
use uuid::Uuid;

use crate::backend::apt::Apt;
use crate::backend::{PackageBackend, ScanError};
use crate::config::AgentConfig;
use crate::enroll::{EnrollError, Enrolled, Enrollment};
use crate::host::Host;
use crate::machine::{Machine, Memory, State};
use crate::notify::Notifier;
use crate::site::{ContactError, SiteClient, authority_only};
use crate::state::identity::Identity;
use crate::state::progress::Progress;
use crate::state::requests::Requests;
use crate::state::status::Activity;
use crate::state::{StateDirectory, StateError};
use crate::status::Status;
use crate::wake::{WakeSocket, Waker, wake_other};

/// The clock is looked at at least this often while waiting: it may be set, or the machine sleep.
const LONGEST_SLEEP: u64 = 60;

/// The agent of this device.
#[derive(Debug)]
pub struct Agent {
    config: AgentConfig,
    host: Host,
    state: StateDirectory,
    waker: Waker,
}

/// The agent cannot work.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The device belongs to no site.
    #[error("this device is not enrolled; run `sluice agent enroll --server URL --token TOKEN`")]
    NotEnrolled,
    /// The device cannot be scanned.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The state cannot be kept or read.
    #[error(transparent)]
    State(#[from] StateError),
    /// What enrolment gave cannot be used any more.
    #[error("the device's identity cannot be used; enroll it anew with `--replace`")]
    Identity(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a single round came to.
#[derive(Debug)]
pub struct RoundReport {
    /// What the agent did last and holds.
    pub status: Status,
    /// Why the site could not be talked to.
    pub contact_error: Option<ContactError>,
}

/// Updates to install on request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Everything that is offered now.
    All,
    /// These.
    Updates(BTreeSet<Uuid>),
}

impl Agent {
    /// Sets up an agent; nothing is read or made yet.
    #[must_use]
    pub fn open(config: AgentConfig, host: Host) -> Self {
        let state = StateDirectory::new(config.state_directory.clone());
        Self { config, host, state, waker: Waker::default() }
    }

    /// Makes the device known to a site.
    ///
    /// # Errors
    /// When the site refuses, is not the one the token is for, or cannot be reached.
    pub async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, EnrollError> {
        let enrolled = crate::enroll::enroll(&self.config, &self.host, &self.state, enrollment).await?;
        wake_other(&self.config.state_directory);
        Ok(enrolled)
    }

    /// Whether the device belongs to a site.
    ///
    /// # Errors
    /// When the identity cannot be read.
    pub fn is_enrolled(&self) -> Result<bool, StateError> {
        Ok(Identity::load(&self.state)?.is_some())
    }

    /// Ends the waits of [`Self::run`].
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Looks at the device without telling anybody.
    ///
    /// # Errors
    /// When the package manager is not known or cannot be asked.
    pub async fn scan(&self) -> Result<Inventory, ScanError> {
        crate::inventory::scan(&self.host, &*self.backend()?).await
    }

    /// What the agent does and holds.
    ///
    /// # Errors
    /// When the state cannot be read, for example by somebody else than the agent's user.
    pub fn status(&self) -> Result<Status, StateError> {
        crate::status::status(&self.state, self.host.now(), self.host.privileged)
    }

    /// Asks for updates to be installed now. Whether a running agent was woken for it; if there is
    /// none, the next [`Self::run_once`] or [`Self::run`] does it. Only what the policy offers is
    /// ever installed.
    ///
    /// # Errors
    /// When the request cannot be kept.
    pub fn request(&self, request: Request) -> Result<bool, StateError> {
        self.state.prepare()?;
        let mut requests = Requests::load(&self.state)?;
        match request {
            Request::All => requests.all = true,
            Request::Updates(updates) => requests.updates.extend(updates),
        }
        requests.save(&self.state)?;
        Ok(self.wake_running())
    }

    /// Wakes the agent that runs with the same state directory; whether there is one.
    #[must_use]
    pub fn wake_running(&self) -> bool {
        wake_other(&self.config.state_directory)
    }

    /// One round: scan, check in, do what is due. Failed updates are tried again at once.
    ///
    /// # Errors
    /// When the device is not enrolled, another agent is at work, or the state cannot be kept. A
    /// site that cannot be reached is no error here: the policy held is followed all the same.
    pub async fn run_once(&self) -> Result<RoundReport, AgentError> {
        let lock = self.state.lock()?;
        let identity = Identity::load(&self.state)?.ok_or(AgentError::NotEnrolled)?;
        let mut progress = Progress::load(&self.state)?;
        progress.forgive();
        progress.save(&self.state)?;
        let mut machine = self.machine(identity, Notifier::default())?;
        let mut state = machine.begin()?;
        while state.pause().is_none() {
            machine.announce(&state);
            state = machine.turn(state).await?;
        }
        machine.announce(&state);
        drop(lock);
        Ok(RoundReport { status: self.status()?, contact_error: machine.memory.contact_error })
    }

    /// Works until `shutdown`. An agent that is not enrolled waits for that. At `shutdown` it
    /// ends at once, whatever it does: an installation goes on without it, and the next agent finds
    /// out what came of it.
    ///
    /// # Errors
    /// When another agent is at work, the package manager is not known, or the identity cannot be
    /// used. Troubles that may pass are waited for.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<(), AgentError> {
        let _lock = self.state.lock()?;
        self.backend()?;
        let directory = &self.config.state_directory;
        let socket = WakeSocket::bind(directory).map_err(|source| StateError::Io {
            action: "make the wake socket in",
            path: directory.clone(),
            source,
        })?;
        let notifier = Notifier::new(self.config.notify_socket.as_deref());
        notifier.ready();
        tokio::pin!(shutdown);
        tokio::select! {
            biased;
            () = &mut shutdown => {
                Notifier::new(self.config.notify_socket.as_deref()).stopping();
                Ok(())
            }
            error = self.work(&socket, notifier) => Err(error),
        }
    }

    /// Never ends but in an error.
    async fn work(&self, socket: &WakeSocket, notifier: Notifier) -> AgentError {
        let start = match self.wait_for_identity(socket, &notifier).await {
            Ok(start) => start,
            Err(error) => return error.into(),
        };
        let (identity, mut enrolled) = start;
        let mut machine = match self.machine(identity, notifier) {
            Ok(machine) => machine,
            Err(error) => return error,
        };
        loop {
            let begun = match enrolled.take() {
                Some(state) => Ok(state),
                None => machine.begin(),
            };
            let error = match begun {
                Ok(state) => self.follow(&mut machine, state, socket).await,
                Err(error) => error,
            };
            // The disk, most likely. As after a crash: wait, then begin anew.
            tracing::error!(%error, source = std::error::Error::source(&error).map(tracing::field::display), "the agent's state cannot be kept");
            machine.memory.activity.last_error = Some(error.to_string());
            self.sleep_until(self.host.now().saturating_add(LONGEST_SLEEP.cast_signed()), socket).await;
        }
    }

    /// Goes from state to state; ends only in an error.
    async fn follow(&self, machine: &mut Machine, mut state: State, socket: &WakeSocket) -> StateError {
        loop {
            machine.announce(&state);
            if let Some(pause) = state.pause() {
                self.sleep_until(pause.until, socket).await;
                state = Machine::wake(state);
                continue;
            }
            match machine.turn(state).await {
                Ok(next) => state = next,
                Err(error) => return error,
            }
        }
    }

    /// The identity, and the state to begin in when it came about only now.
    async fn wait_for_identity(
        &self,
        socket: &WakeSocket,
        notifier: &Notifier,
    ) -> Result<(Identity, Option<State>), StateError> {
        let mut waited = None;
        loop {
            if let Some(identity) = Identity::load(&self.state)? {
                let state = match waited {
                    Some(State::Unenrolled((), to)) => Some(to.enrolled(crate::machine::Attempt::default())),
                    _ => None,
                };
                return Ok((identity, state));
            }
            let state = State::begin_unenrolled();
            notifier.status(state.name(), "");
            let activity = Activity { state: state.name().to_owned(), since: self.host.now(), ..Activity::default() };
            activity.save(&self.state)?;
            waited = Some(state);
            self.sleep_until(self.host.now().saturating_add(LONGEST_SLEEP.cast_signed()), socket).await;
        }
    }

    /// Waits until a time or until somebody wakes the agent.
    async fn sleep_until(&self, until: i64, socket: &WakeSocket) {
        loop {
            let left = u64::try_from(until.saturating_sub(self.host.now())).unwrap_or(0).min(LONGEST_SLEEP);
            if left == 0 {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(left)) => {}
                () = self.waker.woken() => return,
                () = socket.woken() => return,
            }
        }
    }

    fn backend(&self) -> Result<Arc<dyn PackageBackend>, ScanError> {
        match Apt::detect(&self.host, &self.state) {
            Some(apt) => Ok(Arc::new(apt)),
            None => {
                let os = crate::inventory::operating_system(&self.host).title;
                Err(ScanError::Unsupported { os: if os.is_empty() { "this system".to_owned() } else { os } })
            }
        }
    }

    fn machine(&self, identity: Identity, notifier: Notifier) -> Result<Machine, AgentError> {
        let unusable = |error| AgentError::Identity(Box::new(error));
        let verifier = authority_only(&identity.authority).map_err(unusable)?;
        let credential = identity.credential();
        let clock = Arc::clone(&self.host.clock);
        let version = &self.config.version;
        let site =
            SiteClient::new(&identity.server, verifier, clock, credential.as_ref(), version).map_err(unusable)?;
        let activity = Activity::load(&self.state)?;
        Ok(Machine {
            version: version.clone(),
            host: self.host.clone(),
            state: self.state.clone(),
            backend: self.backend()?,
            site: Arc::new(site),
            identity,
            notifier,
            memory: Memory { activity, ..Memory::default() },
        })
    }
}
