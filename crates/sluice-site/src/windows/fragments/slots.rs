//! Which revisions have a document, how long it is, and the fragments that are in memory.
//!
//! Readers take no lock. Fragments stay in memory up to a budget; what was not asked for lately goes first (the clock
//! of Corbató, 1968).

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use sluice_model::RevisionId;

use super::stored::Fragments;

/// Slots that come into being together.
const CHUNK: usize = 1024;

/// One revision.
#[derive(Default)]
struct Slot {
    /// Bytes of its document; 0: it has none.
    document: AtomicU32,
    fragments: ArcSwapOption<Fragments>,
    /// Asked for since the hand of the clock came by.
    asked: AtomicBool,
    /// Nothing is gained by deriving them beforehand: the row cannot be read, or they are larger than all the room
    /// there is.
    hopeless: AtomicBool,
}

type Chunk = Box<[Slot]>;

/// All revisions.
pub(crate) struct Slots {
    /// By the number of the revision.
    chunks: ArcSwap<Vec<Option<Arc<Chunk>>>>,
    /// Held by whoever adds chunks.
    growing: Mutex<()>,
    /// Bytes of the fragments in memory, and how many there may be.
    used: AtomicUsize,
    budget: usize,
    /// The number at which it is looked for room next.
    hand: AtomicUsize,
}

impl Slots {
    /// None yet.
    pub(crate) fn new(budget: u64) -> Self {
        Self {
            chunks: ArcSwap::default(),
            growing: Mutex::default(),
            used: AtomicUsize::new(0),
            budget: usize::try_from(budget).unwrap_or(usize::MAX),
            hand: AtomicUsize::new(0),
        }
    }

    /// Takes note of a document of so many bytes.
    pub(super) fn note(&self, revision: RevisionId, bytes: u64) {
        let (chunk, place) = place(revision);
        if self.chunks.load().get(chunk).is_none_or(Option::is_none) {
            self.grow(chunk);
        }
        self.with(chunk, place, |slot| {
            slot.document.store(u32::try_from(bytes).unwrap_or(u32::MAX), Ordering::Relaxed);
            slot.hopeless.store(false, Ordering::Relaxed);
        });
    }

    fn grow(&self, chunk: usize) {
        let _one_at_a_time = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chunks = Vec::clone(&self.chunks.load());
        if chunks.len() <= chunk {
            chunks.resize(chunk + 1, None);
        }
        if let Some(new @ None) = chunks.get_mut(chunk) {
            *new = Some(Arc::new((0..CHUNK).map(|_| Slot::default()).collect()));
            self.chunks.store(Arc::new(chunks));
        }
    }

    fn with<T>(&self, chunk: usize, place: usize, look: impl FnOnce(&Slot) -> T) -> Option<T> {
        self.chunks.load().get(chunk)?.as_ref()?.get(place).map(look)
    }

    /// Bytes of the document of a revision; 0 when it has none.
    pub(crate) fn document(&self, revision: RevisionId) -> u64 {
        let (chunk, place) = place(revision);
        self.with(chunk, place, |slot| slot.document.load(Ordering::Relaxed)).unwrap_or_default().into()
    }

    /// The fragments of a revision, if they are in memory.
    pub(super) fn get(&self, revision: RevisionId) -> Option<Arc<Fragments>> {
        let (chunk, place) = place(revision);
        self.with(chunk, place, |slot| {
            let fragments = slot.fragments.load_full()?;
            // Written only when it changes: many read the same.
            if !slot.asked.load(Ordering::Relaxed) {
                slot.asked.store(true, Ordering::Relaxed);
            }
            Some(fragments)
        })?
    }

    /// Whether the fragments of a revision could be derived beforehand; nobody asks for them by that.
    pub(super) fn is_missing(&self, revision: RevisionId) -> bool {
        let (chunk, place) = place(revision);
        let is_missing = |slot: &Slot| {
            slot.document.load(Ordering::Relaxed) > 0
                && !slot.hopeless.load(Ordering::Relaxed)
                && slot.fragments.load().is_none()
        };
        self.with(chunk, place, is_missing).unwrap_or_default()
    }

    /// Remembers that nothing is gained by deriving the fragments of a revision; whether that is news.
    pub(super) fn give_up(&self, revision: RevisionId) -> bool {
        let (chunk, place) = place(revision);
        self.with(chunk, place, |slot| !slot.hopeless.swap(true, Ordering::Relaxed)).unwrap_or_default()
    }

    /// Takes a document that is no document of an update for none, until it is noted again: it has no length that pages
    /// of scans would be filled with, and nobody tries it again. Whether that is news.
    pub(super) fn refuse(&self, revision: RevisionId) -> bool {
        let (chunk, place) = place(revision);
        self.with(chunk, place, |slot| slot.document.swap(0, Ordering::Relaxed) > 0).unwrap_or_default()
    }

    /// Forgets the fragments of a revision.
    pub(super) fn forget(&self, revision: RevisionId) {
        let (chunk, place) = place(revision);
        self.gone(self.with(chunk, place, |slot| slot.fragments.swap(None)).flatten());
    }

