//! Names of files.

use std::fmt;
use std::path::PathBuf;

/// Longest extension, bytes. Real ones have up to four.
pub const MAX_EXTENSION: usize = 16;

/// What a file is called: its SHA-1 and, when it has one, its extension.
///
/// On disk the extension is in lower case, so that it does not matter how a client or an update
/// writes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentName {
    sha1: [u8; 20],
    extension: String,
}

impl ContentName {
    /// The name of a file that an update calls `file_name`. An extension that could not be part of
    /// a path, or is longer than [`MAX_EXTENSION`], counts as none.
    #[must_use]
    pub fn of_file(sha1: [u8; 20], file_name: &str) -> Self {
        let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let usable = extension.len() <= MAX_EXTENSION && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self { sha1, extension: if usable { extension.to_ascii_lowercase() } else { String::new() } }
    }

    /// Reads the last part of an address, `A379…8449.exe`, in any case. `None` when it is not such
    /// a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (digest, extension) = text.split_once('.').map_or((text, None), |(d, e)| (d, Some(e)));
        let mut sha1 = [0; 20];
        let digits = digest.as_bytes();
        if digits.len() != 40 {
            return None;
        }
        for (byte, pair) in sha1.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = digit(high)? << 4 | digit(low)?;
        }
        let name = Self::of_file(sha1, text);
        // What was given as the extension must be one.
        extension.is_none_or(|e| !e.is_empty() && name.extension.eq_ignore_ascii_case(e)).then_some(name)
    }

    /// The SHA-1.
    #[must_use]
    pub fn sha1(&self) -> [u8; 20] {
        self.sha1
    }

    /// The extension in lower case, without the dot; may be empty.
    #[must_use]
    pub fn extension(&self) -> &str {
        &self.extension
    }

    /// Where it lies below `/Content` of a server: `49/A379…8449.exe`.
    #[must_use]
    pub fn address(&self) -> String {
        let [.., last] = self.sha1;
        format!("{last:02X}/{self}")
    }

    /// Where it lies below the directory of the store: likewise.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(self.address())
    }
}

/// `A379…8449.exe`.
impl fmt::Display for ContentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sha1.iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        if self.extension.is_empty() { Ok(()) } else { write!(f, ".{}", self.extension) }
    }
}

impl fmt::Debug for ContentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentName({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe";

    #[test]
    fn names_are_as_wsus_gives_them() {
        let name = ContentName::parse(NAME).unwrap();
        assert_eq!(name.to_string(), NAME);
        assert_eq!(name.path(), PathBuf::from("49").join(NAME));
        assert_eq!(ContentName::parse(&NAME.to_lowercase()), Some(name.clone()));
        assert_eq!(ContentName::of_file(name.sha1(), "AM_Delta.EXE"), name);
        assert_eq!(ContentName::of_file(name.sha1(), "no extension").extension(), "");
    }

    #[test]
    fn only_names_are_names() {
        let digest = &NAME[..40];
        for wrong in
            ["", "x.exe", &NAME[1..], &format!("{digest}."), &format!("{digest}.a/b"), &format!("{digest}..exe")]
        {
            assert_eq!(ContentName::parse(wrong), None, "{wrong}");
        }
        assert!(ContentName::parse(digest).is_some());
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_directory(sha1 in any::<[u8; 20]>(), file in ".{0,40}") {
            let name = ContentName::of_file(sha1, &file);
            prop_assert_eq!(name.path().components().count(), 2);
            prop_assert_eq!(ContentName::parse(&name.to_string()), Some(name));
        }

        #[test]
        fn no_text_makes_parsing_fail(text in ".{0,60}") {
            if let Some(name) = ContentName::parse(&text) {
                prop_assert!(name.to_string().eq_ignore_ascii_case(&text));
            }
        }
    }
}
