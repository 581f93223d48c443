//! What a server asks for.

use sluice_model::{CategoryId, ProtocolVersion, RevisionId};

/// Which revisions a server wants to be told of.
#[derive(Clone, Copy, Debug)]
pub struct RevisionFilter<'a> {
    /// Categories, classifications and detectoids; otherwise software and drivers. Of the former all
    /// are listed, whatever the two lists below say.
    pub configuration: bool,
    /// The highest revision there was when it asked last; `None`: it never did.
    pub since: Option<RevisionId>,
    /// Products or what is above them. Both lists empty: everything; only one of them: nothing (Q67).
    pub categories: &'a [FilterEntry],
    /// Classifications.
    pub classifications: &'a [FilterEntry],
    /// What it speaks: what needs a newer protocol is hidden from it, also in bundles.
    pub protocol: ProtocolVersion,
}

/// A category or classification that a server wants updates of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterEntry {
    /// Which.
    pub id: CategoryId,
    /// Only what is new since it asked last; otherwise everything of it again (Q68).
    pub delta: bool,
}
