//! Files that no deployment names and that come because somebody unknown asks for them: anybody can,
//! so they have a room of their own and no more. Counted from the start of the site on.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashSet;
use sluice_content::ContentName;

/// Most of them; each is looked at whenever one more is asked for.
const MAX_FILES: usize = 10_000;
/// When there is no room left, those go that were not asked for so long: so strangers can make a site
/// fetch at most as much as there is room in a day.
const STAYS: SignedDuration = SignedDuration::from_hours(24);

/// What is here of them.
#[derive(Default)]
pub(super) struct Undeployed {
    /// SHA-1 of the files that deployments name.
    deployed: FxHashSet<[u8; 20]>,
    /// Bytes that are here, in files or in parts.
    here: HashMap<ContentName, u64>,
    /// There was no room for one since some were removed.
    pressed: bool,
}

/// One that is here whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// When it was asked for last.
    pub(super) used: Timestamp,
    pub(super) name: ContentName,
    pub(super) size: u64,
}

impl Undeployed {
    /// Deployments name these files now.
    pub(super) fn set_deployed(&mut self, digests: FxHashSet<[u8; 20]>) {
        self.deployed = digests;
    }

    pub(super) fn is_deployed(&self, name: &ContentName) -> bool {
        self.deployed.contains(&name.sha1())
    }

    /// Whether there is room for one more, beside what is on its way.
    pub(super) fn has_room(&mut self, name: &ContentName, size: u64, coming: u64, limit: u64) -> bool {
        let here: u64 = self.here.iter().filter(|(other, _)| *other != name).map(|(_, bytes)| *bytes).sum();
        let fits = here.saturating_add(coming).saturating_add(size) <= limit && self.here.len() < MAX_FILES;
        if !fits && !std::mem::replace(&mut self.pressed, true) {
            tracing::info!(file = %name, limit, "no room for another file that no deployment names");
        }
        fits
    }

    /// So much of one is here.
    pub(super) fn came(&mut self, name: &ContentName, bytes: u64) {
        self.here.insert(name.clone(), bytes);
    }

    pub(super) fn names(&self) -> HashSet<ContentName> {
        self.here.keys().cloned().collect()
    }

    /// These are here no longer, or wanted.
    pub(super) fn forget(&mut self, names: &HashSet<ContentName>) {
        self.here.retain(|name, _| !names.contains(name));
        self.pressed = false;
    }

    /// Those that go so that others find room, when one did not or the limit was lowered: from the one
    /// that was not asked for the longest, until half of the room is free.
    pub(super) fn crowded_out(&self, mut all: Vec<Candidate>, limit: u64, now: Timestamp) -> Vec<Candidate> {
        let mut bytes: u64 = all.iter().map(|file| file.size).sum();
        if bytes <= limit && !self.pressed {
            return Vec::new();
        }
        let before = now.checked_sub(STAYS).unwrap_or(Timestamp::MIN);
        all.retain(|file| file.used <= before);
        all.sort();
        let mut goes = Vec::new();
        for file in all {
            if bytes <= limit / 2 {
                break;
            }
            bytes = bytes.saturating_sub(file.size);
            goes.push(file);
        }
        goes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u8) -> ContentName {
        ContentName::of_file([number; 20], "a.cab")
    }

    fn candidate(number: u8, hour: i64) -> Candidate {
        let used = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        Candidate { used, name: name(number), size: 10 }
    }

    #[test]
    fn there_is_room_up_to_the_limit() {
        let mut undeployed = Undeployed::default();
        undeployed.came(&name(1), 50);
        assert!(undeployed.has_room(&name(2), 30, 20, 100));
        assert!(!undeployed.has_room(&name(2), 31, 20, 100));
        // Its own part is not counted beside it.
        assert!(undeployed.has_room(&name(1), 80, 20, 100));
        undeployed.forget(&HashSet::from([name(1)]));
        assert!(undeployed.has_room(&name(2), 100, 0, 100));
    }

    #[test]
    fn the_ones_that_were_not_asked_for_the_longest_go() {
        let mut undeployed = Undeployed::default();
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100);
        let all = [candidate(1, 76), candidate(2, 10), candidate(3, 20), candidate(4, 77)].to_vec();
        assert_eq!(undeployed.crowded_out(all.clone(), 40, now), []);
        assert!(!undeployed.has_room(&name(9), 41, 0, 40));
        assert_eq!(undeployed.crowded_out(all.clone(), 40, now), [candidate(2, 10), candidate(3, 20)]);
        undeployed.forget(&HashSet::new());
        // A limit of nothing: only what was asked for today stays.
        let most = undeployed.crowded_out(all, 0, now);
        assert_eq!(most, [candidate(2, 10), candidate(3, 20), candidate(1, 76)]);
    }
}
