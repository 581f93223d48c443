//! `*.sources`: stanzas in deb822 syntax, each for all combinations of its URIs and suites.

use super::{
    MAX_ENTRIES, MAX_SOURCES_LEN, Options, ParsedSources, SourceProblem, SourceProblemKind, boolean, is_uri, shorten,
};
use crate::deb::deb822::{Stanza, Value, stanzas};

/// The fields that are options, and their names in the one-line style.
const OPTIONS: [(&str, &str); 7] = [
    ("Architectures", "arch"),
    ("Architectures-Add", "arch+"),
    ("Architectures-Remove", "arch-"),
    ("Trusted", "trusted"),
    ("Check-Valid-Until", "check-valid-until"),
    ("Check-Date", "check-date"),
    ("By-Hash", "by-hash"),
];

/// Reads the text of a `*.sources` file.
#[must_use]
pub fn parse_deb822(text: &str) -> ParsedSources {
    let mut parsed = ParsedSources::default();
    for stanza in stanzas(text.as_bytes()).with_limit(MAX_SOURCES_LEN) {
        let (line, result) = match &stanza {
            Ok(stanza) => (stanza.line(), parse_stanza(stanza, &mut parsed)),
            Err(error) => (error.line(), Err(SourceProblemKind::Stanza(error.to_string()))),
        };
        if let Err(kind) = result {
            let last = kind == SourceProblemKind::TooMany;
            parsed.problems.push(SourceProblem { line, kind });
            if last {
                break;
            }
        }
    }
    parsed
}

fn parse_stanza(stanza: &Stanza<'_>, parsed: &mut ParsedSources) -> Result<(), SourceProblemKind> {
    let mut binary = false;
    for kind in words(stanza, "Types").ok_or(SourceProblemKind::Missing("Types"))? {
        match kind {
            "deb" => binary = true,
            "deb-src" => {}
            other => return Err(SourceProblemKind::UnknownType(shorten(other))),
        }
    }
    if !binary {
        return Ok(());
    }
    let enabled = match stanza.text("Enabled") {
        None => true,
        Some(text) => boolean(text).ok_or_else(|| bad_value("Enabled", text))?,
    };
    let options = options(stanza)?;
    let uris: Vec<_> = words(stanza, "URIs").ok_or(SourceProblemKind::Missing("URIs"))?.collect();
    let suites: Vec<_> = words(stanza, "Suites").ok_or(SourceProblemKind::Missing("Suites"))?.collect();
    let components: Vec<String> = words(stanza, "Components").into_iter().flatten().map(str::to_owned).collect();
    if let Some(uri) = uris.iter().find(|uri| !is_uri(uri)) {
        return Err(SourceProblemKind::BadUri(shorten(uri)));
    }
    for suite in suites {
        if components.is_empty() {
            return Err(match suite.ends_with('/') {
                true => SourceProblemKind::Flat(shorten(suite)),
                false => SourceProblemKind::Missing("Components"),
            });
        }
        for uri in &uris {
            if parsed.entries.len() >= MAX_ENTRIES {
                return Err(SourceProblemKind::TooMany);
            }
            parsed.entries.push(options.entry(uri, suite, &components, enabled, stanza.line()));
        }
    }
    Ok(())
}

fn options(stanza: &Stanza<'_>) -> Result<Options, SourceProblemKind> {
    let mut options = Options::default();
    for (field, name) in OPTIONS {
        if let Some(value) = stanza.get(field) {
            options.set(name, value.words().flat_map(|w| w.split(','))).map_err(|kind| match kind {
                SourceProblemKind::BadValue { value, .. } => bad_value(field, &value),
                other => other,
            })?;
        }
    }
    if let Some(value) = stanza.get("Signed-By") {
        match embedded_key(value) {
            Some(key) => options.signed_by.embedded = Some(key),
            None => options.set("signed-by", value.words().flat_map(|w| w.split(',')))?,
        }
    }
    Ok(options)
}

