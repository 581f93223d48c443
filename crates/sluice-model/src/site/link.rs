//! How the link between a site and the one above it does.

use jiff::{SignedDuration, Timestamp};

/// A site that was not heard for this long is silent: ten of its reports did not come.
pub const SILENT_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// The state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkState {
    /// The site joined and was not heard since.
    Pending,
    /// It was heard lately.
    Linked,
    /// It was not heard for [`SILENT_AFTER`] or longer. It goes on serving its devices and catches up.
    Silent,
    /// It left the hierarchy.
    Left,
}

impl LinkState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Linked, Self::Silent, Self::Left];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Linked => "linked",
            Self::Silent => "silent",
            Self::Left => "left",
        }
    }

    /// The state of a link whose last contact is this long ago; `None`: there was none.
    #[must_use]
    pub fn of_age(age: Option<SignedDuration>) -> Self {
        match age {
            None => Self::Pending,
            Some(age) if age < SILENT_AFTER => Self::Linked,
            Some(_) => Self::Silent,
        }
    }

    /// How long ago a contact was; a contact in the future, after the clock was set back, is one of now.
    #[must_use]
    pub fn age(last_contact: Option<Timestamp>, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(last_contact?).max(SignedDuration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_minutes_make_silence() {
        let age = |seconds| LinkState::of_age(Some(SignedDuration::from_secs(seconds)));
        assert_eq!([age(0), age(299), age(300)], [LinkState::Linked, LinkState::Linked, LinkState::Silent]);
        assert_eq!(LinkState::of_age(None), LinkState::Pending);
    }

    proptest! {
        /// As time goes by without a contact, a link only ever goes from linked to silent.
        #[test]
        fn silence_stays(contact in 0_i64..4_000_000_000, waits in prop::collection::vec(0_i64..400, 1..20)) {
            let contact = Timestamp::from_second(contact).unwrap();
            let (mut now, mut before) = (contact, LinkState::Linked);
            for wait in waits {
                now += SignedDuration::from_secs(wait);
                let state = LinkState::of_age(LinkState::age(Some(contact), now));
                prop_assert!(state >= before, "{before:?} before {state:?}");
                before = state;
            }
        }

        #[test]
        fn a_contact_in_the_future_is_one_of_now(ahead in 0_i64..1_000_000) {
            let now = Timestamp::from_second(1_790_000_000).unwrap();
            let age = LinkState::age(Some(now + SignedDuration::from_secs(ahead)), now);
            prop_assert_eq!(LinkState::of_age(age), LinkState::Linked);
        }
    }
}
