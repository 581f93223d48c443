//! A sparse array over dense numbers.

use std::sync::Arc;

/// Entries per chunk: what one write copies at most. Smaller makes writes cheaper and clones dearer.
const CHUNK: usize = 64;

type Chunk<T> = Arc<Vec<Option<T>>>;

/// Values by dense number. Cloning costs a reference count per 64 numbers.
#[derive(Clone, Debug)]
pub(crate) struct Slots<T> {
    chunks: Vec<Option<Chunk<T>>>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

fn place(number: u32) -> (usize, usize) {
    let number = number as usize;
    (number / CHUNK, number % CHUNK)
}

impl<T> Slots<T> {
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        let (chunk, at) = place(number);
        self.chunks.get(chunk)?.as_ref()?.get(at)?.as_ref()
    }

    /// All entries, by ascending number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let chunks = (0u32..).step_by(CHUNK).zip(&self.chunks);
        chunks.filter_map(|(first, chunk)| Some((first, chunk.as_ref()?))).flat_map(|(first, chunk)| {
            (first..).zip(chunk.iter()).filter_map(|(number, entry)| Some((number, entry.as_ref()?)))
        })
    }
}

impl<T: Clone> Slots<T> {
    /// Sets an entry. The array grows to the number, so callers bound their numbers.
    pub(crate) fn set(&mut self, number: u32, value: T) {
        let (chunk, at) = place(number);
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, || None);
        }
        if let Some(slot) = self.chunks.get_mut(chunk) {
            let entries = slot.get_or_insert_with(|| Arc::new(vec![None; CHUNK]));
            if let Some(entry) = Arc::make_mut(entries).get_mut(at) {
                *entry = Some(value);
            }
        }
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, number: u32) -> Option<T> {
        let (chunk, at) = place(number);
        self.get(number)?;
        Arc::make_mut(self.chunks.get_mut(chunk)?.as_mut()?).get_mut(at)?.take()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_map_and_leaves_copies_alone(ops in prop::collection::vec((0u32..300, any::<Option<u8>>()), 0..60)) {
            let (mut slots, mut model) = (Slots::default(), BTreeMap::new());
            for (number, value) in ops {
                let (copy, before) = (slots.clone(), model.clone());
                match value {
                    Some(v) => { slots.set(number, v); model.insert(number, v); }
                    None => prop_assert_eq!(slots.take(number), model.remove(&number)),
                }
                prop_assert_eq!(slots.get(number), model.get(&number));
                prop_assert!(slots.iter().eq(model.iter().map(|(n, v)| (*n, v))));
                prop_assert!(copy.iter().eq(before.iter().map(|(n, v)| (*n, v))));
            }
        }
    }
}
