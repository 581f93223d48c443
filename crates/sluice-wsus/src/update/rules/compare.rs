//! Comparisons and versions (BaseTypes of the rule schemas).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// `ScalarComparison`: of numbers, versions, dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The fact is less than the rule's value.
    LessThan,
    /// Less or equal.
    LessThanOrEqualTo,
    /// Equal.
    EqualTo,
    /// Greater or equal.
    GreaterThanOrEqualTo,
    /// Greater.
    GreaterThan,
}

impl Comparison {
    /// Whether it holds for an ordering of the fact to the rule's value.
    #[must_use]
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::LessThan => ordering.is_lt(),
            Self::LessThanOrEqualTo => ordering.is_le(),
            Self::EqualTo => ordering.is_eq(),
            Self::GreaterThanOrEqualTo => ordering.is_ge(),
            Self::GreaterThan => ordering.is_gt(),
        }
    }
}

impl FromStr for Comparison {
    type Err = ();

    /// In any case: newer rules write `greaterthan`.
    fn from_str(text: &str) -> Result<Self, ()> {
        [
            ("LessThan", Self::LessThan),
            ("LessThanOrEqualTo", Self::LessThanOrEqualTo),
            ("EqualTo", Self::EqualTo),
            ("GreaterThanOrEqualTo", Self::GreaterThanOrEqualTo),
            ("GreaterThan", Self::GreaterThan),
        ]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, value)| value)
        .ok_or(())
    }
}

/// `StringComparison`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringComparison {
    /// The fact is the rule's value.
    EqualTo,
    /// It begins with it.
    BeginsWith,
    /// It has it somewhere.
    Contains,
    /// It ends with it.
    EndsWith,
}

impl StringComparison {
    /// Whether it holds for a fact and the rule's value. Without regard to case, as Windows compares names; what the
    /// agent does is not published.
    #[must_use]
    pub fn holds(self, fact: &str, value: &str) -> bool {
        let (fact, value) = (fact.to_lowercase(), value.to_lowercase());
        match self {
            Self::EqualTo => fact == value,
            Self::BeginsWith => fact.starts_with(&value),
            Self::Contains => fact.contains(&value),
            Self::EndsWith => fact.ends_with(&value),
        }
    }
}

impl FromStr for StringComparison {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [
            ("EqualTo", Self::EqualTo),
            ("BeginsWith", Self::BeginsWith),
            ("Contains", Self::Contains),
            ("EndsWith", Self::EndsWith),
        ]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, value)| value)
        .ok_or(())
    }
}

/// A version of up to four numbers; missing ones are zero (peer-wsus-rs.md §7.4, Q46).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u32; 4]);

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = [0; 4];
        let mut numbers = text.trim().split('.');
        for (at, part) in parts.iter_mut().enumerate() {
            match numbers.next() {
                // `parse` would take a sign.
                Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    *part = number.parse().map_err(|_| ())?;
                }
                None if at > 0 => {}
                _ => return Err(()),
            }
        }
        if numbers.next().is_some() { Err(()) } else { Ok(Self(parts)) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([a, b, c, d]) = self;
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_one_to_four_numbers() {
        let version = |text: &str| text.parse::<Version>().map(|version| version.to_string());
        assert_eq!(version("10.22.130"), Ok("10.22.130.0".to_owned()));
        assert_eq!(version(" 7 "), Ok("7.0.0.0".to_owned()));
        for wrong in ["", "1.", "1..2", "1.2.3.4.5", "+1", "1.x", "99999999999"] {
            assert_eq!(version(wrong), Err(()), "{wrong}");
        }
        assert!(Version([1, 10, 0, 0]) > Version([1, 9, 9, 9]));
    }

    #[test]
    fn comparisons() {
        let holds = |name: &str| {
            let comparison: Comparison = name.parse().unwrap();
            [Ordering::Less, Ordering::Equal, Ordering::Greater].map(|ordering| comparison.holds(ordering))
        };
        assert_eq!(holds("LessThan"), [true, false, false]);
        assert_eq!(holds("LessThanOrEqualTo"), [true, true, false]);
        assert_eq!(holds("EqualTo"), [false, true, false]);
        assert_eq!(holds("GreaterThanOrEqualTo"), [false, true, true]);
        assert_eq!(holds("greaterthan"), [false, false, true]);
        assert_eq!("Like".parse::<Comparison>(), Err(()));
        assert!(StringComparison::BeginsWith.holds("ACME Corp", "Acme"));
        assert!(StringComparison::EndsWith.holds("ACME Corp", "corp"));
        assert!(StringComparison::Contains.holds("ACME Corp", "E C"));
        assert!(!StringComparison::EqualTo.holds("ACME Corp", "ACME"));
    }
}
