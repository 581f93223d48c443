//! References as servers write them, read without a parser. Others are left to one.

/// The character of a reference at the start of a text, and how long the reference is.
fn common(text: &[u8]) -> Option<(u8, usize)> {
    const COMMON: [(&[u8], u8); 6] =
        [(b"&lt;", b'<'), (b"&gt;", b'>'), (b"&amp;", b'&'), (b"&quot;", b'"'), (b"&apos;", b'\''), (b"&#xD;", b'\r')];
    let found = COMMON.iter().find(|(reference, _)| text.starts_with(reference));
    found.map(|(reference, character)| (*character, reference.len()))
}

/// Whether all references in a text are common ones.
pub(super) fn are_common(text: &[u8]) -> bool {
    memchr::memchr_iter(b'&', text).all(|at| text.get(at..).and_then(common).is_some())
}

/// A text with its references resolved; `None` when one of them is no common one.
pub(super) fn resolve(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at_checked(at)?;
        let (character, len) = common(reference.as_bytes())?;
        out.push_str(before);
        out.push(char::from(character));
        rest = reference.get(len..)?;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_common() {
        assert_eq!(resolve("&lt;a b=&quot;é&apos;&quot;/&gt;&#xD;&amp;amp;").as_deref(), Some("<a b=\"é'\"/>\r&amp;"));
        for other in ["&#65;", "&x;", "&", "&lt", "a&b;", "&&lt;"] {
            assert!(resolve(other).is_none() && !are_common(other.as_bytes()), "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_parser_says_the_same(text in "(&lt;|&gt;|&amp;|&quot;|&#xD;|&#65;|&|;|[a-zé])*") {
            if let Some(resolved) = resolve(&text) {
                prop_assert!(are_common(text.as_bytes()));
                prop_assert_eq!(resolved, quick_xml::escape::unescape(&text).unwrap());
            }
        }

        #[test]
        fn what_is_escaped_comes_back(text in "[<>&\"'a-z\ré]*") {
            let escaped = String::from_utf8(crate::soap::escape(&text)).unwrap();
            prop_assert_eq!(resolve(&escaped), Some(text));
        }
    }
}
