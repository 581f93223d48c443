//! Elements of other vocabularies inside rules, such as the package manifest of a cumulative update (`assembly`) or
//! the patch description of Windows Installer: WSUS keeps their namespace (peer-wsus-rs.md §7.4, Q41), so they are
//! copied as they stand, however large, and stay readable by themselves.

use super::super::error::UpdateError;
use super::super::xml::{Cursor, Tag};

/// Copies the element that begins with `tag`, adding the declarations it inherits and uses.
pub(super) fn copy<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>, out: &mut String) -> Result<(), UpdateError> {
    let mut inherited: Vec<(&str, &str)> = Vec::new();
    for binding in cursor.bindings().iter().rev() {
        let own = match binding.prefix {
            "" => tag.raw("xmlns").is_some(),
            prefix => tag.attributes().any(|(key, _)| key.strip_prefix("xmlns:") == Some(prefix)),
        };
        if !own && !inherited.iter().any(|(prefix, _)| *prefix == binding.prefix) {
            inherited.push((binding.prefix, binding.uri));
        }
    }
    let range = cursor.skip(tag)?;
    let text = cursor.slice(range);
    let used = used_prefixes(text, tag, &inherited);
    let name_end = 1 + tag.name().len();
    let (start, rest) = text.split_at_checked(name_end).unwrap_or((text, ""));
    out.push_str(start);
    for (prefix, uri) in used {
        let colon = if prefix.is_empty() { "" } else { ":" };
        out.extend([" xmlns", colon, prefix, "=\"", &uri.replace('"', "&quot;"), "\""]);
    }
    out.push_str(rest);
    Ok(())
}

/// Which of the declarations an element needs: of prefixes that stand before a colon anywhere, be it in a tag, an
/// attribute or a value that is a qualified name; of the default namespace when the element itself is in it.
fn used_prefixes<'d>(text: &str, tag: &Tag<'_>, declared: &[(&'d str, &'d str)]) -> Vec<(&'d str, &'d str)> {
    let mut used = vec![false; declared.len()];
    let mut mark = |prefix: &str| {
        for (used, (declared, _)) in used.iter_mut().zip(declared) {
            *used |= *declared == prefix;
        }
    };
    if !tag.name().contains(':') {
        mark("");
    }
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        let before = text.get(..colon).unwrap_or_default();
        let start = before.rfind(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
        let word = before.get(start.map_or(0, |start| start + 1)..).unwrap_or_default();
        if !word.is_empty() {
            mark(word);
        }
    }
    declared.iter().zip(used).filter(|(_, used)| *used).map(|(binding, _)| *binding).collect()
}
