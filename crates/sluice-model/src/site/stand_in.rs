//! When an additional software update point takes the place of the first one of its site (SUP-11).

use jiff::SignedDuration;

/// How long the first may be silent before the next in rank synchronizes in its place: longer than a restart or an
/// update of the program takes.
pub const STAND_IN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Whether a point of a rank (0: the next after the first) synchronizes by itself, when the first was not heard for
/// this long. Each waits once more than the one before it, so that a first
/// that is soon back does not send all of them upstream.
#[must_use]
pub fn stands_in(silent: SignedDuration, rank: u32) -> bool {
    let wait = i32::try_from(rank).unwrap_or(i32::MAX).saturating_add(1);
    STAND_IN_AFTER.checked_mul(wait).is_some_and(|wait| silent >= wait)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_after_the_other() {
        let at = |minutes, rank| stands_in(SignedDuration::from_mins(minutes), rank);
        assert_eq!([at(14, 0), at(15, 0), at(29, 1), at(30, 1)], [false, true, false, true]);
    }

    proptest! {
        /// Whoever stands in goes on as long as the silence does, and nobody stands in before one of lower rank.
        #[test]
        fn silence_only_adds(minutes in 0_i64..10_000, more in 0_i64..10_000, rank in 0_u32..50) {
            let at = |minutes, rank| stands_in(SignedDuration::from_mins(minutes), rank);
            prop_assert!(!at(minutes, rank) || at(minutes + more, rank));
            prop_assert!(!at(minutes, rank + 1) || at(minutes, rank));
        }
    }
}
