//! A bounded table that is read and written without a lock.

use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use rustc_hash::FxHasher;

/// Places. One without an entry takes 16 bytes.
const PLACES: usize = 4096;

/// An entry may take this part of the whole.
const LARGEST: usize = 16;

/// What an entry takes beside key and value, bytes.
const ENTRY: usize = 128;

/// Values by the bytes of their keys. Each key has one place; who comes later has it. Hashes only say where to look:
/// what is found was compared, so a sender who makes hashes collide is answered slower, never wrongly.
pub(crate) struct Table<V> {
    places: Box<[Place<V>]>,
    /// Bytes of all entries.
    used: AtomicUsize,
    most: usize,
    /// The place that is emptied next when there is too much.
    next: AtomicUsize,
}

struct Place<V> {
    entry: ArcSwapOption<Entry<V>>,
    /// Hash of the key that was last asked for in vain.
    missed: AtomicU64,
}

/// A value with its key.
pub(crate) struct Entry<V> {
    hash: u64,
    key: Box<[u8]>,
    /// The value.
    pub(crate) value: V,
    size: usize,
}

/// The bytes of a key, in pieces.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    hash: u64,
    pieces: &'a [&'a [u8]],
}

impl<'a> Key<'a> {
    /// A key of these bytes one after the other: where one piece ends must follow from the bytes.
    pub(crate) fn new(pieces: &'a [&'a [u8]]) -> Self {
        Self { hash: hash(pieces), pieces }
    }

    fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        for piece in self.pieces {
            match rest.split_at_checked(piece.len()) {
                Some((part, after)) if part == *piece => rest = after,
                _ => return false,
            }
        }
        rest.is_empty()
    }
}

/// Lanes that are hashed side by side, since each multiplication waits for the one before it. Most of a request's
/// 18 KB are hashed that way in half a microsecond.
const LANES: usize = 4;

fn hash(pieces: &[&[u8]]) -> u64 {
    // Digits of pi; any odd numbers do.
    let mut lanes: [u64; LANES] =
        [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345, 0xA409_3822_299F_31D1, 0x082E_FA98_EC4E_6C89];
    let mut rest = FxHasher::default();
    for piece in pieces {
        let (blocks, short) = piece.as_chunks::<{ 16 * LANES }>();
        for block in blocks {
            for (lane, words) in lanes.iter_mut().zip(block.as_chunks::<16>().0) {
                let [a, b] = [0, 8].map(|at| words.get(at..).and_then(|word| word.first_chunk()).copied());
                let [a, b] = [a, b].map(|word| u64::from_le_bytes(word.unwrap_or_default()));
                let product = u128::from(*lane ^ a) * u128::from(b ^ 0x9E37_79B9_7F4A_7C15);
                *lane = (product as u64 ^ (product >> 64) as u64).wrapping_add(a);
            }
        }
        rest.write(short);
    }
    lanes.iter().for_each(|lane| rest.write_u64(*lane));
    rest.finish()
}

impl<V> Table<V> {
    /// A table of at most so many bytes.
    pub(crate) fn new(most: u64) -> Self {
        let place = || Place { entry: ArcSwapOption::empty(), missed: AtomicU64::new(0) };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let places = (0..PLACES).map(|_| place()).collect();
        Self { places, used: AtomicUsize::new(0), most, next: AtomicUsize::new(0) }
    }

    /// The largest entry that is kept, bytes with its key.
    pub(crate) fn largest(&self) -> usize {
        self.most / LARGEST
    }

    fn place(&self, hash: u64) -> Option<&Place<V>> {
        // The high bits: those of the product that is the hash depend on all bytes.
        self.places.get((hash >> 52) as usize % PLACES)
    }

    /// What there is for a key.
    pub(crate) fn get(&self, key: Key<'_>) -> Option<Arc<Entry<V>>> {
        let place = self.place(key.hash)?;
        let entry = place.entry.load();
        let entry = entry.as_ref()?;
        (entry.hash == key.hash && key.is(&entry.key)).then(|| Arc::clone(entry))
    }

    /// Whether a key was asked for in vain before: then its value is worth keeping. What is asked for once only does
    /// not drive out what is asked for often.
    pub(crate) fn is_wanted(&self, key: Key<'_>) -> bool {
        let hash = key.hash.max(1);
        self.place(key.hash).is_some_and(|place| place.missed.swap(hash, Ordering::Relaxed) == hash)
    }

