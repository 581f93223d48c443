//! The simple types of XML Schema that the messages use.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use uuid::Uuid;

/// Base64 as lenient as .NET's: padding and trailing bits do not matter when reading.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A type that the text of an element may hold.
pub trait Value: Sized {
    /// Name of the type, for errors.
    const KIND: &'static str;

    /// Reads the text, which is trimmed and not empty. `None` if it is not of this type.
    fn parse(text: &str) -> Option<Self>;
}

macro_rules! integer {
    ($($kind:ty => $name:literal),*) => {$(
        impl Value for $kind {
            const KIND: &'static str = $name;

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

integer!(i32 => "int", i64 => "long", u8 => "unsignedByte", u32 => "unsignedInt");

impl Value for bool {
    const KIND: &'static str = "boolean";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "1" => Some(true),
            "0" => Some(false),
            _ if text.eq_ignore_ascii_case("true") => Some(true),
            _ if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

/// With 0 to 9 digits of fraction; without a zone it is taken as UTC, and a date as its midnight (both are seen).
impl Value for Timestamp {
    const KIND: &'static str = "dateTime";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| {
            let local: DateTime = text.parse().ok()?;
            Offset::UTC.to_timestamp(local).ok()
        })
    }
}

/// A date; the time of a dateTime is dropped.
impl Value for Date {
    const KIND: &'static str = "date";

    fn parse(text: &str) -> Option<Self> {
        Timestamp::parse(text).map(|time| Offset::UTC.to_datetime(time).date())
    }
}

impl Value for Uuid {
    const KIND: &'static str = "guid";

    fn parse(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

impl Value for Vec<u8> {
    const KIND: &'static str = "base64Binary";

    fn parse(text: &str) -> Option<Self> {
        // White space between is rare.
        BASE64.decode(text).ok().or_else(|| {
            let is_broken = text.bytes().any(|byte| byte.is_ascii_whitespace());
            is_broken.then(|| BASE64.decode(text.split_ascii_whitespace().collect::<String>()).ok())?
        })
    }
}

/// Bytes as the text of a base64Binary.
#[must_use]
pub fn encode_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// `time` as .NET writes a dateTime: UTC with `Z`, up to 7 digits of fraction without trailing zeros.
#[must_use]
pub fn format_date_time(time: Timestamp) -> String {
    let time = Offset::UTC.to_datetime(time);
    let mut text = String::with_capacity(28);
    if time.year() < 0 {
        text.push('-');
    }
    // Every answer has one, so this is written out.
    let mut push = |value: u32, digits: u32, before: &str| {
        text.push_str(before);
        for place in (0..digits).rev() {
            let digit = value / 10_u32.pow(place) % 10;
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    };
    push(u32::from(time.year().unsigned_abs()), 4, "");
    push(u32::from(time.month().unsigned_abs()), 2, "-");
    push(u32::from(time.day().unsigned_abs()), 2, "-");
    push(u32::from(time.hour().unsigned_abs()), 2, "T");
    push(u32::from(time.minute().unsigned_abs()), 2, ":");
    push(u32::from(time.second().unsigned_abs()), 2, ":");
    let ticks = time.subsec_nanosecond() / 100;
    if ticks != 0 {
        text.push_str(format!(".{ticks:07}").trim_end_matches('0'));
    }
    text.push('Z');
    text
}
