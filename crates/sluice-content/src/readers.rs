//! Who is reading what, so that nothing is removed under a reader.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::name::ContentName;

/// All readers.
#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reading: HashMap<ContentName, usize>,
    /// Being removed: for readers not here any more.
    leaving: HashSet<ContentName>,
}

/// One reader.
#[derive(Debug)]
pub(crate) struct Reading {
    all: Arc<Readers>,
    name: ContentName,
}

/// One removal.
pub(crate) struct Leaving<'r> {
    all: &'r Readers,
    name: &'r ContentName,
}

impl Readers {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to read; `None` while the file is being removed.
    pub(crate) fn read(self: &Arc<Self>, name: &ContentName) -> Option<Reading> {
        let mut state = self.state();
        if state.leaving.contains(name) {
            return None;
        }
        *state.reading.entry(name.clone()).or_default() += 1;
        Some(Reading { all: Arc::clone(self), name: name.clone() })
    }

    /// Begins to remove; `None` while somebody reads or removes it.
    pub(crate) fn leave<'r>(&'r self, name: &'r ContentName) -> Option<Leaving<'r>> {
        let mut state = self.state();
        let free = !state.reading.contains_key(name) && state.leaving.insert(name.clone());
        // Not made, and so not dropped under the lock, where there is none.
        free.then(|| Leaving { all: self, name })
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut state = self.all.state();
        if let Some(count) = state.reading.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                state.reading.remove(&self.name);
            }
        }
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.all.state().leaving.remove(self.name);
    }
}
