//! Limits of what a device may say.

use crate::problem::{Problem, echo};

/// Longest name, version, architecture or the like, bytes. Debian's longest are below 100.
pub(super) const MAX_WORD: usize = 256;

/// Longest line for people, bytes.
pub(super) const MAX_LINE: usize = 1 << 10;

/// Most package indices a device can be subscribed to; real machines have fewer than 100.
pub(super) const MAX_INDEXES: usize = 4_096;

/// Most entries of the shorter lists: stale libraries, packages that ask for a restart.
pub(super) const MAX_EVIDENCE: usize = 8_192;

/// An identifying text as it is, if it has no more than [`MAX_WORD`] bytes and no control
/// characters: changing it would make it name something else.
pub(super) fn word(field: &'static str, text: String) -> Result<String, Problem> {
    if text.len() <= MAX_WORD && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(Problem::invalid(
        field,
        format!("`{}` is longer than {MAX_WORD} bytes or has control characters", echo(&text)),
        "This is a fault of the agent or of the device's package database.",
    ))
}

/// A text for people: on one line, no more than [`MAX_LINE`] bytes.
pub(super) fn line(text: &str) -> String {
    clean(text, MAX_LINE, |_| false)
}

/// The end of a program's output: no more than [`sluice_wire::MAX_OUTPUT`] bytes, with its lines.
pub(super) fn output(text: &str) -> String {
    let mut start = text.len().saturating_sub(sluice_wire::MAX_OUTPUT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    clean(text.get(start..).unwrap_or_default(), sluice_wire::MAX_OUTPUT, |c| matches!(c, '\n' | '\t'))
}

/// Replaces control characters by spaces and cuts after `max` bytes.
fn clean(text: &str, max: usize, keep: impl Fn(char) -> bool) -> String {
    let mut cleaned = String::with_capacity(text.len().min(max));
    for c in text.chars() {
        let c = if c.is_control() && !keep(c) { ' ' } else { c };
        if cleaned.len() + c.len_utf8() > max {
            break;
        }
        cleaned.push(c);
    }
    cleaned
}

/// Refuses a list with more than `max` items.
pub(super) fn at_most<T>(field: &'static str, items: &[T], max: usize) -> Result<(), Problem> {
    if items.len() <= max {
        return Ok(());
    }
    let detail = format!("{} items are more than the {max} a device may send", items.len());
    Err(Problem::invalid(field, detail, "Send fewer at once."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_cleaned() {
        assert_eq!(line("a\u{1b}[31m\nb"), "a [31m b");
        assert_eq!(line(&"é".repeat(MAX_LINE)).len(), MAX_LINE);
        assert_eq!(output("one\n\u{7}two"), "one\n two");
        let long = format!("é{}", "x".repeat(sluice_wire::MAX_OUTPUT - 1));
        assert_eq!(output(&long).len(), sluice_wire::MAX_OUTPUT - 1);
        assert!(word("name", "libc6".into()).is_ok());
        assert!(word("name", "lib\nc6".into()).is_err());
        assert!(word("name", "x".repeat(MAX_WORD + 1)).is_err());
        assert!(at_most("list", &[1, 2, 3], 2).is_err());
    }
}