    /// Keeps a value that takes so many bytes.
    pub(crate) fn put(&self, key: Key<'_>, value: V, size: usize) {
        let size = size + key.pieces.iter().map(|piece| piece.len()).sum::<usize>() + ENTRY;
        if size > self.largest() {
            return;
        }
        let Some(place) = self.place(key.hash) else { return };
        let entry = Entry { hash: key.hash, key: key.pieces.concat().into(), value, size };
        self.used.fetch_add(size, Ordering::Relaxed);
        self.forget(place.entry.swap(Some(Arc::new(entry))));
        for _ in 0..PLACES {
            if self.used.load(Ordering::Relaxed) <= self.most {
                break;
            }
            let next = self.next.fetch_add(1, Ordering::Relaxed) % PLACES;
            if let Some(place) = self.places.get(next) {
                self.forget(place.entry.swap(None));
            }
        }
    }

    fn forget(&self, entry: Option<Arc<Entry<V>>>) {
        if let Some(entry) = entry {
            self.used.fetch_sub(entry.size, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_all_its_bytes() {
        let table = Table::new(1 << 20);
        let pieces: [&[u8]; 2] = [b"one", b"two"];
        let key = Key::new(&pieces);
        assert!(table.get(key).is_none());
        assert!(!table.is_wanted(key) && table.is_wanted(key), "wanted at the second time");
        table.put(key, 7, 0);
        assert_eq!(table.get(key).unwrap().value, 7);
        // The same hash is not enough.
        for other in [&[b"one".as_slice(), b"twO"], &[b"one".as_slice(), b"tw"], &[b"one".as_slice(), b"two!"]] {
            assert!(table.get(Key { hash: key.hash, pieces: other }).is_none());
        }
    }

    #[test]
    fn every_byte_counts() {
        let bytes: Vec<u8> = (0..1000_u32).map(|number| number as u8).collect();
        let of = |bytes: &[u8]| Key::new(&[bytes]).hash;
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_ne!(of(&bytes), of(&other), "{at}");
            assert_ne!(of(&bytes[..at]), of(&bytes), "{at}");
        }
        let mut places: Vec<_> = (0..2000_u32).map(|n| of(&n.to_be_bytes().repeat(40)) >> 52).collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 1400, "{} places for 2,000 keys", places.len());
    }

    #[test]
    fn it_never_grows_beyond_its_bound() {
        let table = Table::new(64 << 10);
        for number in 0..20_000_u32 {
            let bytes = number.to_be_bytes();
            let pieces: [&[u8]; 1] = [&bytes];
            table.put(Key::new(&pieces), number, 1000);
            assert!(table.used.load(Ordering::Relaxed) <= 64 << 10);
        }
        let kept = table.places.iter().filter(|place| place.entry.load().is_some()).count();
        assert!((1..64).contains(&kept), "{kept}");
        assert!(kept > 40, "{kept} are too few for the room there is");
        let sizes: usize = table.places.iter().filter_map(|place| Some(place.entry.load().as_ref()?.size)).sum();
        assert_eq!(sizes, table.used.load(Ordering::Relaxed));
        let pieces: [&[u8]; 1] = [b"large"];
        table.put(Key::new(&pieces), 1, 5000);
        assert!(table.get(Key::new(&pieces)).is_none(), "too large for a part of it");
    }

    #[test]
    fn many_threads_at_a_time_keep_the_count() {
        let table = Table::new(32 << 10);
        std::thread::scope(|scope| {
            for thread in 0..4_u32 {
                let table = &table;
                scope.spawn(move || {
                    for number in 0..5_000_u32 {
                        let bytes = (number % 97 * 4 + thread % 2).to_be_bytes();
                        let pieces: [&[u8]; 1] = [&bytes];
                        let key = Key::new(&pieces);
                        match table.get(key) {
                            Some(entry) => assert_eq!(entry.value, bytes),
                            None => table.put(key, bytes, 600),
                        }
                    }
                });
            }
        });
        let sizes: usize = table.places.iter().filter_map(|place| Some(place.entry.load().as_ref()?.size)).sum();
        assert_eq!(sizes, table.used.load(Ordering::Relaxed));
    }
}
