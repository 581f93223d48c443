//! The sites that this one knows of, as a tree.

use jiff::{SignedDuration, Timestamp};
use sluice_model::{LinkState, SiteId, SiteNode};

use super::children::state_of;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// A site in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLine {
    /// What it last told.
    pub node: SiteNode,
    /// Levels below this site; 0: this site.
    pub depth: u32,
    /// How its link to the site above it does; `None`: this site.
    pub state: Option<LinkState>,
    /// How long ago it was heard; `None`: never, or this site.
    pub age: Option<SignedDuration>,
    /// When it joined, of those directly below.
    pub joined_at: Option<Timestamp>,
    /// It holds the catalog that the site above it serves; `None`: not known.
    pub up_to_date: Option<bool>,
}

impl Site {
    /// This site and all below it, each after the one above it.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn sites(&self, caller: &Caller) -> SiteResult<Vec<SiteLine>> {
        caller.require(Permission::Read)?;
        let (own, now) = (self.own_node()?, self.now());
        let own_version = own.catalog_version;
        let mut lines =
            vec![SiteLine { node: own, depth: 0, state: None, age: None, joined_at: None, up_to_date: None }];
        for child in self.sites.children.all() {
            let record = child.record();
            let age = LinkState::age(record.last_contact, now);
            let state = state_of(&record, now);
            let parent = Above { id: record.node.id, version: record.node.catalog_version, age, depth: 1 };
            let node = SiteNode { parent: Some(self.sites.id), ..record.node };
            lines.push(SiteLine {
                up_to_date: node.holds.map(|holds| holds == own_version),
                node,
                depth: 1,
                state: Some(state),
                age,
                joined_at: Some(record.joined_at),
            });
            below(&record.below, &parent, state == LinkState::Left, &mut lines);
        }
        Ok(lines)
    }
}

struct Above {
    id: SiteId,
    version: u64,
    age: Option<SignedDuration>,
    depth: u32,
}

/// Adds the sites below one. Reports hold each after the one above it, so this ends.
fn below(nodes: &[SiteNode], above: &Above, left: bool, lines: &mut Vec<SiteLine>) {
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.parent == Some(above.id)) {
        // It was heard no later than the site that reported it, and that long before.
        let age = match (above.age, node.unheard) {
            (Some(above), Some(unheard)) => above.checked_add(unheard),
            _ => None,
        };
        let depth = above.depth + 1;
        lines.push(SiteLine {
            node: node.clone(),
            depth,
            state: Some(if left { LinkState::Left } else { LinkState::of_age(age) }),
            age,
            joined_at: None,
            up_to_date: node.holds.map(|holds| holds == above.version),
        });
        let next = Above { id: node.id, version: node.catalog_version, age, depth };
        below(nodes.get(at + 1..).unwrap_or_default(), &next, left, lines);
    }
}
