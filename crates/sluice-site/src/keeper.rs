//! The keeper of the snapshot: the one task that makes the next [`Fleet`] and swaps it in.
//!
//! Changes of catalog and devices arrive as messages and are applied in batches, off the async
//! threads. Readers load the snapshot without waiting for anybody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arc_swap::ArcSwap;
use sluice_catalog::{Catalog, CatalogChange, DeviceChange, Evaluator, Fleet};
use sluice_model::DeviceId;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::windows::view::Views;

/// Messages that may wait; a sender beyond that waits itself. Each may carry a whole inventory, of
/// about 100 kB.
const QUEUE: usize = 512;
/// Messages applied in one go.
const BATCH: usize = 512;

enum Message {
    Catalog(Box<CatalogChange>, oneshot::Sender<()>),
    Devices { event: SiteEvent, changes: Vec<DeviceChange>, done: oneshot::Sender<()> },
}

/// Where changes are sent.
#[derive(Clone)]
pub(crate) struct Keeper {
    sender: mpsc::Sender<Message>,
}

impl Keeper {
    /// Starts the task. It ends when every sender is gone.
    pub(crate) fn start(fleet: Arc<ArcSwap<Fleet>>, views: Arc<Views>, events: broadcast::Sender<SiteEvent>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(keep(fleet, views, events, receiver));
        Self { sender }
    }

    /// Publishes a change of the catalog; returns when it is served and every device is evaluated.
    pub(crate) async fn catalog(&self, change: CatalogChange) -> SiteResult<()> {
        let (done, wait) = oneshot::channel();
        self.send(Message::Catalog(Box::new(change), done), wait).await
    }

    /// Applies changes of a device; returns when they are served.
    pub(crate) async fn device(&self, device: DeviceId, changes: Vec<DeviceChange>) -> SiteResult<()> {
        let (done, wait) = oneshot::channel();
        self.send(Message::Devices { event: SiteEvent::Device(device), changes, done }, wait).await
    }

    /// Applies changes of many devices at once, told as one event; returns when they are served.
    pub(crate) async fn devices(&self, changes: Vec<DeviceChange>) -> SiteResult<()> {
        let (done, wait) = oneshot::channel();
        self.send(Message::Devices { event: SiteEvent::Devices, changes, done }, wait).await
    }

    async fn send(&self, message: Message, wait: oneshot::Receiver<()>) -> SiteResult<()> {
        let stopping = || SiteError::unavailable("the site is stopping", "Try again when it runs.");
        self.sender.send(message).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| {
            SiteError::unavailable(
                "the change is stored, but it is not served: the site is stopping, or met a defect (see its log)",
                "Restart the site; it serves what is stored.",
            )
        })
    }
}

async fn keep(
    fleet: Arc<ArcSwap<Fleet>>,
    views: Arc<Views>,
    events: broadcast::Sender<SiteEvent>,
    mut receiver: mpsc::Receiver<Message>,
) {
    let mut evaluator = Evaluator::new(Arc::clone(fleet.load().catalog()));
    let mut batch = Vec::new();
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let messages = std::mem::take(&mut batch);
        let current = fleet.load_full();
        let (target, views) = (Arc::clone(&fleet), Arc::clone(&views));
        let mut memory = evaluator;
        let work = tokio::task::spawn_blocking(move || {
            let answers = apply(&current, &target, &mut memory, messages);
            if !Arc::ptr_eq(current.catalog(), target.load().catalog()) {
                views.rebuild();
            }
            (memory, answers)
        });
        match work.await {
            Ok((memory, answers)) => {
                evaluator = memory;
                for (event, done) in answers {
                    // Nobody waits any more, or nobody watches: both are fine.
                    let _gone = done.send(());
                    let _unwatched = events.send(event);
                }
            }
            Err(error) => {
                // A defect: the changes are in the store; the snapshot catches up at the next start.
                tracing::error!(%error, "a batch of changes could not be applied to the snapshot");
                evaluator = Evaluator::new(Arc::clone(fleet.load().catalog()));
            }
        }
    }
}

fn apply(
    current: &Fleet,
    target: &ArcSwap<Fleet>,
    evaluator: &mut Evaluator,
    messages: Vec<Message>,
) -> Vec<(SiteEvent, oneshot::Sender<()>)> {
    let mut fleet = current.clone();
    let mut answers = Vec::with_capacity(messages.len());
    let mut changes = Vec::new();
    for message in messages {
        match message {
            Message::Devices { event, changes: more, done } => {
                changes.extend(more);
                answers.push((event, done));
            }
            Message::Catalog(change, done) => {
                fleet = apply_devices(&fleet, evaluator, std::mem::take(&mut changes));
                let Some(next) = try_catalog(&fleet, evaluator, *change) else {
                    // Whoever waits is told by the channel that closes.
                    tracing::error!(
                        "a change of the catalog brought out a defect and is not served; please report this"
                    );
                    continue;
                };
                fleet = next;
                answers.push((SiteEvent::Catalog { version: fleet.catalog().version() }, done));
            }
        }
    }
    target.store(Arc::new(apply_devices(&fleet, evaluator, changes)));
    answers
}

pub(crate) fn apply_devices(fleet: &Fleet, evaluator: &mut Evaluator, changes: Vec<DeviceChange>) -> Fleet {
    if changes.is_empty() {
        return fleet.clone();
    }
    // The fleet before is not touched by a failure, so each change can be tried by itself: a defect
    // that one device's data brings out must not lose what others sent.
    if let Some(next) = try_devices(fleet, evaluator, changes.clone()) {
        return next;
    }
    let mut fleet = fleet.clone();
    for change in changes {
        match try_devices(&fleet, evaluator, vec![change]) {
            Some(next) => fleet = next,
            None => tracing::error!("a change of a device brought out a defect and was left out; please report this"),
        }
    }
    fleet
}

/// `None` when a defect showed; the catalog before goes on being served, and what others sent with
/// this change is not lost.
fn try_catalog(fleet: &Fleet, evaluator: &mut Evaluator, change: CatalogChange) -> Option<Fleet> {
    let applied = catch_unwind(AssertUnwindSafe(|| {
        let of_counters = change.is_of_counters();
        let catalog = Arc::new(apply_catalog(fleet.catalog(), change));
        if of_counters {
            return (fleet.counted(Arc::clone(&catalog)), Err(catalog));
        }
        let mut evaluator = Evaluator::new(catalog);
        (fleet.re_evaluate(&mut evaluator), Ok(evaluator))
    }));
    let (fleet, new) = applied.ok()?;
    match new {
        Ok(new) => *evaluator = new,
        Err(catalog) => evaluator.count(catalog),
    }
    Some(fleet)
}

/// `None` when a defect showed; the evaluator's memory is then begun anew.
fn try_devices(fleet: &Fleet, evaluator: &mut Evaluator, changes: Vec<DeviceChange>) -> Option<Fleet> {
    let applied = catch_unwind(AssertUnwindSafe(|| fleet.apply(evaluator, changes)));
    let Ok((next, problems)) = applied else {
        *evaluator = Evaluator::new(Arc::clone(fleet.catalog()));
        return None;
    };
    for problem in problems {
        tracing::warn!(%problem, "a change of a device was left out");
    }
    Some(next)
}

/// The catalog after a change; what cannot be applied is logged and left out.
pub(crate) fn apply_catalog(catalog: &Catalog, change: CatalogChange) -> Catalog {
    let (next, problems) = catalog.apply(change);
    for problem in problems.iter().take(20) {
        tracing::warn!(%problem, "a part of the catalog was left out");
    }
    next
}