    /// Keeps the fragments of a revision, and makes room for them.
    pub(super) fn put(&self, revision: RevisionId, fragments: Arc<Fragments>) {
        let bytes = fragments.memory();
        if bytes > self.budget {
            self.give_up(revision);
            return;
        }
        let (chunk, place) = place(revision);
        self.used.fetch_add(bytes, Ordering::Relaxed);
        // Not asked for again yet: what many ask for once does not drive out what is asked for often.
        let before = self.with(chunk, place, |slot| {
            slot.asked.store(false, Ordering::Relaxed);
            slot.fragments.swap(Some(fragments))
        });
        match before {
            Some(before) => self.gone(before),
            // Of a revision that nobody has noted: it has nowhere to be.
            None => drop(self.used.fetch_sub(bytes, Ordering::Relaxed)),
        }
        self.make_room();
    }

    fn make_room(&self) {
        let chunks = self.chunks.load();
        let slots = chunks.len() * CHUNK;
        // The first time round everybody may have been asked for.
        for _ in 0..slots * 2 {
            if self.used.load(Ordering::Relaxed) <= self.budget {
                return;
            }
            let at = self.hand.fetch_add(1, Ordering::Relaxed) % slots;
            let Some(Some(chunk)) = chunks.get(at / CHUNK) else {
                // On to the next chunk.
                self.hand.fetch_add(CHUNK - 1 - at % CHUNK, Ordering::Relaxed);
                continue;
            };
            let Some(slot) = chunk.get(at % CHUNK) else { continue };
            if !slot.asked.swap(false, Ordering::Relaxed) {
                self.gone(slot.fragments.swap(None));
            }
        }
    }

    fn gone(&self, fragments: Option<Arc<Fragments>>) {
        if let Some(fragments) = fragments {
            self.used.fetch_sub(fragments.memory(), Ordering::Relaxed);
        }
    }

    /// Bytes of the fragments in memory, and how many there may be.
    pub(super) fn used(&self) -> (usize, usize) {
        (self.used.load(Ordering::Relaxed), self.budget)
    }
}

fn place(revision: RevisionId) -> (usize, usize) {
    let number = revision.0 as usize;
    (number / CHUNK, number % CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: usize) -> Arc<Fragments> {
        Arc::new(Fragments::of_size(bytes))
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let slots = Slots::new(10 * (1000 + of(0).memory()) as u64);
        for number in 0..5000 {
            slots.note(RevisionId(number), 10);
            slots.put(RevisionId(number), of(1000));
            assert_eq!(slots.get(RevisionId(20)).is_some(), number >= 20, "{number}");
            let (used, budget) = slots.used();
            assert!(used <= budget);
        }
        let kept: Vec<_> = (0..5000).filter(|number| !slots.is_missing(RevisionId(*number))).collect();
        assert_eq!((kept.len(), kept.contains(&20)), (10, true), "{kept:?}");
    }

    #[test]
    fn numbers_may_be_far_apart() {
        let slots = Slots::new((1000 + of(0).memory()) as u64);
        for number in [3, 1 << 26, 5 << 18, 4] {
            slots.note(RevisionId(number), 10);
            slots.put(RevisionId(number), of(1000));
            assert!(slots.used().0 <= slots.used().1);
        }
        assert_eq!([3, 1 << 26, 5 << 18, 4].map(|n| slots.is_missing(RevisionId(n))).iter().filter(|m| **m).count(), 3);
    }

    #[test]
    fn what_is_hopeless_is_not_missing_until_it_is_noted_again() {
        let slots = Slots::new(1000);
        let missing = |number| slots.is_missing(RevisionId(number));
        assert!(!missing(1));
        slots.note(RevisionId(1), 10);
        slots.note(RevisionId(2), 10);
        assert!(missing(1) && slots.give_up(RevisionId(1)) && !slots.give_up(RevisionId(1)));
        slots.put(RevisionId(2), of(1001));
        assert!(!missing(1) && !missing(2));
        slots.note(RevisionId(1), 10);
        assert!(missing(1));
        slots.put(RevisionId(1), of(10));
        assert!(!missing(1));
        slots.forget(RevisionId(1));
        assert!(missing(1) && slots.used().0 == 0);
    }

    #[test]
    fn only_what_is_noted_and_fits_is_kept() {
        let slots = Slots::new(1000);
        slots.put(RevisionId(3), of(10));
        assert!(slots.get(RevisionId(3)).is_none());
        assert_eq!(slots.used().0, 0);
        slots.note(RevisionId(3), 7);
        slots.note(RevisionId(3), 8);
        assert_eq!((slots.document(RevisionId(3)), slots.document(RevisionId(4))), (8, 0));
        slots.put(RevisionId(3), of(1000));
        assert!(slots.get(RevisionId(3)).is_none(), "too large");
        slots.put(RevisionId(3), of(10));
        slots.put(RevisionId(3), of(20));
        assert_eq!(slots.used().0, of(20).memory());
    }

    #[test]
    fn many_threads_at_a_time_keep_the_count() {
        let slots = Slots::new(50_000);
        std::thread::scope(|scope| {
            for thread in 0..4_u32 {
                let slots = &slots;
                scope.spawn(move || {
                    for round in 0..20_000_u32 {
                        let revision = RevisionId(round.wrapping_mul(7 + thread) % 3000);
                        slots.note(revision, 5);
                        if slots.get(revision).is_none() {
                            slots.put(revision, of((revision.0 % 900) as usize));
                        }
                    }
                });
            }
        });
        let kept = (0..3000).filter_map(|number| slots.get(RevisionId(number)));
        let (used, budget) = slots.used();
        assert_eq!(kept.map(|fragments| fragments.memory()).sum::<usize>(), used);
        assert!(used <= budget);
    }
}
