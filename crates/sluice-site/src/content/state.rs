//! What is fetched now, what waits, and what could not be had.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::{SignedDuration, Timestamp};
use sluice_content::ContentName;
use sluice_store::content_failure::ContentFailureRecord;
use sluice_store::{Store, content_failure};
use tokio::sync::{Notify, watch};

use super::limiter::Limiter;
use super::origin::ContentOrigin;
use super::settings::ContentSettings;
use super::verify::Verification;
use super::wanted::WantedFile;
use crate::error::SiteResult;
use crate::host::Host;

/// Most files that wait because somebody asked for them: anybody can ask.
const MAX_DEMANDED: usize = 1_000;
/// Most files of which it is remembered when they were asked for.
const MAX_ASKED: usize = 100_000;

/// The state of content.
pub(crate) struct Fetching {
    settings: ArcSwap<ContentSettings>,
    settings_lock: tokio::sync::Mutex<()>,
    pub(super) limiter: Limiter,
    inner: Mutex<Inner>,
    /// Something is to be started, or looked at.
    pub(super) wake: Notify,
    origin: ArcSwapOption<Arc<dyn ContentOrigin>>,
    pub(super) verification: Mutex<Option<Verification>>,
    /// Held while files are looked at to be removed.
    pub(super) collecting: tokio::sync::Mutex<()>,
    /// Held while the alert is raised or cleared.
    pub(super) alarm: tokio::sync::Mutex<Option<String>>,
}

#[derive(Default)]
struct Inner {
    plan_again: bool,
    running: HashMap<ContentName, Arc<Transfer>>,
    /// Asked for by somebody, oldest first.
    demanded: VecDeque<Arc<Transfer>>,
    planned: VecDeque<WantedFile>,
    failures: HashMap<ContentName, ContentFailureRecord>,
    /// No source says where they are.
    homeless: HashSet<ContentName>,
    asked: HashMap<ContentName, Timestamp>,
}

/// A file that is fetched or waits for its turn because somebody asked for it.
pub(crate) struct Transfer {
    pub(crate) file: WantedFile,
    pub(crate) since: Timestamp,
    progress: watch::Sender<Progress>,
}

/// How far a file has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// Bytes that can be read.
    pub(crate) arrived: u64,
    /// What reads them; `None` before the first.
    pub(crate) reader: Option<Arc<File>>,
    /// From where it comes.
    pub(crate) from: String,
    /// Raised when what had arrived was thrown away.
    pub(crate) generation: u64,
    /// It comes no further: it is here, or not to be had now.
    pub(crate) ended: Option<bool>,
}

