//! Names people give to things.

use std::fmt;

/// A display name: 1 to [`Name::MAX_CHARS`] characters, trimmed, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is not a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("a name cannot be empty")]
    Empty,
    /// More than [`Name::MAX_CHARS`] characters.
    #[error("a name cannot have more than {} characters", Name::MAX_CHARS)]
    TooLong,
    /// A line break, tab, escape or another control character.
    #[error("a name cannot hold control characters")]
    Control,
}

impl Name {
    /// As long as the established product allows for a deployment's name.
    pub const MAX_CHARS: usize = 256;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(NameError::Control);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sensible_names() {
        assert_eq!(Name::new("  Ring 1 ").map(|n| n.to_string()), Ok("Ring 1".to_owned()));
        assert_eq!(Name::new(" \t"), Err(NameError::Empty));
        assert_eq!(Name::new("a\u{1b}[2Jb"), Err(NameError::Control));
        assert_eq!(Name::new(&"é".repeat(257)), Err(NameError::TooLong));
        assert!(Name::new(&"é".repeat(256)).is_ok());
    }
}
