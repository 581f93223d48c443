//! Whole answers.

use std::sync::Arc;

use bytes::Bytes;

use super::super::memory::Recipient;
use super::super::round::Told;
use super::super::session::IssuedCookie;
use super::super::view::WindowsView;
use super::{AskedBytes, Circumstances, Key, LARGEST};
use crate::metrics::Counters;
use crate::site::Site;

/// An answer, and what else is to be done when it is given.
pub(crate) struct Kept {
    head: Bytes,
    tail: Bytes,
    after: After,
}

/// What is to be done when an answer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Nothing: it was no round of a scan, and has no cookie.
    Nothing,
    /// It was one.
    Round {
        /// What the client has been told with it.
        tells: Tells,
        /// The client had nothing in its cache.
        first: bool,
        /// Its software is complete.
        last: bool,
    },
}

/// Of which changes a client has been told with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tells {
    /// Of none more than before.
    Nothing,
    Software,
    Drivers,
}

/// An answer that was kept: the cookie, if there is one, belongs between its two parts.
#[derive(Debug)]
pub struct Recalled {
    /// Before the cookie.
    pub head: Bytes,
    /// After it.
    pub tail: Bytes,
    /// A new one.
    pub cookie: Option<IssuedCookie>,
}

/// Where an answer can be kept that another client will ask for.
#[derive(Clone)]
pub struct AnswerPlace {
    pub(crate) view: Arc<WindowsView>,
    pub(crate) circumstances: Arc<Circumstances>,
    pub(crate) after: After,
}

impl std::fmt::Debug for AnswerPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerPlace").field("after", &self.after).finish_non_exhaustive()
    }
}

impl AnswerPlace {
    /// A place for the answer to this request, if it is not the first time that it is asked for.
    pub(crate) fn new(
        view: &Arc<WindowsView>,
        asked: &AskedBytes<'_>,
        circumstances: Circumstances,
        after: After,
    ) -> Option<Self> {
        let wanted = view.answers().whole.is_wanted(Key::new(&circumstances.pieces(asked)));
        wanted.then(|| Self { view: Arc::clone(view), circumstances: Arc::new(circumstances), after })
    }

    /// Keeps the answer to the request that this is the place for.
    pub fn keep(&self, asked: &AskedBytes<'_>, head: &[u8], tail: &[u8]) {
        let size = head.len() + tail.len();
        if size <= LARGEST {
            // A copy: what it was written into has room to spare.
            let (head, tail) = (Bytes::copy_from_slice(head), Bytes::copy_from_slice(tail));
            let kept = Kept { head, tail, after: self.after };
            self.view.answers().whole.put(Key::new(&self.circumstances.pieces(asked)), kept, size);
        }
    }
}

impl Site {
    /// The answer to a request that was answered before under the same circumstances, with everything done that
    /// answering it does. `None`: it has to be read.
    #[must_use]
    pub fn windows_recall(
        &self,
        recipient: Recipient,
        cookie_bytes: &[u8],
        attributes: &str,
        asked: &AskedBytes<'_>,
    ) -> Option<Recalled> {
        let open = self.open_cookie(cookie_bytes).ok()?;
        let client = open.known.as_ref()?;
        let view = self.windows.views.load();
        let groups = view.groups(client);
        let told = Told::of(&open.cookie, groups.fingerprint());
        let circumstances = Circumstances::new(asked, &view.key(&groups), told, &open.cookie, recipient);
        let kept = view.answers().whole.get(Key::new(&circumstances.pieces(asked)))?;
        Counters::add(&self.counters.recalled, 1);
        let Kept { head, tail, after } = &kept.value;
        let mut cookie = None;
        if let After::Round { tells, first, last } = *after {
            let change = view.catalog().last_change();
            let next = match tells {
                Tells::Nothing => open.cookie,
                Tells::Software => Told { software: change, ..told }.into_cookie(open.cookie),
                Tells::Drivers => Told { drivers: change, ..told }.into_cookie(open.cookie),
            };
            // One that says the same serves on: nine of ten rounds have nothing new to tell.
            cookie = Some(if next == open.cookie {
                IssuedCookie { expires: next.expires, data: cookie_bytes.to_vec() }
            } else {
                self.issue(&next).ok()?
            });
            Counters::add(&self.counters.rounds, 1);
            Counters::add(&self.counters.first_rounds, u64::from(first));
            self.note_attributes(client, attributes);
            if last {
                client.note_scan(view.newest());
            }
        }
        Some(Recalled { head: head.clone(), tail: tail.clone(), cookie })
    }
}
