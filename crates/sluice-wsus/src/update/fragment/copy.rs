//! Copying an element into a fragment: namespaces go, names get the fragment's prefixes, values stay as they stand.

use super::super::error::UpdateError;
use super::super::xml::{Cursor, Namespace, Tag, Token};
use super::foreign;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// `b.`, `m.` and `d.` before the names of base, MSI and driver rules, nothing before others.
    Core,
    /// Without namespaces.
    Plain,
}

/// What is done to the outermost element.
#[derive(Clone, Copy)]
pub(super) struct Section {
    /// Another name.
    pub rename: Option<&'static str>,
    /// Which attributes stay, by name and raw value.
    pub keep: fn(&str, &str) -> bool,
    /// Whether children stay.
    pub children: bool,
}

impl Section {
    /// Everything stays.
    pub(super) const WHOLE: Self = Self { rename: None, keep: |_, _| true, children: true };
}

/// Copies the element that begins with `root` to the end of `out` and leaves the cursor behind it.
///
/// Written as WSUS writes: one space before attributes and before `/>`, values in double quotes, empty elements
/// without end tag, no white space between elements, no comments.
pub(super) fn copy<'a>(
    cursor: &mut Cursor<'a>,
    root: &Tag<'a>,
    out: &mut String,
    names: Names,
    section: Section,
) -> Result<(), UpdateError> {
    let name = (prefix(root.namespace, names), section.rename.unwrap_or(root.local));
    start(out, name, root, section.keep);
    if !section.children || root.empty {
        cursor.skip(root)?;
        out.push_str(" />");
        return Ok(());
    }
    // Open elements; the innermost start tag lacks its end until it is known whether anything follows inside.
    let mut open = vec![name];
    let mut unfinished = true;
    // White space that is dropped between elements and kept between pieces of text.
    let mut space = "";
    let mut in_text = false;
    loop {
        match cursor.next()? {
            Token::Open(tag) => {
                finish(out, &mut unfinished);
                (space, in_text) = ("", false);
                if tag.namespace == Namespace::Foreign {
                    foreign::copy(cursor, &tag, out)?;
                    continue;
                }
                let name = (prefix(tag.namespace, names), tag.local);
                start(out, name, &tag, |_, _| true);
                if tag.empty {
                    out.push_str(" />");
                } else {
                    open.push(name);
                    unfinished = true;
                }
            }
            Token::Close => {
                let Some((prefix, local)) = open.pop() else { return Ok(()) };
                if unfinished {
                    out.push_str(" />");
                    unfinished = false;
                } else {
                    out.extend(["</", prefix, local, ">"]);
                }
                (space, in_text) = ("", false);
                if open.is_empty() {
                    return Ok(());
                }
            }
            Token::Text(text) if !in_text && text.trim_ascii().is_empty() => space = text,
            Token::Text(text) => {
                finish(out, &mut unfinished);
                out.push_str(std::mem::take(&mut space));
                out.push_str(text);
                in_text = true;
            }
            Token::CData(text) => {
                finish(out, &mut unfinished);
                out.push_str(std::mem::take(&mut space));
                out.push_str(&quick_xml::escape::partial_escape(text));
                in_text = true;
            }
            Token::End => return Ok(()),
        }
    }
}

/// The prefix [MS-WUSP] 3.1.1.1 puts before a name.
fn prefix(namespace: Namespace, names: Names) -> &'static str {
    match (names, namespace) {
        (Names::Core, Namespace::BaseRules) => "b.",
        (Names::Core, Namespace::MsiRules) => "m.",
        (Names::Core, Namespace::Driver) => "d.",
        _ => "",
    }
}

fn finish(out: &mut String, unfinished: &mut bool) {
    if std::mem::take(unfinished) {
        out.push('>');
    }
}

/// Writes a start tag without its end.
fn start(out: &mut String, (prefix, local): (&str, &str), tag: &Tag<'_>, keep: fn(&str, &str) -> bool) {
    out.extend(["<", prefix, local]);
    for (key, value) in tag.attributes() {
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let name = match key.split_once(':') {
            None => key,
            // This prefix is always declared.
            Some(("xml", _)) => key,
            // `xsi:type` becomes `type`; should that name be taken, the other one stays.
            Some((_, local)) if has(tag, local, key) => continue,
            Some((_, local)) => local,
        };
        if keep(name, value) {
            out.extend([" ", name, "=\""]);
            attribute_value(out, value);
            out.push('"');
        }
    }
}

/// Whether an attribute before `key`, or one without prefix anywhere, has this local name.
fn has(tag: &Tag<'_>, local: &str, key: &str) -> bool {
    let before = tag.attributes().take_while(|(other, _)| *other != key);
    let taken = before
        .filter(|(other, _)| !other.starts_with("xmlns:"))
        .any(|(other, _)| other.split_once(':').is_some_and(|(prefix, other)| prefix != "xml" && other == local));
    taken || tag.raw(local).is_some()
}

/// The value as it stands, unless it stood in single quotes around double ones or has white space that a parser
/// makes a blank of (XML 1.0 §3.3.3).
fn attribute_value(out: &mut String, value: &str) {
    if !value.bytes().any(|byte| matches!(byte, b'"' | b'\t' | b'\n' | b'\r')) {
        out.push_str(value);
        return;
    }
    for character in value.chars() {
        match character {
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
}
