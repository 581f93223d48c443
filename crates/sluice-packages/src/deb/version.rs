//! Debian version numbers and their order (Debian Policy Manual, section 5.6.12).
//!
//! A version is `[epoch:]upstream[-revision]`. [`compare`] is total over all strings, also
//! malformed ones, and agrees with `dpkg --compare-versions` on every valid one; it allocates
//! nothing. [`sort_key`] gives bytes with the same order, for stores that can only compare bytes.

use std::cmp::Ordering;

use thiserror::Error;

/// The longest version accepted by [`DebVersion::parse`], in bytes. Real ones stay under 100.
pub const MAX_VERSION_LEN: usize = 1024;

/// A version taken apart. Made by [`DebVersion::parse`], so its parts are valid.
#[derive(Debug, Clone, Copy)]
pub struct DebVersion<'a> {
    /// The number before the first colon; 0 when there is none.
    pub epoch: u32,
    /// The upstream version; starts with a digit in all but historic packages.
    pub upstream: &'a str,
    /// What follows the last hyphen; `None` for a native package, which compares as `0`.
    pub revision: Option<&'a str>,
}

/// Why a string is not a Debian version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Nothing there.
    #[error("the version is empty")]
    Empty,
    /// Longer than [`MAX_VERSION_LEN`].
    #[error("the version is longer than {MAX_VERSION_LEN} bytes")]
    TooLong,
    /// The part before the colon is not a number that dpkg accepts (0 to 2147483647).
    #[error("the epoch of the version is not a number between 0 and 2147483647")]
    BadEpoch,
    /// There is no upstream version between epoch and revision.
    #[error("the version has no upstream part")]
    EmptyUpstream,
    /// The upstream version does not start with a digit.
    #[error("the upstream part of the version does not start with a digit")]
    UpstreamStart,
    /// A hyphen is the last character.
    #[error("the version has an empty revision after its last hyphen")]
    EmptyRevision,
    /// A character that the policy manual does not allow at that place.
    #[error("the version contains {0:?}, which is not allowed there")]
    BadCharacter(char),
}

impl<'a> DebVersion<'a> {
    /// Takes `text` apart and checks every part as dpkg does when it builds a package.
    ///
    /// # Errors
    /// [`VersionError`] names the first part that is not allowed.
    pub fn parse(text: &'a str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_VERSION_LEN {
            return Err(VersionError::TooLong);
        }
        let (epoch, rest) = match text.split_once(':') {
            None => (0, text),
            Some((epoch, rest)) => (parse_epoch(epoch)?, rest),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            None => (rest, None),
            Some((upstream, revision)) => (upstream, Some(revision)),
        };
        match upstream.chars().next() {
            None => return Err(VersionError::EmptyUpstream),
            Some(first) if !first.is_ascii_digit() => return Err(VersionError::UpstreamStart),
            Some(_) => {}
        }
        // A colon is allowed in the upstream part only after an epoch, which is where the split
        // at the first colon has put us; hyphens are allowed because the last one was taken off.
        check_characters(upstream, ".+-~:")?;
        if let Some(revision) = revision {
            if revision.is_empty() {
                return Err(VersionError::EmptyRevision);
            }
            check_characters(revision, ".+~")?;
        }
        Ok(Self { epoch, upstream, revision })
    }
}

impl Ord for DebVersion<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_part(self.upstream.as_bytes(), other.upstream.as_bytes()))
            .then_with(|| {
                compare_part(
                    self.revision.unwrap_or_default().as_bytes(),
                    other.revision.unwrap_or_default().as_bytes(),
                )
            })
    }
}

impl PartialOrd for DebVersion<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Equality in the order: `1.0` equals `1.0-0` and `1.00`.
impl PartialEq for DebVersion<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for DebVersion<'_> {}

