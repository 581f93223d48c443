//! Answers that are kept, because many clients ask the same: equal computers in equal state send equal requests.
//!
//! They are part of the [view](super::view) they were made of and go with it, so there is nothing that could be out
//! of date. Two kinds are kept: whole answers, by the bytes of the request and everything else they depend on; and
//! packed runs of updates, from which answers to all other requests are put together.

mod asked;
mod kept;
mod sections;
mod table;

pub use asked::AskedBytes;
pub(crate) use asked::Circumstances;
pub(crate) use kept::{After, Tells};
pub use kept::{AnswerPlace, Recalled};
pub use sections::{Section, SectionPlace};
pub(crate) use sections::{SectionKey, runs};
pub(crate) use table::{Key, Table};

use bytes::Bytes;

/// Memory for whole answers and for runs, bytes each, of one view. While the next view is new there are two.
const MOST: u64 = 16 << 20;

/// Of the memory for metadata, each takes at most this part.
const PART: u64 = 4;

/// Largest answer that is kept, bytes: the largest that needs no share of the memory for answers under way.
const LARGEST: usize = 256 << 10;

/// The answers of a view.
pub(crate) struct Answers {
    whole: Table<kept::Kept>,
    runs: Table<Bytes>,
}

impl Answers {
    /// None yet, in a site that has so many bytes for metadata.
    pub(crate) fn new(metadata_memory: u64) -> Self {
        let most = MOST.min(metadata_memory / PART);
        Self { whole: Table::new(most), runs: Table::new(most) }
    }
}
