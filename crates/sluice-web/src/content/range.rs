//! The `Range` header (RFC 9110 section 14), as far as update agents use it: one range of bytes.

/// The part of a file that is asked for: first byte and number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) first: u64,
    pub(super) len: u64,
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// The whole file: there is no such header, or one that we need not understand (several ranges,
    /// other units).
    Whole,
    /// One part.
    Part(Part),
    /// Nothing of the file.
    NotSatisfiable,
}

/// Reads the header for a file of `len` bytes.
pub(super) fn read(header: Option<&str>, len: u64) -> Range {
    let Some(header) = header else { return Range::Whole };
    let Some((unit, ranges)) = header.split_once('=') else { return Range::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || ranges.contains(',') {
        return Range::Whole;
    }
    let Some((first, last)) = ranges.trim().split_once('-') else { return Range::Whole };
    let number = |text: &str| if text.is_empty() { Some(None) } else { digits(text).map(Some) };
    let (Some(first), Some(last)) = (number(first.trim()), number(last.trim())) else { return Range::Whole };
    match (first, last) {
        (None, None) => Range::Whole,
        (None, Some(suffix)) => match suffix.min(len) {
            0 => Range::NotSatisfiable,
            suffix => Range::Part(Part { first: len - suffix, len: suffix }),
        },
        (Some(first), Some(last)) if last < first => Range::Whole,
        (Some(first), _) if first >= len => Range::NotSatisfiable,
        (Some(first), last) => {
            let last = last.unwrap_or(u64::MAX).min(len - 1);
            Range::Part(Part { first, len: last - first + 1 })
        }
    }
}

fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for any file is beyond the end of this one.
        Some(text.parse().unwrap_or(u64::MAX))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_as_the_standard_says() {
        let part = |first, len| Range::Part(Part { first, len });
        for (header, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=0-1048575", part(0, 1000)),
            ("bytes=999-999", part(999, 1)),
            ("bytes=10-", part(10, 990)),
            ("bytes=-10", part(990, 10)),
            ("bytes=-5000", part(0, 1000)),
            ("Bytes = 1-2", part(1, 2)),
            ("bytes=0-99999999999999999999999", part(0, 1000)),
            ("bytes=1000-", Range::NotSatisfiable),
            ("bytes=99999999999999999999999-", Range::NotSatisfiable),
            ("bytes=-0", Range::NotSatisfiable),
            ("bytes=2-1", Range::Whole),
            ("bytes=0-1,3-4", Range::Whole),
            ("bytes=-", Range::Whole),
            ("bytes=+1-2", Range::Whole),
            ("items=0-1", Range::Whole),
            ("0-1", Range::Whole),
        ] {
            assert_eq!(read(Some(header), 1000), expected, "{header}");
        }
        assert_eq!(read(None, 1000), Range::Whole);
        assert_eq!(read(Some("bytes=0-0"), 0), Range::NotSatisfiable);
    }
}
