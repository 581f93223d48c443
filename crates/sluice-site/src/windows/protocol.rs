//! Versions of the protocol.

use std::fmt;

/// A client's version of the protocol: two whole numbers, so that 2.90 is newer than 2.4
/// (protocols.md §3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol {
    /// Before the point.
    pub major: u16,
    /// After it.
    pub minor: u16,
}

impl Protocol {
    /// The matched hardware ids may be told (\[MS-WUSP\] 2.2.2.2.4).
    pub const HARDWARE_IDS: Self = Self { major: 1, minor: 6 };
    /// Two lists of what is out of scope, and whether a driver pass is needed.
    pub const TWO_LISTS: Self = Self { major: 1, minor: 7 };
    /// `AutoSelect` and its two siblings.
    pub const FLAGS: Self = Self { major: 1, minor: 8 };
    /// Windows 10 1903, the first that knows optional installation.
    pub const OPTIONAL: Self = Self { major: 2, minor: 0 };

    /// Reads `2.90`. What is no version counts as the oldest: it is told the least.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = text.trim().split('.').map(|part| part.parse().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), minor) => Self { major, minor: minor.unwrap_or(0) },
            (None, _) => Self { major: 1, minor: 0 },
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let all = ["", "1.0", "1.6", "1.20", "2.0", "2.4", "2.90"].map(Protocol::parse);
        assert!(all.is_sorted());
        assert_eq!(all[0], all[1]);
        assert_eq!(all[6].to_string(), "2.90");
        assert_eq!(Protocol::parse(" 2.3.7 "), Protocol { major: 2, minor: 3 });
        assert_eq!(Protocol::parse("99999999.1"), Protocol::parse("1.0"));
    }
}
