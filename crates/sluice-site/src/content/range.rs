//! The header `Content-Range` (RFC 9110 §14.4). Nothing but the standard library, because the fuzzer builds this file
//! by itself.

/// First byte, and size of the whole when it is told: `bytes 10-19/100`.
pub(super) fn parse_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let first = range.split_once('-')?.0.trim().parse().ok()?;
    let total = if total == "*" { None } else { Some(total.trim().parse().ok()?) };
    Some((first, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (text, expected) in [
            ("bytes 10-19/100", Some((10, Some(100)))),
            ("bytes 10-19/*", Some((10, None))),
            ("bytes */100", None),
            ("items 10-19/100", None),
            ("bytes 10-19", None),
            ("bytes x-19/100", None),
            ("bytes 1-2/-5", None),
        ] {
            assert_eq!(parse_range(text), expected, "{text}");
        }
    }
}