impl Transfer {
    fn new(file: WantedFile, since: Timestamp) -> Self {
        Self { file, since, progress: watch::Sender::new(Progress::default()) }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(crate) fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// So many bytes are here now.
    pub(super) fn arrived(&self, bytes: u64, reader: Option<File>) {
        self.tell(|progress| {
            if bytes < progress.arrived {
                progress.generation += 1;
            }
            progress.arrived = bytes;
            if let Some(reader) = reader {
                progress.reader = Some(Arc::new(reader));
            }
        });
    }

    pub(super) fn tell(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }
}

/// What is to be done about a file that somebody asks for.
pub(super) enum Demand {
    /// It is coming, or will.
    Coming(Arc<Transfer>),
    /// It could not be had a moment ago.
    Failed { again_in: SignedDuration },
    /// Too many wait already.
    Full,
}

/// What waits and fails, for people.
pub(crate) struct Standing {
    pub(crate) running: Vec<Arc<Transfer>>,
    pub(crate) waiting: u64,
    pub(crate) failures: Vec<ContentFailureRecord>,
    pub(crate) homeless: u64,
}

impl Fetching {
    /// As it is stored.
    pub(crate) async fn load(store: &Store, host: &Host) -> SiteResult<Self> {
        let settings = ContentSettings::load(store).await?;
        let failures = content_failure::list(&mut store.reader().await?).await?;
        let failures = failures.into_iter().filter_map(|f| Some((ContentName::parse(&f.name)?, f))).collect();
        Ok(Self {
            settings: ArcSwap::from_pointee(settings),
            settings_lock: tokio::sync::Mutex::default(),
            limiter: Limiter::new(Arc::clone(&host.clock)),
            inner: Mutex::new(Inner { failures, ..Inner::default() }),
            wake: Notify::new(),
            origin: ArcSwapOption::empty(),
            verification: Mutex::default(),
            collecting: tokio::sync::Mutex::default(),
            alarm: tokio::sync::Mutex::default(),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> ContentSettings {
        **self.settings.load()
    }

    pub(super) fn set_settings(&self, settings: ContentSettings) {
        self.settings.store(Arc::new(settings));
    }

    pub(super) async fn settings_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.settings_lock.lock().await
    }

    pub(super) fn set_origin(&self, origin: Arc<dyn ContentOrigin>) {
        self.origin.store(Some(Arc::new(origin)));
    }

    pub(super) fn origin(&self) -> Option<Arc<dyn ContentOrigin>> {
        self.origin.load().as_deref().cloned()
    }

    /// What is wanted may be different now.
    pub(crate) fn plan_again(&self) {
        self.inner().plan_again = true;
        self.wake.notify_one();
    }

    pub(super) fn takes_plan(&self) -> bool {
        std::mem::take(&mut self.inner().plan_again)
    }

    pub(super) fn forget_homeless(&self) {
        self.inner().homeless.clear();
    }

    /// What is to be fetched by the plan: of what is missing, what may be tried now.
    pub(super) fn plan(&self, missing: Vec<WantedFile>, now: Timestamp) {
        let mut inner = self.inner();
        let waits = |name: &ContentName| inner.failures.get(name).is_some_and(|failure| is_waiting(failure, now));
        let skip =
            |name: &ContentName| inner.running.contains_key(name) || inner.homeless.contains(name) || waits(name);
        let planned = missing.into_iter().filter(|file| !skip(&file.name)).collect();
        inner.planned = planned;
    }

    /// The next file to fetch, if one more may be fetched now; what was asked for first.
    pub(super) fn start_next(&self, now: Timestamp) -> Option<Arc<Transfer>> {
        let parallel = usize::try_from(self.settings().parallel).unwrap_or(1);
        let mut inner = self.inner();
        if inner.running.len() >= parallel {
            return None;
        }
        let next = loop {
            if let Some(transfer) = inner.demanded.pop_front() {
                break transfer;
            }
            let file = inner.planned.pop_front()?;
            if !inner.running.contains_key(&file.name) {
                break Arc::new(Transfer::new(file, now));
            }
        };
        inner.running.insert(next.file.name.clone(), Arc::clone(&next));
        Some(next)
    }

    /// Somebody wants a file that is not here.
    pub(super) fn demand(&self, file: WantedFile, now: Timestamp) -> Demand {
        let mut inner = self.inner();
        let waiting = inner.demanded.iter().find(|transfer| transfer.file.name == file.name);
        if let Some(transfer) = inner.running.get(&file.name).or(waiting) {
            return Demand::Coming(Arc::clone(transfer));
        }
        if let Some(failure) = inner.failures.get(&file.name).filter(|failure| is_waiting(failure, now)) {
            return Demand::Failed { again_in: failure.next_at.duration_since(now) };
        }
        if inner.demanded.len() >= MAX_DEMANDED {
            return Demand::Full;
        }
        let transfer = Arc::new(Transfer::new(file, now));
        inner.demanded.push_back(Arc::clone(&transfer));
        drop(inner);
        self.wake.notify_one();
        Demand::Coming(transfer)
    }

    pub(super) fn is_homeless(&self, name: &ContentName) -> bool {
        self.inner().homeless.contains(name)
    }

    pub(super) fn asked(&self, name: &ContentName, now: Timestamp) {
        let mut inner = self.inner();
        if inner.asked.len() < MAX_ASKED || inner.asked.contains_key(name) {
            inner.asked.insert(name.clone(), now);
        }
    }

    /// Whether somebody asked for a file since a moment, or it is on its way.
    pub(super) fn is_used(&self, name: &ContentName, since: Timestamp) -> bool {
        let inner = self.inner();
        inner.running.contains_key(name)
            || inner.demanded.iter().any(|transfer| transfer.file.name == *name)
            || inner.asked.get(name).is_some_and(|at| *at >= since)
    }

    pub(super) fn forget_asked(&self, before: Timestamp) {
        self.inner().asked.retain(|_, at| *at >= before);
    }

    /// The transfer ended; `failure` is how it stands with the file now.
    pub(super) fn ended(&self, transfer: &Transfer, failure: Option<ContentFailureRecord>, homeless: bool) {
        let name = &transfer.file.name;
        let mut inner = self.inner();
        inner.running.remove(name);
        if homeless {
            inner.homeless.insert(name.clone());
        }
        match failure {
            Some(failure) => inner.failures.insert(name.clone(), failure),
            None => inner.failures.remove(name),
        };
        drop(inner);
        self.wake.notify_one();
    }

    /// The site stops in the middle of it.
    pub(super) fn given_up(&self, transfer: &Transfer) {
        self.inner().running.remove(&transfer.file.name);
    }

    pub(super) fn failure(&self, name: &ContentName) -> Option<ContentFailureRecord> {
        self.inner().failures.get(name).cloned()
    }

    pub(super) fn forget_failure(&self, name: &ContentName) {
        self.inner().failures.remove(name);
    }

    /// Files that failed are tried again at once: these, or all; how many.
    pub(super) fn retry(&self, only: Option<&[[u8; 20]]>, now: Timestamp) -> u64 {
        let mut inner = self.inner();
        let named = |name: &ContentName| only.is_none_or(|only| only.contains(&name.sha1()));
        let mut count = 0;
        for (_, failure) in inner.failures.iter_mut().filter(|(name, _)| named(name)) {
            failure.next_at = now;
            count += 1;
        }
        inner.homeless.retain(|name| !named(name));
        count
    }

    /// Files that failed and may be tried again.
    pub(super) fn due_failures(&self, now: Timestamp) -> Vec<ContentName> {
        let inner = self.inner();
        inner.failures.iter().filter(|(_, failure)| !is_waiting(failure, now)).map(|(name, _)| name.clone()).collect()
    }

    /// Forgets how files failed; their names.
    pub(super) fn forget_failures(&self, names: &[ContentName]) -> Vec<String> {
        let mut inner = self.inner();
        names.iter().filter(|name| inner.failures.remove(*name).is_some()).map(ToString::to_string).collect()
    }

    pub(crate) fn standing(&self) -> Standing {
        let inner = self.inner();
        let mut running: Vec<_> = inner.running.values().cloned().collect();
        running.sort_by_key(|transfer| transfer.since);
        let mut failures: Vec<_> = inner.failures.values().cloned().collect();
        failures.sort_by(|a, b| a.name.cmp(&b.name));
        let waiting = inner.demanded.len() + inner.planned.len();
        Standing { running, waiting: waiting as u64, failures, homeless: inner.homeless.len() as u64 }
    }
}

/// Not to be tried yet. A clock that was put back does not make anybody wait for years.
fn is_waiting(failure: &ContentFailureRecord, now: Timestamp) -> bool {
    now < failure.next_at && failure.last_at <= now
}