/// An armored key in a field: its lines are indented, an empty one is written as a single dot.
fn embedded_key(value: Value<'_>) -> Option<String> {
    let mut lines = value.lines().skip_while(|line| line.is_empty());
    let first = lines.next()?;
    if !first.starts_with(b"-----BEGIN ") {
        return None;
    }
    let mut key = String::from_utf8_lossy(first).into_owned();
    for line in lines {
        key.push('\n');
        if line != b"." {
            key.push_str(&String::from_utf8_lossy(line));
        }
    }
    key.push('\n');
    Some(key)
}

fn words<'a>(stanza: &Stanza<'a>, field: &str) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
    let mut words = stanza.get(field)?.words().peekable();
    words.peek()?;
    Some(words)
}

fn bad_value(name: &str, value: &str) -> SourceProblemKind {
    SourceProblemKind::BadValue { name: name.to_owned(), value: shorten(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_of_all_kinds() {
        let text = "Types: deb\n# http://snapshot.debian.org/\nURIs: http://mirror.example/debian\n\
            Suites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n\
            # second\nTypes: deb deb-src\nURIs: https://a/ https://b/\nSuites: stable\nComponents: main contrib\n\
            Architectures: amd64 arm64\nEnabled: no\nTrusted: yes\nCheck-Valid-Until: no\nBy-Hash: force\n\
            Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS/xcRfwEQWzr\n -----END PGP PUBLIC KEY BLOCK-----\n\n\
            Types: deb-src\nURIs: http://x/\nSuites: y\nComponents: z\n\n\
            Types: deb\nURIs: http://x/\nSuites: ./\n\n\
            URIs: http://x/\n\nTypes: deb\nSuites: x\n\nTypes: deb\nURIs: x\nSuites: y\nComponents: z\n\n\
            Types: deb\nURIs: http://x/\nSuites: y\nComponents: z\nCheck-Date: perhaps\n\nbroken\n\n\
            Types: deb\nURIs: http://last/\nSuites: y\nComponents: z\nSigned-By: 4CB50190207B4758A3F73A796ED0E7B82643E131 /a.gpg, /b.gpg\n";
        let parsed = parse_deb822(text);
        insta::assert_snapshot!(parsed.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @r#"
        line 29: "./" is a flat repository (a suite that ends in /), which is not supported
        line 33: Types is missing
        line 35: URIs is missing
        line 38: "x" is not a URI
        line 43: Check-Date has the value "perhaps", which it cannot have
        line 49: the stanza cannot be read: line 49 is neither a field nor the continuation of one
        "#);
        let shown: Vec<_> = parsed
            .entries
            .iter()
            .map(|e| {
                format!(
                    "{} {} {} {:?} {:?} {} {:?} {:?} {:?}",
                    e.line,
                    e.uri,
                    e.suite,
                    e.components,
                    e.architectures.only,
                    e.enabled,
                    e.trusted,
                    e.check_valid_until,
                    e.by_hash
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        1 http://mirror.example/debian bookworm ["main"] [] true None None None
        1 http://mirror.example/debian bookworm-updates ["main"] [] true None None None
        9 https://a/ stable ["main", "contrib"] ["amd64", "arm64"] false Some(true) Some(false) Some(Force)
        9 https://b/ stable ["main", "contrib"] ["amd64", "arm64"] false Some(true) Some(false) Some(Force)
        51 http://last/ y ["z"] [] true None None None
        "#);
        assert_eq!(parsed.entries[0].signed_by.keyrings, ["/usr/share/keyrings/debian-archive-keyring.gpg"]);
        assert_eq!(
            parsed.entries[2].signed_by.embedded.as_deref(),
            Some(
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS/xcRfwEQWzr\n-----END PGP PUBLIC KEY BLOCK-----\n"
            )
        );
        let last = &parsed.entries[4].signed_by;
        assert_eq!((last.keyrings.len(), last.keys.len(), last.keys[0].exact), (2, 1, false));
    }
}
