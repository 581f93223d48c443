//! Dates of XML Schema, as lenient as documents need.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A date and time; without an offset it is UTC, as servers write both.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// A date, with or without a time behind it.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.split_once('T').map_or(text, |(date, _)| date).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_time() {
        assert_eq!(timestamp("2004-05-15T05:50:01.611Z").unwrap().to_string(), "2004-05-15T05:50:01.611Z");
        assert_eq!(timestamp(" 2024-01-01T00:00:00.000").unwrap().to_string(), "2024-01-01T00:00:00Z");
        assert_eq!(timestamp("yesterday"), None);
        assert_eq!(date("2020-01-02"), date("2020-01-02T03:04:05Z"));
    }
}
