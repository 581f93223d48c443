//! A bounded memory of what was made with some work and will be asked for again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Values of at most some bytes. What was not asked for while half of the room was filled anew goes.
pub(super) struct Remembered<K, V> {
    /// Most bytes.
    budget: usize,
    generations: Mutex<Generations<K, V>>,
}

struct Generations<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    young_bytes: usize,
}

impl<K: Eq + Hash + Clone, V: Clone> Remembered<K, V> {
    pub(super) fn new(budget: usize) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), young_bytes: 0 };
        Self { budget, generations: Mutex::new(generations) }
    }

    /// A value, if it is still there.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, _)) = generations.young.get(key) {
            return Some(value.clone());
        }
        let (value, bytes) = generations.old.remove(key)?;
        generations.put(self.budget, key.clone(), value.clone(), bytes);
        Some(value)
    }

    /// Keeps a value of so many bytes in place of the one there was; one that would take more than half of the room
    /// is not kept.
    pub(super) fn put(&self, key: K, value: V, bytes: usize) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes <= self.budget / 2 {
            generations.put(self.budget, key, value, bytes);
        } else {
            generations.remove(&key);
        }
    }
}

impl<K: Eq + Hash, V> Generations<K, V> {
    fn put(&mut self, budget: usize, key: K, value: V, bytes: usize) {
        if self.young_bytes + bytes > budget / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.remove(&key);
        self.young.insert(key, (value, bytes));
        self.young_bytes += bytes;
    }

    fn remove(&mut self, key: &K) {
        self.old.remove(key);
        self.young_bytes -= self.young.remove(key).map_or(0, |(_, bytes)| bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let memory = Remembered::new(100);
        memory.put(0, "kept", 10);
        for key in 1..50 {
            assert_eq!(memory.get(&0), Some("kept"), "{key}");
            memory.put(key, "once", 10);
        }
        assert_eq!(memory.get(&1), None);
        let generations = memory.generations.lock().unwrap();
        let bytes: usize = generations.young.values().chain(generations.old.values()).map(|(_, bytes)| bytes).sum();
        assert!(bytes <= 100 && generations.young_bytes <= 50, "{bytes}");
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let memory = Remembered::new(100);
        memory.put(1, "large", 51);
        assert_eq!(memory.get(&1), None);
        memory.put(1, "one", 30);
        memory.put(1, "two", 40);
        assert_eq!(memory.get(&1), Some("two"));
        assert_eq!(memory.generations.lock().unwrap().young_bytes, 40);
        memory.put(1, "grown", 51);
        assert_eq!(memory.get(&1), None, "what it was counted for before is no reason to keep it");
        assert_eq!(memory.generations.lock().unwrap().young_bytes, 0);
    }
}
