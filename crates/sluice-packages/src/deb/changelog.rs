//! Debian changelogs (`deb-changelog(5)`): which CVEs an update says it fixes.

use std::cmp::Ordering;

use super::version;

/// The most identifiers taken from one changelog. The kernel's name some hundreds per version.
pub const MAX_CVES: usize = 10_000;

/// The CVE identifiers a text names, in their order, each once, at most [`MAX_CVES`].
#[must_use]
pub fn cves(text: &str) -> Vec<&str> {
    collect(identifiers(text))
}

/// The CVE identifiers named by the entries for versions above `installed`: what an update from
/// that version brings. An entry whose version cannot be read counts.
#[must_use]
pub fn cves_since<'a>(text: &'a str, installed: &str) -> Vec<&'a str> {
    let newer = entries(text)
        .filter(|(version, _)| version.is_none_or(|v| version::compare(v, installed) == Ordering::Greater))
        .flat_map(|(_, body)| identifiers(body));
    collect(newer)
}

fn collect<'a>(identifiers: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    identifiers.filter(|id| seen.insert(*id)).take(MAX_CVES).collect()
}

/// The entries: the version of their heading, and their text.
fn entries(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // A heading starts in the first column: `package (version) suite; urgency=…`.
        let end = rest
            .match_indices('\n')
            .map(|(at, _)| at + 1)
            .find(|at| rest.get(*at..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphanumeric())))
            .unwrap_or(rest.len());
        let (entry, tail) = rest.split_at(end);
        rest = tail;
        let heading = entry.lines().next().unwrap_or_default();
        let version = heading.split_once('(').and_then(|(_, r)| r.split_once(')')).map(|(v, _)| v.trim());
        Some((version.filter(|v| version::validate(v).is_ok()), entry))
    })
}

/// `CVE-YYYY-NNNN` with four or more last digits, in any case of letters as long as it is upper.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"CVE-").filter_map(move |start| {
        let digits =
            |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let number = start + 9;
        let length = digits(number);
        let fits = before.is_none_or(|b| !b.is_ascii_alphanumeric())
            && digits(start + 4) == 4
            && bytes.get(start + 8) == Some(&b'-')
            && (4..=10).contains(&length);
        text.get(start..number + length).filter(|_| fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "openssl (3.0.16-1~deb12u1) bookworm-security; urgency=medium\n\n  * CVE-2024-13176 (Timing)\n\
          * Fix CVE-2024-9143, CVE-2024-13176.\n\n -- X <x@y>  Sat, 1 Feb 2025 00:00:00 +0000\n\n\
        openssl (3.0.15-1~deb12u1) bookworm; urgency=medium\n\n  * CVE-2023-5678\n  * not CVE-2023-567, XCVE-2023-56789, CVE-20234-5678, CVE-2023\n";

    #[test]
    fn each_once_and_in_order() {
        assert_eq!(cves(TEXT), ["CVE-2024-13176", "CVE-2024-9143", "CVE-2023-5678"]);
        assert_eq!(cves("CVE-"), Vec::<&str>::new());
        assert_eq!(cves("é CVE-2024-1234é"), ["CVE-2024-1234"]);
    }

    #[test]
    fn only_what_an_update_brings() {
        assert_eq!(cves_since(TEXT, "3.0.15-1~deb12u1"), ["CVE-2024-13176", "CVE-2024-9143"]);
        assert_eq!(cves_since(TEXT, "3.0.16-1~deb12u1"), Vec::<&str>::new());
        assert_eq!(cves_since(TEXT, "3.0.14-1").len(), 3);
    }

    #[test]
    fn bounded() {
        let many: String = (0..MAX_CVES + 10).map(|n| format!("CVE-2024-{n:05} ")).collect();
        assert_eq!(cves(&many).len(), MAX_CVES);
    }
}
