//! Values that satisfy a comparison.

use jiff::{SignedDuration, Timestamp};
use sluice_wsus::update::rules::{Comparison, StringComparison, Version};

/// Numbers for which a comparison is `wanted`, those next to the rule's first.
pub(super) fn numbers(comparison: Comparison, data: u32, wanted: bool) -> Vec<u32> {
    let near = [data, data.saturating_add(1), data.saturating_sub(1), 0, u32::MAX];
    near.into_iter().filter(|value| comparison.holds(value.cmp(&data)) == wanted).collect()
}

/// As [`numbers`], for sizes.
pub(super) fn sizes(comparison: Comparison, data: u64, wanted: bool) -> Vec<u64> {
    let near = [data, data.saturating_add(1), data.saturating_sub(1), 0, u64::MAX];
    near.into_iter().filter(|value| comparison.holds(value.cmp(&data)) == wanted).collect()
}

/// As [`numbers`], for times.
pub(super) fn times(comparison: Comparison, data: Timestamp, wanted: bool) -> Vec<Timestamp> {
    let second = SignedDuration::from_secs(1);
    let near = [Some(data), data.checked_add(second).ok(), data.checked_sub(second).ok()];
    near.into_iter().flatten().filter(|value| comparison.holds(value.cmp(&data)) == wanted).collect()
}

/// As [`numbers`], for versions.
pub(super) fn versions(comparison: Comparison, data: Version, wanted: bool) -> Vec<Version> {
    let near = [data, next(data), previous(data), Version([0; 4]), Version([u32::MAX; 4])];
    near.into_iter().filter(|value| comparison.holds(value.cmp(&data)) == wanted).collect()
}

/// The version directly after.
pub(super) fn next(version: Version) -> Version {
    let mut parts = version.0;
    for part in parts.iter_mut().rev() {
        let (value, over) = part.overflowing_add(1);
        *part = value;
        if !over {
            return Version(parts);
        }
    }
    version
}

/// The version directly before.
pub(super) fn previous(version: Version) -> Version {
    let mut parts = version.0;
    for part in parts.iter_mut().rev() {
        let (value, under) = part.overflowing_sub(1);
        *part = value;
        if !under {
            return Version(parts);
        }
    }
    version
}

/// Texts for which a comparison is `wanted`; what is there already is kept if it can be.
pub(super) fn texts(comparison: StringComparison, data: &str, now: Option<&str>, wanted: bool) -> Vec<String> {
    let mut texts = vec![data.to_owned()];
    if let Some(now) = now {
        texts.extend([format!("{data}{now}"), format!("{now}{data}")]);
    }
    texts.extend([String::new(), "simulated".to_owned()]);
    texts.retain(|text| comparison.holds(text, data) == wanted);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_neighbours() {
        assert_eq!(next(Version([1, 2, 3, 4])), Version([1, 2, 3, 5]));
        assert_eq!(next(Version([1, 2, 3, u32::MAX])), Version([1, 2, 4, 0]));
        assert_eq!(previous(Version([1, 0, 0, 0])), Version([0, u32::MAX, u32::MAX, u32::MAX]));
        assert_eq!(previous(Version([0; 4])), Version([0; 4]));
    }

    #[test]
    fn values_are_as_wanted() {
        assert_eq!(numbers(Comparison::GreaterThan, 5, true), [6, u32::MAX]);
        assert!(numbers(Comparison::LessThan, 0, true).is_empty());
        assert_eq!(texts(StringComparison::BeginsWith, "ab", Some("c"), true), ["ab", "abc"]);
        assert_eq!(texts(StringComparison::EqualTo, "", None, false), ["simulated"]);
    }
}
