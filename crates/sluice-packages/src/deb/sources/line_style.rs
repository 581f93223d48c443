//! `sources.list`: `deb [options] uri suite component...`, one source a line.

use super::{MAX_ENTRIES, Options, ParsedSources, SourceEntry, SourceProblem, SourceProblemKind, is_uri, shorten};

/// Reads the text of a `*.list` file.
#[must_use]
pub fn parse_list(text: &str) -> ParsedSources {
    let mut parsed = ParsedSources::default();
    for (number, line) in (1..).zip(text.lines()) {
        if parsed.entries.len() >= MAX_ENTRIES {
            parsed.problems.push(SourceProblem { line: number, kind: SourceProblemKind::TooMany });
            break;
        }
        match parse_line(line, number) {
            Ok(entry) => parsed.entries.extend(entry),
            Err(kind) => parsed.problems.push(SourceProblem { line: number, kind }),
        }
    }
    parsed
}

/// `None` for empty lines, comments and sources of source code.
fn parse_line(line: &str, number: u64) -> Result<Option<SourceEntry>, SourceProblemKind> {
    let mut rest = line.trim();
    let Some(kind) = word(&mut rest)? else { return Ok(None) };
    match kind.as_str() {
        "deb" => {}
        "deb-src" => return Ok(None),
        _ => return Err(SourceProblemKind::UnknownType(shorten(&kind))),
    }
    let mut options = Options::default();
    if let Some(inside) = rest.trim_start().strip_prefix('[') {
        let (inside, behind) = inside.split_once(']').ok_or(SourceProblemKind::OpenBracket)?;
        parse_options(inside, &mut options)?;
        rest = behind;
    }
    let uri = word(&mut rest)?.ok_or(SourceProblemKind::Missing("the URI"))?;
    if !is_uri(&uri) {
        return Err(SourceProblemKind::BadUri(shorten(&uri)));
    }
    let suite = word(&mut rest)?.ok_or(SourceProblemKind::Missing("the suite"))?;
    let mut components = Vec::new();
    while let Some(component) = word(&mut rest)? {
        components.push(component);
    }
    if components.is_empty() {
        return Err(match suite.ends_with('/') {
            true => SourceProblemKind::Flat(shorten(&suite)),
            false => SourceProblemKind::Missing("the component"),
        });
    }
    Ok(Some(options.entry(&uri, &suite, &components, true, number)))
}

fn parse_options(inside: &str, options: &mut Options) -> Result<(), SourceProblemKind> {
    for option in inside.split_ascii_whitespace() {
        let (name, value) = option
            .split_once('=')
            .ok_or_else(|| SourceProblemKind::BadValue { name: shorten(option), value: String::new() })?;
        options.set(&name.to_ascii_lowercase(), value.split(','))?;
    }
    Ok(())
}

/// Takes the next word off: quotes and brackets keep white space together, `#` begins a comment.
fn word(rest: &mut &str) -> Result<Option<String>, SourceProblemKind> {
    let text = rest.trim_start();
    if text.is_empty() || text.starts_with('#') {
        *rest = "";
        return Ok(None);
    }
    let (mut quoted, mut depth, mut end) = (false, 0_u32, text.len());
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if c.is_ascii_whitespace() && !quoted && depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if quoted || depth > 0 {
        return Err(SourceProblemKind::OpenBracket);
    }
    let (word, tail) = text.split_at(end);
    *rest = tail;
    Ok(Some(word.replace('"', "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_all_kinds() {
        let text = "# comment\n\ndeb http://mirror.example/debian bookworm main contrib # why\n\
            deb-src http://mirror.example/debian bookworm main\n  \
            deb [ arch=amd64,i386 signed-by=/usr/share/keyrings/a.gpg,4CB50190207B4758A3F73A796ED0E7B82643E131! trusted=yes ] https://u:p@h/x stable/updates main\n\
            deb [check-valid-until=no check-date=0 by-hash=force target-=Contents lang=en] \"http://h/a b\" sid main\n\
            deb cdrom:[Debian GNU/Linux 12.0 _Bookworm_]/ bookworm main\n\
            deb http://h/flat ./\ndeb http://h bookworm\ndeb http://h\ndeb\nrpm http://h x y\n\
            deb [arch=amd64 http://h x y\ndeb [trusted=maybe] http://h x y\ndeb [signed-by=ABCD] http://h x y\n\
            deb nouri x y\ndeb [flag] http://h x y\n";
        let parsed = parse_list(text);
        insta::assert_snapshot!(parsed.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @r#"
        line 8: "./" is a flat repository (a suite that ends in /), which is not supported
        line 9: the component is missing
        line 10: the suite is missing
        line 11: the URI is missing
        line 12: "rpm" is not a type of source (deb or deb-src)
        line 13: the options in brackets have no end
        line 14: trusted has the value "maybe", which it cannot have
        line 15: signed-by has the value "ABCD", which it cannot have
        line 16: "nouri" is not a URI
        line 17: flag has the value "", which it cannot have
        "#);
        let shown: Vec<_> = parsed
            .entries
            .iter()
            .map(|e| {
                format!(
                    "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?}",
                    e.line,
                    e.uri,
                    e.suite,
                    e.components,
                    e.architectures.only,
                    e.trusted,
                    e.check_valid_until,
                    e.check_date,
                    e.by_hash
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        3 http://mirror.example/debian bookworm ["main", "contrib"] [] None None None None
        5 https://u:p@h/x stable/updates ["main"] ["amd64", "i386"] Some(true) None None None
        6 http://h/a b sid ["main"] [] None Some(false) Some(false) Some(Force)
        7 cdrom:[Debian GNU/Linux 12.0 _Bookworm_]/ bookworm ["main"] [] None None None None
        "#);
        insta::assert_debug_snapshot!(parsed.entries[1].signed_by, @r#"
        SignedBy {
            keyrings: [
                "/usr/share/keyrings/a.gpg",
            ],
            keys: [
                KeyPin {
                    fingerprint: KeyFingerprint(
                        "4CB50190207B4758A3F73A796ED0E7B82643E131",
                    ),
                    exact: true,
                },
            ],
            embedded: None,
        }
        "#);
    }

    proptest! {
        #[test]
        fn one_bad_line_never_loses_a_good_one(noise in "[^\n]{0,40}") {
            let text = format!("{noise}\ndeb http://h x y\n");
            prop_assert!(parse_list(&text).entries.iter().any(|e| e.line == 2));
        }
    }
}
