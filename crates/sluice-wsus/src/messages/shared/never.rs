//! Times that stand for never. The contract makes them mandatory, so real servers write the first or the last time
//! that they can say (protocols.md §6.1, §7).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::soap::{Element, Reader, SoapError, Value, XmlWriter};

/// What servers write for a time in the past that never was: the first time of SQL Server. Without zone, like .NET's.
const NEVER_WAS: &str = "1753-01-01T00:00:00";

/// What servers write for a time that never comes: the last time of .NET. It is too late for a [`Timestamp`].
pub(super) const NEVER_COMES: &str = "9999-12-31T23:59:59.9999999";

/// Years up to this one are never: nothing of this protocol is older than 1753, the other spelling is `0001-01-01`.
const NEVER_UNTIL: i16 = 1753;

/// A time, where some stand for never.
struct Time(Option<Timestamp>);

impl Value for Time {
    const KIND: &'static str = Timestamp::KIND;

    fn parse(text: &str) -> Option<Self> {
        if let Some(time) = Timestamp::parse(text) {
            let year = Offset::UTC.to_datetime(time).year();
            return Some(Self((year > NEVER_UNTIL && year < 9999).then_some(time)));
        }
        // The last days of 9999 are times, but no timestamps: those leave room for every zone.
        let local = text.trim_end_matches('Z').parse::<DateTime>();
        local.ok().filter(|time| time.year() == 9999).map(|_| Self(None))
    }
}

/// Reads the time that the current element is; `None` if it stands for never, or the element is empty or nil.
///
/// # Errors
/// [`SoapError::Value`] if it is no time.
pub fn read_time<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Option<Timestamp>, SoapError> {
    Ok(reader.value::<Time>(element)?.and_then(|time| time.0))
}

/// Reads the time in an attribute; `None` if it stands for never, or the attribute is absent or empty.
///
/// # Errors
/// [`SoapError::Value`] if it is no time.
pub fn read_time_attribute(element: &Element<'_>, name: &str) -> Result<Option<Timestamp>, SoapError> {
    Ok(element.attribute::<Time>(name)?.and_then(|time| time.0))
}

/// Writes an element with a time in the past, or with the one that stands for never.
pub fn write_past(name: &str, time: Option<Timestamp>, out: &mut XmlWriter) {
    match time {
        Some(time) => out.date_time(name, time),
        None => out.text(name, NEVER_WAS),
    }
}

/// A time in the past for an attribute.
#[must_use]
pub fn past_attribute(time: Option<Timestamp>) -> String {
    time.map_or_else(|| NEVER_WAS.to_owned(), crate::soap::format_date_time)
}

/// Writes an element with a time in the future, or with the one that stands for never.
pub fn write_future(name: &str, time: Option<Timestamp>, out: &mut XmlWriter) {
    match time {
        Some(time) => out.date_time(name, time),
        None => out.text(name, NEVER_COMES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_never_is_none() {
        for never in [
            NEVER_WAS,
            NEVER_COMES,
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "1753-01-01T00:00:00.0000000Z",
            "9999-12-31T23:59:59.9999999Z",
            "9999-12-31T00:00:00",
            "9999-12-30T21:00:00Z",
        ] {
            assert_eq!(Time::parse(never).map(|time| time.0), Some(None), "{never}");
        }
    }

    #[test]
    fn other_times_are_times_and_the_rest_is_refused() {
        let time = |text: &str| Time::parse(text).map(|time| time.0.unwrap().to_string());
        assert_eq!(time("2026-11-01T02:00:00.5").as_deref(), Some("2026-11-01T02:00:00.5Z"));
        assert_eq!(time("1754-01-01T00:00:00Z").as_deref(), Some("1754-01-01T00:00:00Z"));
        assert_eq!(time("2026-11-01T02:00:00+02:00").as_deref(), Some("2026-11-01T00:00:00Z"));
        for wrong in ["", "never", "9999-13-01T00:00:00", "10000-01-01T00:00:00"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
