//! Fetching documents: several requests at once, read while others are under way and stored as they are ready.
//!
//! ```text
//! queue ── ask (parallel) ──> read, derive (a thread per core) ──> a few answers ──> ingest (in batches) ──> store
//!   ^          │                  │
//!   └── the rest of short answers, halves of refused requests, parts of bundles
//! ```
//!
//! Nothing here is remembered: what is missing is found out again when a run is continued.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashSet;
use sluice_model::{RevisionRef, SourceId};
use sluice_wsus::messages::server_sync::GetUpdateData;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::error::UpstreamError;
use super::keys;
use super::origins;
use super::pending;
use super::read::{self, Answer, OPERATION};
use super::session::{Asking, Session};
use crate::error::chain;
use crate::site::Site;
use crate::sync::error::SyncError;
use crate::sync::state::Live;
use crate::windows::import::{Ingest, Item, item_of};

/// Most bytes of one answer. One document of [`sluice_wsus::update::MAX_DOCUMENT`] bytes fits, escaped.
const MAX_ANSWER: u64 = 256 << 20;
/// KiB of documents, packed, that are read and wait to be stored, so that reading goes on meanwhile.
const WAITING: u32 = 16 << 10;
/// Revisions that are asked for together after a short answer, for each one it had.
const PER_ANSWERED: usize = 4;
/// Revisions a server may refuse one after the other before it is the server that is to blame.
const MAX_REFUSED: usize = 32;

/// One fetching of documents.
pub(super) struct Fetch<'r> {
    pub(super) site: &'r Arc<Site>,
    pub(super) source: SourceId,
    pub(super) session: &'r Arc<Session>,
    pub(super) live: &'r Arc<Live>,
    pub(super) me: Uuid,
    /// Requests at once.
    pub(super) parallel: usize,
    /// Revisions in a request.
    pub(super) batch: usize,
}

/// Revisions that are asked for together.
#[derive(Debug)]
struct Batch {
    revisions: Vec<RevisionRef>,
    /// In a list of the server, so that it should have them; others are parts of bundles.
    listed: bool,
    /// Asked for once more, alone.
    again: bool,
}

struct Queue {
    /// Revisions in a request.
    size: usize,
    ready: VecDeque<Batch>,
    /// Parts of bundles that are not in a batch yet.
    parts: Vec<RevisionRef>,
    asked: FxHashSet<RevisionRef>,
    /// Answered or given up.
    done: u64,
}

impl Queue {
    fn new(size: usize, listed: Vec<RevisionRef>, parts: Vec<RevisionRef>) -> Self {
        let mut queue = Self { size, ready: VecDeque::new(), parts: Vec::new(), asked: FxHashSet::default(), done: 0 };
        let listed: Vec<_> = listed.into_iter().filter(|revision| queue.asked.insert(*revision)).collect();
        for revisions in listed.chunks(size) {
            queue.ready.push_back(Batch { revisions: revisions.to_vec(), listed: true, again: false });
        }
        queue.parts.extend(parts.into_iter().filter(|revision| queue.asked.insert(*revision)));
        queue
    }

    fn next(&mut self) -> Option<Batch> {
        if let Some(batch) = self.ready.pop_front() {
            return Some(batch);
        }
        let revisions: Vec<_> = self.parts.drain(..self.parts.len().min(self.size)).collect();
        (!revisions.is_empty()).then_some(Batch { revisions, listed: false, again: false })
    }

    /// A server may answer fewer than asked (Q69): it is asked for the rest. When it gave only a few, which it does
    /// when they are long, the rest is asked for in several requests, not one after the other.
    fn ask_for_rest(&mut self, batch: Batch, answered: usize) {
        for revisions in batch.revisions.chunks(answered.saturating_mul(PER_ANSWERED).max(1)).rev() {
            self.ready.push_front(Batch { revisions: revisions.to_vec(), ..batch });
        }
    }

