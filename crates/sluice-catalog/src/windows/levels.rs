//! How many rounds it can take at most until a revision is offered.
//!
//! A client learns of a revision only after the server learned that what the revision needs is
//! installed, so one level of the graph arrives per round. The level of a revision is the longest
//! way that can lead to it, whichever member of a clause a client happens to have: 0 without
//! prerequisites, else one more than the highest of all it names; a member of a bundle comes no
//! earlier than its bundle.

use super::conditions::Conditions;
use super::lists::Lists;

/// What [`levels`] needs to know of a revision.
pub(super) struct Node {
    /// Its update, by ordinal.
    pub(super) update: u32,
    /// Its prerequisites.
    pub(super) condition: u32,
    /// Is it only there as a member of bundles?
    pub(super) only_member: bool,
}

/// The level of each revision. `children`: the members of bundles. Where prerequisites run in
/// circles (Microsoft's never do) each revision of the circle counts as a level, because a client
/// can meet each of them in a round of its own, but none twice.
pub(super) fn levels(nodes: &[Node], updates: usize, conditions: &Conditions, children: &Lists) -> Vec<u32> {
    let mut graph = Graph::new(nodes, updates, conditions, children);
    let members = conditions.len() + updates;
    loop {
        graph.run();
        // Circles are left, and what hangs on them. The circles go first, as one.
        let circle = graph.circle();
        if circle.is_empty() {
            return graph.level.split_off(members);
        }
        let weight = circle.iter().filter(|node| **node as usize >= members).count();
        let highest = graph.level.iter().zip(&graph.open).filter(|(_, open)| **open == Graph::DONE);
        let level = highest.map(|(level, _)| *level).max().unwrap_or_default();
        let level = level.saturating_add(u32::try_from(weight).unwrap_or(u32::MAX));
        for node in circle {
            graph.settle(node, Some(level));
        }
    }
}

/// Nodes: conditions, then updates, then revisions. An edge leads from what must come first.
struct Graph {
    after: Lists,
    before: Lists,
    /// Conditions have the lowest numbers; to reach one from an update is a round.
    conditions: u32,
    level: Vec<u32>,
    /// Edges that have not come in yet.
    open: Vec<u32>,
    ready: Vec<u32>,
}

impl Graph {
    const DONE: u32 = u32::MAX;

    fn new(nodes: &[Node], updates: usize, conditions: &Conditions, children: &Lists) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let first_update = number(conditions.len());
        let first_member = first_update + number(updates);
        let mut edges = Vec::new();
        for condition in 0..first_update {
            edges.extend(conditions.named(condition).map(|update| (first_update + update, condition)));
        }
        for (member, node) in (0u32..).zip(nodes) {
            edges.push((node.condition, first_member + member));
            edges.push((first_member + member, first_update + node.update));
            let only = |child: &&u32| nodes.get(**child as usize).is_some_and(|child| child.only_member);
            let children = children.get(member).iter().filter(only);
            edges.extend(children.map(|child| (first_member + member, first_member + child)));
        }
        let count = conditions.len() + updates + nodes.len();
        let before: Vec<_> = edges.iter().map(|(from, to)| (*to, *from)).collect();
        let before = Lists::of(count, &before);
        let open: Vec<u32> = (0u32..).take(count).map(|node| number(before.get(node).len())).collect();
        let ready = (0u32..).zip(&open).filter(|(_, open)| **open == 0).map(|(node, _)| node).collect();
        Self { after: Lists::of(count, &edges), before, conditions: first_update, level: vec![0; count], open, ready }
    }

    /// Settles all that waits for nothing.
    fn run(&mut self) {
        while let Some(node) = self.ready.pop() {
            if self.open.get(node as usize) == Some(&0) {
                self.settle(node, None);
            }
        }
    }

    /// Fixes the level of a node, at this one or at the one it has, and passes it on.
    fn settle(&mut self, node: u32, at: Option<u32>) {
        let Some((level, open)) = self.level.get_mut(node as usize).zip(self.open.get_mut(node as usize)) else {
            return;
        };
        *level = at.unwrap_or(*level);
        *open = Self::DONE;
        let level = *level;
        for next in self.after.get(node) {
            let Some((known, open)) = self.level.get_mut(*next as usize).zip(self.open.get_mut(*next as usize)) else {
                continue;
            };
            if *open == Self::DONE {
                continue;
            }
            *known = (*known).max(level.saturating_add(u32::from(*next < self.conditions)));
            *open -= 1;
            if *open == 0 {
                self.ready.push(*next);
            }
        }
    }

    /// Of the open nodes those in circles and between circles: not those that only come after.
    fn circle(&self) -> Vec<u32> {
        let is_open = |node: u32| self.open.get(node as usize).is_some_and(|open| *open != Self::DONE);
        let open = || (0u32..).take(self.open.len()).filter(|node| is_open(*node));
        let mut following: Vec<usize> = vec![0; self.open.len()];
        let mut ends = Vec::new();
        for node in open() {
            let count = self.after.get(node).iter().filter(|next| is_open(**next)).count();
            if let Some(following) = following.get_mut(node as usize) {
                *following = count;
            }
            if count == 0 {
                ends.push(node);
            }
        }
        let mut outside = super::bits::Bits::new(self.open.len());
        while let Some(node) = ends.pop() {
            outside.insert(node);
            for before in self.before.get(node).iter().filter(|before| is_open(**before)) {
                if let Some(following) = following.get_mut(*before as usize) {
                    *following -= 1;
                    if *following == 0 {
                        ends.push(*before);
                    }
                }
            }
        }
        open().filter(|node| !outside.contains(*node)).collect()
    }
}
