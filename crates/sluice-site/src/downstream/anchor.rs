//! Anchors: where a server was left. Opaque to servers, which give back what they were given.

use sluice_model::RevisionId;

use super::fault::{ServerFault, ServerResult};

/// What anchors of this site begin with.
const MARK: &str = "sluice";

/// Longest anchor that is looked at, bytes.
const MAX: usize = 128;

/// Where a server was left: revisions are numbered densely and no number is used again, so the
/// highest says which it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The life of the database in which the numbers mean something.
    pub(super) epoch: [u8; 16],
    /// The highest revision there was.
    pub(super) revision: RevisionId,
    /// Of lists the selection in force, of decisions the number of the last change.
    pub(super) change: u64,
}

impl Anchor {
    /// As servers get it.
    pub(super) fn to_text(self) -> String {
        format!("{MARK},{},{},{:x}", hex::encode(self.epoch), self.revision.0, self.change)
    }

    /// Reads an anchor.
    ///
    /// # Errors
    /// `InvalidParameters` for what this site never gave; `ServerChanged` for one of another
    /// database.
    pub(super) fn parse(text: &str, epoch: [u8; 16], parameter: &'static str) -> ServerResult<Self> {
        let anchor = Self::read(text).ok_or(ServerFault::InvalidParameters(parameter))?;
        if anchor.epoch == epoch { Ok(anchor) } else { Err(ServerFault::ServerChanged) }
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX {
            return None;
        }
        let mut parts = text.split(',');
        (parts.next()? == MARK).then_some(())?;
        let epoch = hex::decode(parts.next()?).ok()?.try_into().ok()?;
        let revision = RevisionId(parts.next()?.parse().ok()?);
        let change = u64::from_str_radix(parts.next()?, 16).ok()?;
        let anchor = Self { epoch, revision, change };
        // Only what is written exactly so.
        (parts.next().is_none() && anchor.to_text() == text).then_some(anchor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(
            text in "(sluice)?[,0-9a-f]{0,8}|sluice,[0-9a-fA-F]{30,34},[-+0-9]{0,12},[0-9a-f]{0,20}|\\PC{0,140}",
        ) {
            if let Some(anchor) = Anchor::read(&text) {
                prop_assert_eq!(anchor.to_text(), text);
            }
        }
    }

    #[test]
    fn anchors_come_back_and_nothing_else_passes() {
        let anchor = Anchor { epoch: [0xa5; 16], revision: RevisionId(24_509), change: u64::MAX };
        let text = anchor.to_text();
        assert_eq!(text, "sluice,a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5,24509,ffffffffffffffff");
        assert_eq!(Anchor::parse(&text, [0xa5; 16], "filter"), Ok(anchor));
        assert_eq!(Anchor::parse(&text, [0; 16], "filter"), Err(ServerFault::ServerChanged));
        let wrong = [
            "",
            "garbage",
            "9438,2026-10-04 16:33:26.668",
            "sluice,a5,1,1",
            "sluice,a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5,+1,1",
            "sluice,a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5,1,0001",
            "sluice,A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5,1,1",
            "sluice,a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5,1,1,1",
        ];
        for text in wrong {
            let refused = Anchor::parse(text, [0xa5; 16], "filter");
            assert_eq!(refused, Err(ServerFault::InvalidParameters("filter")), "{text}");
        }
    }
}