    /// In halves, soon.
    fn split(&mut self, batch: Batch) {
        let half = batch.revisions.len().div_ceil(2);
        for revisions in batch.revisions.chunks(half.max(1)).rev() {
            self.ready.push_front(Batch { revisions: revisions.to_vec(), ..batch });
        }
    }
}

/// Where items go.
struct Taker<'t> {
    items: mpsc::UnboundedSender<(Vec<Item>, OwnedSemaphorePermit)>,
    /// For those that wait.
    room: Arc<Semaphore>,
    /// Items that were refused so far.
    refused: &'t AtomicU64,
}

impl Taker<'_> {
    /// Hands items on. Fails when storing has failed, which says why.
    async fn take(&self, items: Vec<Item>) -> Result<(), SyncError> {
        let size: usize = items.iter().map(Item::size).sum();
        let share = u32::try_from(size.div_ceil(1 << 10)).unwrap_or(WAITING).clamp(1, WAITING);
        let turn = Arc::clone(&self.room).acquire_many_owned(share).await.map_err(|_| SyncError::Stopping)?;
        self.items.send((items, turn)).map_err(|_| SyncError::Stopping)
    }
}

type Asked = (Batch, Result<Answer, UpstreamError>);

impl Fetch<'_> {
    /// Fetches revisions and hands them to `ingest`; `parts` are those of bundles, which the server may not have.
    pub(super) async fn run(
        &self,
        ingest: &mut Ingest<'_>,
        listed: Vec<RevisionRef>,
        parts: Vec<RevisionRef>,
    ) -> Result<(), SyncError> {
        // Bounded by the room.
        let (items, mut ready) = mpsc::unbounded_channel::<(Vec<Item>, OwnedSemaphorePermit)>();
        let room = Arc::new(Semaphore::new(WAITING as usize));
        let of_storing = Arc::clone(&room);
        let refused = AtomicU64::new(ingest.summary().quarantined);
        // What came is stored to the end, however fetching ends. When storing fails nobody takes what is fetched.
        let store = async {
            let taken = async {
                while let Some((answer, _turn)) = ready.recv().await {
                    for item in answer {
                        ingest.take(item).await.map_err(SyncError::Import)?;
                    }
                    refused.store(ingest.summary().quarantined, Ordering::Relaxed);
                }
                Ok(())
            };
            let taken = taken.await;
            // Whoever waits for room need not.
            of_storing.close();
            taken
        };
        let fetch = async {
            let to = Taker { items, room, refused: &refused };
            self.fetch(&to, listed, parts).await
        };
        let (fetched, stored) = tokio::join!(fetch, store);
        stored.and(fetched)
    }

    async fn fetch(&self, to: &Taker<'_>, listed: Vec<RevisionRef>, parts: Vec<RevisionRef>) -> Result<(), SyncError> {
        let catalog = self.site.catalog();
        let mut queue = Queue::new(self.batch.max(1), listed, parts);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (ask, read) = (Arc::new(Semaphore::new(self.parallel)), Arc::new(Semaphore::new(cores)));
        // Aborted when this is dropped: a run that ends leaves nothing behind.
        let mut running: JoinSet<Asked> = JoinSet::new();
        let mut refused = 0;
        loop {
            while running.len() < self.parallel + cores
                && let Some(batch) = queue.next()
            {
                running.spawn(self.ask(batch, Arc::clone(&ask), Arc::clone(&read)));
            }
            let Some(done) = running.join_next().await else { return Ok(()) };
            let (batch, result) = done.map_err(|_| SyncError::Defect)?;
            match result {
                Ok(answer) => {
                    refused = 0;
                    let taken = self.take(to, &mut queue, batch, answer, |part| catalog.exact(*part).is_none());
                    taken.await?;
                }
                Err(error) if !error.may_be_of_one() => return Err(error.into()),
                Err(_) if batch.revisions.len() > 1 => queue.split(batch),
                // What fails once may go the second time.
                Err(_) if batch.listed && !batch.again => queue.ready.push_front(Batch { again: true, ..batch }),
                Err(error) => {
                    refused += usize::from(batch.listed);
                    if refused > MAX_REFUSED {
                        let url = self.session.url().to_owned();
                        return Err(UpstreamError::Refuses { url, count: refused, last: chain(&error) }.into());
                    }
                    self.refuse(to, &mut queue, &batch, &chain(&error)).await?;
                }
            }
            self.live.progress.documents(queue.done, queue.asked.len() as u64, to.refused.load(Ordering::Relaxed));
        }
    }

    /// Asks for a batch and reads the answer, each when it is its turn.
    fn ask(
        &self,
        batch: Batch,
        ask: Arc<Semaphore>,
        read: Arc<Semaphore>,
    ) -> impl Future<Output = Asked> + Send + 'static {
        let (session, live, site, me) =
            (Arc::clone(self.session), Arc::clone(self.live), Arc::clone(self.site), self.me);
        async move {
            let turn = ask.acquire().await;
            let identities: Vec<_> = batch.revisions.iter().map(|revision| pending::identity(*revision)).collect();
            let asking = Asking { me, now: &|| site.now(), on_bytes: &|bytes| live.progress.fetched(bytes) };
            let body = session.ask_known(&asking, OPERATION, MAX_ANSWER, |cookie| GetUpdateData {
                cookie: Some(cookie),
                update_ids: identities.clone(),
            });
            let body = match body.await {
                Ok(body) => body,
                Err(error) => return (batch, Err(error)),
            };
            drop(turn);
            let _turn = read.acquire().await;
            let url = session.url().to_owned();
            let asked = batch.revisions.clone();
            let reading = tokio::task::spawn_blocking(move || read::read(&url, &body, &asked)).await;
            match reading {
                Ok(answer) => (batch, answer),
                // Cancelled as the program ends, or a defect that one document brought about.
                Err(_) => {
                    let fault = sluice_wsus::soap::ReceivedFault {
                        reason: "this site failed to read the answer".to_owned(),
                        ..sluice_wsus::soap::ReceivedFault::default()
                    };
                    (batch, Err(UpstreamError::Fault { url: session.url().to_owned(), operation: OPERATION, fault }))
                }
            }
        }
    }

    async fn take(
        &self,
        to: &Taker<'_>,
        queue: &mut Queue,
        batch: Batch,
        answer: Answer,
        is_unknown: impl Fn(&RevisionRef) -> bool,
    ) -> Result<(), SyncError> {
        let (answered, rest): (Vec<_>, Vec<_>) =
            batch.revisions.iter().partition(|revision| answer.answered.contains(revision));
        queue.done += answered.len() as u64;
        for part in answer.parts {
            if is_unknown(&part) && queue.asked.insert(part) {
                queue.parts.push(part);
            }
        }
        origins::keep(self.site, self.source, answer.urls).await?;
        keys::want(self.site, answer.encrypted).await;
        to.take(answer.items).await?;
        let rest = Batch { revisions: rest, ..batch };
        match (answered.is_empty(), rest.revisions.len()) {
            (_, 0) => {}
            (false, _) => queue.ask_for_rest(rest, answered.len()),
            (true, 1) => self.refuse(to, queue, &rest, "the upstream lists it and does not give it").await?,
            (true, _) => queue.split(rest),
        }
        Ok(())
    }

    async fn refuse(&self, to: &Taker<'_>, queue: &mut Queue, batch: &Batch, why: &str) -> Result<(), SyncError> {
        let reason = if batch.listed { why.to_owned() } else { format!("a bundle needs it; {why}") };
        let refused = |revision: &RevisionRef| Item::Refused { item: item_of(*revision), reason: reason.clone() };
        queue.done += batch.revisions.len() as u64;
        to.take(batch.revisions.iter().map(refused).collect()).await
    }
}
