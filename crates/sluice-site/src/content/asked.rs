//! When files were asked for, and by whom.

use std::collections::HashMap;

use jiff::Timestamp;
use sluice_content::ContentName;

/// Most files of which it is remembered when they were asked for.
const MAX_ASKED: usize = 100_000;

/// Who asks for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An administrator, or a server that was approved.
    Known,
    /// Somebody of whom nothing is known.
    Anybody,
    /// Somebody who wants to know how large it is, not its bytes.
    Looker,
}

/// What was asked for.
#[derive(Default)]
pub(super) struct AskedFor(HashMap<ContentName, Asked>);

#[derive(Clone, Copy)]
struct Asked {
    at: Timestamp,
    /// By somebody who is known, once.
    known: bool,
}

impl AskedFor {
    pub(super) fn note(&mut self, name: &ContentName, asker: Asker, now: Timestamp) {
        let before = self.0.get(name).copied();
        if asker != Asker::Looker && (before.is_some() || self.0.len() < MAX_ASKED) {
            let known = asker == Asker::Known || before.is_some_and(|asked| asked.known);
            self.0.insert(name.clone(), Asked { at: now, known });
        }
    }

    /// When it was asked for last.
    pub(super) fn at(&self, name: &ContentName) -> Option<Timestamp> {
        self.0.get(name).map(|asked| asked.at)
    }

    /// Whether somebody known asked for it, and somebody since a moment.
    pub(super) fn is_of_known(&self, name: &ContentName, since: Timestamp) -> bool {
        self.0.get(name).is_some_and(|asked| asked.known && asked.at >= since)
    }

    pub(super) fn forget(&mut self, before: Timestamp) {
        self.0.retain(|_, asked| asked.at >= before);
    }
}
