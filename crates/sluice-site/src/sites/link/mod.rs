//! The conversation with the site above.

mod client;
mod convert;
mod error;

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

pub(super) use client::ParentClient;
pub(super) use convert::report_of;
pub(super) use error::LinkError;

/// How the link does, in memory: after a start nothing was heard yet.
#[derive(Default)]
pub(crate) struct LinkStatus(Mutex<Link>);

/// How the link does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// When the site above last answered.
    pub(crate) last_contact: Option<Timestamp>,
    /// Why it does not answer.
    pub(crate) error: Option<String>,
    /// It answered that it does not know this site: it was removed there, and has to join anew or leave.
    pub(crate) unknown: bool,
    /// How far its clock is ahead.
    pub(crate) clock_ahead: Option<SignedDuration>,
    /// The catalog version there that is held here.
    holds: Option<u64>,
}

impl LinkStatus {
    pub(crate) fn get(&self) -> Link {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn holds(&self) -> Option<u64> {
        self.get().holds
    }

    fn change(&self, change: impl FnOnce(&mut Link)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The site above answered.
    pub(super) fn heard(&self, now: Timestamp) {
        self.change(|link| (link.last_contact, link.error, link.unknown) = (Some(now), None, false));
    }

    /// The site above told its time.
    pub(super) fn told_time(&self, now: Timestamp, there: Timestamp) {
        self.change(|link| link.clock_ahead = Some(there.duration_since(now)));
    }

    /// The site above did not answer, or only that it does not know this one: which holds until it answers otherwise.
    pub(super) fn failed(&self, error: &LinkError) {
        self.change(|link| {
            link.error = Some(error.to_string());
            link.unknown |= matches!(error, LinkError::Unknown { .. });
        });
    }

    /// Everything up to a catalog version there is held here.
    pub(super) fn holds_up_to(&self, version: u64) {
        self.change(|link| link.holds = Some(version));
    }

    /// There is another site above, or none.
    pub(super) fn forget(&self) {
        self.change(|link| *link = Link::default());
    }
}