/// Checks that `text` is a version (see [`DebVersion::parse`]).
///
/// # Errors
/// [`VersionError`] names the first part that is not allowed.
pub fn validate(text: &str) -> Result<(), VersionError> {
    DebVersion::parse(text).map(|_| ())
}

/// Orders two versions as dpkg does. Total, allocation-free, defined for malformed strings too.
///
/// Equal does not mean identical: `1.0`, `0:1.0`, `1.00` and `1.0-0` are all equal.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (epoch_a, upstream_a, revision_a) = split(a.as_bytes());
    let (epoch_b, upstream_b, revision_b) = split(b.as_bytes());
    compare_number(epoch_a, epoch_b)
        .then_with(|| compare_part(upstream_a, upstream_b))
        .then_with(|| compare_part(revision_a, revision_b))
}

/// Bytes whose plain order is exactly [`compare`]: `compare(a, b) == sort_key(a).cmp(&sort_key(b))`.
///
/// Every part is written as pairs (non-digits, number). Non-digits map to one byte each, with `~`
/// below and everything else above the mark that ends them; a number is its length, then its
/// digits without leading zeros.
#[must_use]
pub fn sort_key(version: &str) -> Vec<u8> {
    let (epoch, upstream, revision) = split(version.as_bytes());
    let mut key = Vec::with_capacity(version.len() + 16);
    push_number(&mut key, epoch);
    push_part(&mut key, upstream);
    push_part(&mut key, revision);
    key
}

fn parse_epoch(epoch: &str) -> Result<u32, VersionError> {
    if epoch.is_empty() || !epoch.bytes().all(|b| b.is_ascii_digit()) {
        return Err(VersionError::BadEpoch);
    }
    match epoch.parse::<u32>() {
        Ok(epoch) if i32::try_from(epoch).is_ok() => Ok(epoch),
        _ => Err(VersionError::BadEpoch),
    }
}

fn check_characters(part: &str, extra: &str) -> Result<(), VersionError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || extra.as_bytes().contains(&b);
    if part.bytes().all(allowed) {
        return Ok(());
    }
    let bad = part.chars().find(|c| !u8::try_from(*c).is_ok_and(allowed));
    Err(VersionError::BadCharacter(bad.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// Epoch digits, upstream, revision. A prefix that is no number is no epoch.
fn split(version: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let digits = version.iter().take_while(|b| b.is_ascii_digit()).count();
    let (epoch, rest) = match version.split_at(digits) {
        (epoch, [b':', rest @ ..]) if digits > 0 => (epoch, rest),
        _ => (&[][..], version),
    };
    match rest.iter().rposition(|&b| b == b'-') {
        Some(at) => (epoch, rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
        None => (epoch, rest, &[]),
    }
}

/// dpkg's `verrevcmp`: non-digits by [`weight`], then digits by value, until one differs.
fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (first_a, first_b) = (a.first().copied(), b.first().copied());
            let more = |c: Option<u8>| c.is_some_and(|c| !c.is_ascii_digit());
            if !more(first_a) && !more(first_b) {
                break;
            }
            match weight(first_a).cmp(&weight(first_b)) {
                Ordering::Equal => {
                    a = a.get(1..).unwrap_or_default();
                    b = b.get(1..).unwrap_or_default();
                }
                different => return different,
            }
        }
        let (number_a, rest_a) = split_digits(a);
        let (number_b, rest_b) = split_digits(b);
        match compare_number(number_a, number_b) {
            Ordering::Equal => (a, b) = (rest_a, rest_b),
            different => return different,
        }
    }
    Ordering::Equal
}

/// The order of one character: `~` before the end of the part, letters before everything else.
fn weight(c: Option<u8>) -> i32 {
    match c {
        None => 0,
        Some(c) if c.is_ascii_digit() => 0,
        Some(b'~') => -1,
        Some(c) if c.is_ascii_alphabetic() => i32::from(c),
        Some(c) => i32::from(c) + 256,
    }
}

