//! What is fetched now, what waits, and what could not be had.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::{SignedDuration, Timestamp};
use sluice_content::ContentName;
use sluice_store::content_failure::ContentFailureRecord;
use sluice_store::{Store, content_failure};
use tokio::sync::{Notify, watch};

use super::asked::{AskedFor, Asker};
use super::limiter::Limiter;
use super::origin::ContentOrigin;
use super::settings::ContentSettings;
use super::turns::Turns;
use super::undeployed::Undeployed;
use super::verify::Verification;
use super::wanted::WantedFile;
use crate::error::SiteResult;
use crate::host::Host;

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
    turns: Turns,
    failures: HashMap<ContentName, ContentFailureRecord>,
    /// No source says where they are.
    homeless: HashSet<ContentName>,
    asked: AskedFor,
    undeployed: Undeployed,
}

impl Inner {
    /// Bytes that no deployment names and that come or wait.
    fn undeployed_coming(&self) -> u64 {
        let running = self.running.values().filter(|transfer| transfer.undeployed);
        running.map(|transfer| transfer.file.size).sum::<u64>().saturating_add(self.turns.undeployed_bytes())
    }
}

/// A file that is fetched or waits for its turn because somebody asked for it.
pub(crate) struct Transfer {
    pub(crate) file: WantedFile,
    pub(crate) since: Timestamp,
    /// No deployment names it, and nobody known asked for it.
    pub(super) undeployed: bool,
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
    pub(super) fn new(file: WantedFile, undeployed: bool, since: Timestamp) -> Self {
        Self { file, since, undeployed, progress: watch::Sender::new(Progress::default()) }
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
    /// Files that no deployment names have no room left.
    NoRoom,
    /// It would come if somebody wanted its bytes.
    WouldCome,
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
        inner.turns.plan(planned);
    }

    /// The next file to fetch, if one more may be fetched now.
    pub(super) fn start_next(&self, now: Timestamp) -> Option<Arc<Transfer>> {
        let parallel = usize::try_from(self.settings().parallel).unwrap_or(1);
        let mut inner = self.inner();
        if inner.running.len() >= parallel {
            return None;
        }
        let Inner { turns, running, .. } = &mut *inner;
        let next = turns.next(running, parallel, now)?;
        running.insert(next.file.name.clone(), Arc::clone(&next));
        Some(next)
    }

    /// Somebody wants a file that is not here.
    pub(super) fn demand(&self, file: WantedFile, asker: Asker, now: Timestamp) -> Demand {
        let limit = self.settings().undeployed_bytes;
        let mut inner = self.inner();
        if asker == Asker::Known {
            inner.turns.promote(&file.name);
        }
        if let Some(transfer) = inner.running.get(&file.name).or_else(|| inner.turns.find(&file.name)) {
            return Demand::Coming(Arc::clone(transfer));
        }
        if let Some(failure) = inner.failures.get(&file.name).filter(|failure| is_waiting(failure, now)) {
            return Demand::Failed { again_in: failure.next_at.duration_since(now) };
        }
        let undeployed = asker != Asker::Known && !inner.undeployed.is_deployed(&file.name);
        let coming = inner.undeployed_coming();
        if undeployed && !inner.undeployed.has_room(&file.name, file.size, coming, limit) {
            return Demand::NoRoom;
        }
        if asker == Asker::Looker {
            return Demand::WouldCome;
        }
        let transfer = Arc::new(Transfer::new(file, undeployed, now));
        if !inner.turns.add(Arc::clone(&transfer)) {
            return Demand::Full;
        }
        drop(inner);
        self.wake.notify_one();
        Demand::Coming(transfer)
    }

    /// Looks at, or changes, what is known of files that no deployment names.
    pub(super) fn undeployed<T>(&self, look: impl FnOnce(&mut Undeployed) -> T) -> T {
        look(&mut self.inner().undeployed)
    }

    pub(super) fn is_homeless(&self, name: &ContentName) -> bool {
        self.inner().homeless.contains(name)
    }

    pub(super) fn asked(&self, name: &ContentName, asker: Asker, now: Timestamp) {
        self.inner().asked.note(name, asker, now);
    }

    /// When a file was asked for last.
    pub(super) fn asked_at(&self, name: &ContentName) -> Option<Timestamp> {
        self.inner().asked.at(name)
    }

    /// Whether somebody asked for a file since a moment, or it is on its way.
    pub(super) fn is_used(&self, name: &ContentName, since: Timestamp) -> bool {
        self.is_coming(name) || self.asked_at(name).is_some_and(|at| at >= since)
    }

    /// Whether somebody known asked for a file, and it was asked for since a moment.
    pub(super) fn is_known_use(&self, name: &ContentName, since: Timestamp) -> bool {
        self.inner().asked.is_of_known(name, since)
    }

    /// Whether a file is on its way.
    pub(super) fn is_coming(&self, name: &ContentName) -> bool {
        let inner = self.inner();
        inner.running.contains_key(name) || inner.turns.find(name).is_some()
    }

    pub(super) fn forget_asked(&self, before: Timestamp) {
        self.inner().asked.forget(before);
    }

    /// The transfer ended; `failure` is how it stands with the file now.
    pub(super) fn ended(&self, transfer: &Transfer, failure: Option<ContentFailureRecord>, homeless: bool) {
        let name = &transfer.file.name;
        let mut inner = self.inner();
        inner.running.remove(name);
        if transfer.undeployed {
            // Of one that failed, its part is here.
            let bytes = transfer.progress.borrow().arrived;
            inner.undeployed.came(name, bytes);
        }
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
        let waiting = inner.turns.waiting();
        Standing { running, waiting: waiting as u64, failures, homeless: inner.homeless.len() as u64 }
    }
}

/// Not to be tried yet. A clock that was put back does not make anybody wait for years.
fn is_waiting(failure: &ContentFailureRecord, now: Timestamp) -> bool {
    now < failure.next_at && failure.last_at <= now
}
