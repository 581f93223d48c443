//! Versions of the protocol between servers.

use std::fmt;

/// A version of the protocol between servers (\[MS-WSUSSS\] 1.7): two whole numbers, so that 1.20 is
/// newer than 1.8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolVersion {
    /// Before the point.
    pub major: u16,
    /// After it.
    pub minor: u16,
}

impl ProtocolVersion {
    /// Reads `1.20`; `None` for what is not two numbers with a point between.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// Digits only: `parse` of numbers takes a sign too.
fn number(text: &str) -> Option<u16> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let version = |text| ProtocolVersion::parse(text).unwrap();
        assert!(version("1.8") < version("1.20") && version("1.20") < version("2.0"));
        assert_eq!(version(" 1.20 ").to_string(), "1.20");
        for wrong in ["", "1", "1.", ".1", "1.2.3", "1.x", "+1.2", "1.-2", "99999.1"] {
            assert_eq!(ProtocolVersion::parse(wrong), None, "{wrong}");
        }
    }
}
