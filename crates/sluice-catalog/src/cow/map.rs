//! A hash map in many shards.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

/// Shards of a map. A clone counts this many references, a write copies one shard: with 100,000
/// entries about 200.
const SHARDS: usize = 512;

/// A hash map whose clones share every shard that was not written since.
#[derive(Debug)]
pub(crate) struct CowMap<K, V> {
    shards: Vec<Arc<FxHashMap<K, V>>>,
    len: usize,
}

impl<K, V> Clone for CowMap<K, V> {
    fn clone(&self) -> Self {
        Self { shards: self.shards.clone(), len: self.len }
    }
}

impl<K, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self { shards: vec![Arc::default(); SHARDS], len: 0 }
    }
}

/// The shard of a key. The middle bits of the hash: the tables inside use the lowest and highest.
fn shard<Q: Hash + ?Sized>(key: &Q) -> usize {
    (FxBuildHasher.hash_one(key) >> 32) as usize % SHARDS
}

impl<K: Hash + Eq, V> CowMap<K, V> {
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards.get(shard(key))?.get(key)
    }

    pub(crate) fn get_key_value<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.shards.get(shard(key))?.get_key_value(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// All entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> CowMap<K, V> {
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if let Some(shard) = self.shards.get_mut(shard(&key)) {
            self.len += usize::from(Arc::make_mut(shard).insert(key, value).is_none());
        }
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(shard) = self.shards.get_mut(shard(key))
            && shard.contains_key(key)
        {
            Arc::make_mut(shard).remove(key);
            self.len -= 1;
        }
    }

    /// Changes a value in place.
    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let shard = self.shards.get_mut(shard(key))?;
        if !shard.contains_key(key) {
            return None;
        }
        Arc::make_mut(shard).get_mut(key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_map_and_leaves_copies_alone(ops in prop::collection::vec((0u32..2000, any::<Option<u8>>()), 0..60)) {
            let (mut map, mut model) = (CowMap::default(), BTreeMap::new());
            for (key, value) in ops {
                let (copy, before) = (map.clone(), model.clone());
                match value {
                    Some(v) => { map.insert(key, v); model.insert(key, v); }
                    None => { map.remove(&key); model.remove(&key); }
                }
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert_eq!(map.len(), model.len());
                prop_assert_eq!(copy.iter().map(|(k, v)| (*k, *v)).collect::<BTreeMap<_, _>>(), before);
            }
        }
    }
}
