//! Whose turn it is: which file is fetched next.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use sluice_content::ContentName;

use super::state::Transfer;
use super::wanted::WantedFile;

/// Most files that wait because somebody asked for them, of each kind: anybody can ask.
const MAX_DEMANDED: usize = 1_000;

/// What waits.
#[derive(Default)]
pub(super) struct Turns {
    /// Asked for: of deployed updates, or by somebody who is known. Oldest first.
    demanded: VecDeque<Arc<Transfer>>,
    /// Asked for by anybody, of updates that are not deployed.
    undeployed: VecDeque<Arc<Transfer>>,
    planned: VecDeque<WantedFile>,
    /// The last turn was one of `undeployed`.
    was_undeployed: bool,
}

impl Turns {
    /// The next one to fetch. Files of deployed updates that somebody waits for go first. What no
    /// deployment names has every second turn and half of the places while something else waits, so
    /// that nobody keeps the site from what it needs by asking.
    pub(super) fn next(
        &mut self,
        running: &HashMap<ContentName, Arc<Transfer>>,
        parallel: usize,
        now: Timestamp,
    ) -> Option<Arc<Transfer>> {
        if let Some(transfer) = self.demanded.pop_front() {
            return Some(transfer);
        }
        while self.planned.front().is_some_and(|file| running.contains_key(&file.name)) {
            self.planned.pop_front();
        }
        let theirs = running.values().filter(|transfer| transfer.undeployed).count();
        let in_turn = !self.was_undeployed && theirs < (parallel / 2).max(1);
        if in_turn || self.planned.is_empty() {
            let next = self.undeployed.pop_front();
            self.was_undeployed = next.is_some();
            if next.is_some() {
                return next;
            }
        }
        self.was_undeployed = false;
        let file = self.planned.pop_front()?;
        // Somebody may wait for it since before it was deployed.
        let place = self.undeployed.iter().position(|transfer| transfer.file.name == file.name);
        let waiting = place.and_then(|place| self.undeployed.remove(place));
        Some(waiting.unwrap_or_else(|| Arc::new(Transfer::new(file, false, now))))
    }

    /// One that waits because somebody asked for it.
    pub(super) fn find(&self, name: &ContentName) -> Option<&Arc<Transfer>> {
        self.demanded.iter().chain(&self.undeployed).find(|transfer| transfer.file.name == *name)
    }

    /// Adds one that somebody asked for; false when too many wait.
    pub(super) fn add(&mut self, transfer: Arc<Transfer>) -> bool {
        let queue = if transfer.undeployed { &mut self.undeployed } else { &mut self.demanded };
        let room = queue.len() < MAX_DEMANDED;
        if room {
            queue.push_back(transfer);
        }
        room
    }

    /// Somebody known waits for it too.
    pub(super) fn promote(&mut self, name: &ContentName) {
        let place = self.undeployed.iter().position(|transfer| transfer.file.name == *name);
        self.demanded.extend(place.and_then(|place| self.undeployed.remove(place)));
    }

    pub(super) fn plan(&mut self, files: VecDeque<WantedFile>) {
        self.planned = files;
    }

    pub(super) fn waiting(&self) -> usize {
        self.demanded.len() + self.undeployed.len() + self.planned.len()
    }

    /// Bytes of what waits and no deployment names.
    pub(super) fn undeployed_bytes(&self) -> u64 {
        self.undeployed.iter().map(|transfer| transfer.file.size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: u8) -> WantedFile {
        let name = ContentName::of_file([number; 20], "a.cab");
        WantedFile { name, file_name: "a.cab".into(), size: 10, sha256: None }
    }

    fn asked(number: u8, undeployed: bool) -> Arc<Transfer> {
        Arc::new(Transfer::new(file(number), undeployed, Timestamp::UNIX_EPOCH))
    }

    /// The files in the order of their turns, with so many at a time of which none ends.
    fn order(turns: &mut Turns, parallel: usize) -> Vec<u8> {
        let (mut running, mut order) = (HashMap::new(), Vec::new());
        while running.len() < parallel
            && let Some(next) = turns.next(&running, parallel, Timestamp::UNIX_EPOCH)
        {
            order.push(next.file.name.sha1()[0]);
            running.insert(next.file.name.clone(), next);
        }
        order
    }

    #[test]
    fn what_strangers_ask_for_shares_the_turns() {
        let mut turns = Turns::default();
        assert!((1..=5).all(|number| turns.add(asked(number, true))));
        assert!(turns.add(asked(10, false)));
        turns.plan([20, 21, 22, 23].map(file).into());
        assert_eq!((turns.waiting(), turns.undeployed_bytes()), (10, 50));
        // Half of the places at most.
        assert_eq!(order(&mut turns, 6), [10, 1, 20, 2, 21, 3]);
        assert_eq!(order(&mut turns, 2), [22, 4]);
        assert_eq!(order(&mut turns, 2), [23, 5]);
        assert!(order(&mut turns, 2).is_empty());
    }

    #[test]
    fn one_place_is_taken_in_turns() {
        let mut turns = Turns::default();
        assert!([1, 2].into_iter().all(|number| turns.add(asked(number, true))));
        turns.plan([20, 21].map(file).into());
        let all: Vec<_> = (0..4).flat_map(|_| order(&mut turns, 1)).collect();
        assert_eq!(all, [1, 20, 2, 21]);
    }

    #[test]
    fn who_waits_for_what_is_deployed_meanwhile_gets_the_same_transfer() {
        let mut turns = Turns::default();
        let waiting = asked(2, true);
        assert!(turns.add(asked(1, true)) && turns.add(Arc::clone(&waiting)));
        turns.plan([file(2)].into());
        let running = HashMap::from([(file(9).name, asked(9, true))]);
        let next = turns.next(&running, 2, Timestamp::UNIX_EPOCH).unwrap();
        assert!(Arc::ptr_eq(&next, &waiting));
        // And one that somebody known asks for too comes before the others.
        assert!(turns.add(asked(3, true)));
        turns.promote(&file(3).name);
        assert_eq!(order(&mut turns, 9), [3, 1]);
    }

    #[test]
    fn only_so_many_wait() {
        let mut turns = Turns::default();
        assert!((0..1_000).all(|_| turns.add(asked(1, true))));
        assert!(!turns.add(asked(2, true)) && turns.add(asked(3, false)));
    }
}
