//! Where a server broke the specification. A well-behaved one gives no reason to complain.

use std::fmt;

use sluice_model::id::UpdateId;

/// Where a server broke the specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Complaint {
    /// A revision came as new that the agent said it has.
    KnownAgain(i32),
    /// A revision came whose prerequisites are not installed ([MS-WUSP] 3.1.5.7: only what is needed).
    PrerequisiteMissing(i32, UpdateId),
    /// A changed revision that the agent does not have.
    UnknownChanged(i32),
    /// A revision out of scope that the agent does not have.
    UnknownOutOfScope(i32),
    /// An answer of SyncUpdates without NewCookie.
    NoCookie,
    /// Truncated is true and nothing new came: an agent would ask forever.
    EmptyPage,
    /// More than 200 new updates in one answer (note 55).
    LongPage(usize),
    /// A driver in a software round, or anything else in the driver pass.
    WrongPass(i32),
    /// Two revisions of one update are in scope.
    TwoRevisions(UpdateId),
    /// A revision said to be a leaf is the prerequisite of another.
    NotALeaf(i32, UpdateId),
    /// A member of a deployed bundle is not deployed as `Bundle`: the agent would offer nothing (protocols.md §10, 9).
    MemberAction(i32, UpdateId),
}

impl Complaint {
    /// What it is about, without numbers: for counting.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::KnownAgain(_) => "a known revision came as new",
            Self::PrerequisiteMissing(..) => "a revision came without its prerequisites",
            Self::UnknownChanged(_) => "an unknown revision changed",
            Self::UnknownOutOfScope(_) => "an unknown revision is out of scope",
            Self::NoCookie => "an answer without NewCookie",
            Self::EmptyPage => "an empty page is not the last",
            Self::LongPage(_) => "a page is longer than 200",
            Self::WrongPass(_) => "a revision came in the wrong pass",
            Self::TwoRevisions(_) => "two revisions of one update are in scope",
            Self::NotALeaf(..) => "a leaf is the prerequisite of another revision",
            Self::MemberAction(..) => "a member of a deployed bundle is not deployed as Bundle",
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::NoCookie | Self::EmptyPage => f.write_str(kind),
            Self::LongPage(length) => write!(f, "{kind}: {length}"),
            Self::TwoRevisions(update) => write!(f, "{kind}: {update}"),
            Self::PrerequisiteMissing(id, update) | Self::NotALeaf(id, update) | Self::MemberAction(id, update) => {
                write!(f, "{kind}: {id} ({update})")
            }
            Self::KnownAgain(id) | Self::UnknownChanged(id) | Self::UnknownOutOfScope(id) | Self::WrongPass(id) => {
                write!(f, "{kind}: {id}")
            }
        }
    }
}

/// Complaints of one scan that are kept.
const MAX_COMPLAINTS: usize = 100;

/// The complaints of a scan.
#[derive(Debug, Default)]
pub(super) struct Complaints(pub Vec<Complaint>);

impl Complaints {
    pub(super) fn add(&mut self, complaint: Complaint) {
        if self.0.len() < MAX_COMPLAINTS {
            self.0.push(complaint);
        }
    }
}