fn split_digits(part: &[u8]) -> (&[u8], &[u8]) {
    part.split_at(part.iter().take_while(|b| b.is_ascii_digit()).count())
}

/// Numbers of any length: without leading zeros the longer is larger.
fn compare_number(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (strip_zeros(a), strip_zeros(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

/// Ends a run of non-digits, and a part. `~` is below it, every other character above.
const KEY_END: u8 = 0x02;

fn push_part(key: &mut Vec<u8>, mut part: &[u8]) {
    // The first pair is always written, so that `""`, `"0"` and `"00"` share one key. Later pairs
    // start with a non-digit, which differs from KEY_END, so one KEY_END closes the part.
    loop {
        let text = part.iter().take_while(|b| !b.is_ascii_digit()).count();
        let (non_digits, rest) = part.split_at(text);
        for &c in non_digits {
            match c {
                b'~' => key.push(0x01),
                c if c.is_ascii_alphabetic() => key.push(c),
                c if c < 0x7f => key.push(c | 0x80),
                c => key.extend([0xff, c]),
            }
        }
        key.push(KEY_END);
        let (number, rest) = split_digits(rest);
        push_number(key, number);
        if rest.is_empty() {
            key.push(KEY_END);
            return;
        }
        part = rest;
    }
}

fn push_number(key: &mut Vec<u8>, digits: &[u8]) {
    let digits = strip_zeros(digits);
    let mut length = digits.len();
    while length >= 255 {
        key.push(255);
        length -= 255;
    }
    key.push(u8::try_from(length).unwrap_or(254)); // below 255 after the loop
    key.extend_from_slice(digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// In ascending order; neighbours differ. From the policy manual and dpkg's own test suite.
    const ASCENDING: &[&str] = &[
        "~~",
        "~~a",
        "~",
        "0.9",
        "1.0~beta1~svc",
        "1.0~beta1",
        "1.0~rc1-1",
        "1.0",
        "1.0-0a",
        "1.0-1~bpo12+1",
        "1.0-1",
        "1.0-1a",
        "1.0-1a.1",
        "1.0-1+b1",
        "1.0-1+deb12u1",
        "1.0-1.1",
        "1.0-10",
        "1.0a-1",
        "1.0+dfsg-1",
        "1.0.1",
        "1.2.3",
        "1.10",
        "2.0~",
        "2.0",
        "2.0-1",
        "1:0.1",
        "1:1.0:1-1",
        "2:0",
        "10:0",
    ];

    #[test]
    fn order_of_known_versions() {
        for (i, a) in ASCENDING.iter().enumerate() {
            for (j, b) in ASCENDING.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} against {b}");
                assert_eq!(compare(a, b), sort_key(a).cmp(&sort_key(b)), "{a} against {b}");
            }
        }
    }

    #[test]
    fn equal_but_not_identical() {
        for (a, b) in [
            ("1.0", "0:1.0"),
            ("1.0", "1.0-0"),
            ("1.0", "1.00"),
            ("1.0-", "1.0"),
            ("01:1", "1:1"),
            ("1.0-00", "1.0"),
            ("0", ""),
            ("1.2.003", "1.2.3"),
        ] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} against {b}");
            assert_eq!(sort_key(a), sort_key(b), "{a} against {b}");
        }
    }

    #[test]
    fn numbers_have_no_width() {
        let long = |n: usize, d: char| std::iter::repeat_n(d, n).collect::<String>();
        for n in [254, 255, 256, 510, 600] {
            assert_eq!(compare(&long(n, '9'), &long(n + 1, '1')), Ordering::Less);
            assert!(sort_key(&long(n, '9')) < sort_key(&long(n + 1, '1')));
        }
    }

    #[test]
    fn parts_are_validated() {
        let v = DebVersion::parse("2:1.0-rc1-3+deb12u1").unwrap();
        assert_eq!((v.epoch, v.upstream, v.revision), (2, "1.0-rc1", Some("3+deb12u1")));
        assert_eq!(DebVersion::parse("1.0").unwrap(), DebVersion::parse("0:1.00-0").unwrap());
        for (text, error) in [
            ("", VersionError::Empty),
            (":1", VersionError::BadEpoch),
            ("a:1", VersionError::BadEpoch),
            ("2147483648:1", VersionError::BadEpoch),
            ("1:", VersionError::EmptyUpstream),
            ("-1", VersionError::EmptyUpstream),
            ("a1", VersionError::UpstreamStart),
            ("1.0-", VersionError::EmptyRevision),
            ("1.0_1", VersionError::BadCharacter('_')),
            ("1.0-1:2", VersionError::BadEpoch),
            ("1 2", VersionError::BadCharacter(' ')),
            ("1é", VersionError::BadCharacter('é')),
        ] {
            assert_eq!(validate(text), Err(error), "{text}");
        }
        assert_eq!(validate(&"1".repeat(MAX_VERSION_LEN + 1)), Err(VersionError::TooLong));
    }

    /// Few characters, so that versions collide often.
    fn version() -> impl Strategy<Value = String> {
        "([0-2]{1,2}:)?[0-9][0-2a-bA+.~]{0,6}(-[0-1a~+.]{1,4})?"
    }

    proptest! {
        #[test]
        fn key_has_the_same_order(a in version(), b in version()) {
            prop_assert_eq!(compare(&a, &b), sort_key(&a).cmp(&sort_key(&b)), "{} {}", a, b);
        }

        #[test]
        fn key_has_the_same_order_for_any_text(a in "[0~a:+-]{0,5}|.{0,8}", b in "[0~a:+-]{0,5}|.{0,8}") {
            prop_assert_eq!(compare(&a, &b), sort_key(&a).cmp(&sort_key(&b)), "{} {}", a, b);
        }

        #[test]
        fn order_is_antisymmetric_and_transitive(a in version(), b in version(), c in version()) {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }

        #[test]
        fn parsed_and_textual_order_agree(a in version(), b in version()) {
            if let (Ok(x), Ok(y)) = (DebVersion::parse(&a), DebVersion::parse(&b)) {
                prop_assert_eq!(x.cmp(&y), compare(&a, &b));
            }
        }
    }

    /// dpkg itself as the judge: one shell runs all comparisons.
    #[test]
    fn agrees_with_dpkg() {
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        use std::io::Write;
        use std::process::{Command, Stdio};

        if !std::path::Path::new("/usr/bin/dpkg").exists() {
            eprintln!("SKIPPED: /usr/bin/dpkg is not here, version order is not checked against it");
            return;
        }
        let mut runner = TestRunner::deterministic();
        let mut pairs = Vec::new();
        while pairs.len() < 150 {
            let mut draw = || version().new_tree(&mut runner).unwrap().current();
            let (a, b) = (draw(), draw());
            if validate(&a).is_ok() && validate(&b).is_ok() {
                pairs.push((a, b));
            }
        }
        for window in ASCENDING.windows(2) {
            if validate(window[0]).is_ok() && validate(window[1]).is_ok() {
                pairs.push((window[0].to_owned(), window[1].to_owned()));
            }
        }
        let script = "while read -r a b; do \
            if dpkg --compare-versions \"$a\" lt \"$b\"; then echo Less; \
            elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo Equal; \
            else echo Greater; fi; done";
        let mut shell =
            Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = shell.stdin.take().unwrap();
        for (a, b) in &pairs {
            writeln!(input, "{a} {b}").unwrap();
        }
        drop(input);
        let output = shell.wait_with_output().unwrap();
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers.lines().count(), pairs.len());
        for ((a, b), answer) in pairs.iter().zip(answers.lines()) {
            assert_eq!(format!("{:?}", compare(a, b)), answer, "{a} against {b}");
        }
    }
}
