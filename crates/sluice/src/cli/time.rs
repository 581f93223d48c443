//! Moments as people give them.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::{Span, Timestamp};

use super::view::View;

/// A moment: `now`, `+2h`, `2026-11-24T03:00` in the local zone, or RFC 3339.
#[derive(Clone, Debug)]
pub enum Moment {
    /// When the command runs.
    Now,
    /// Some time after that.
    After(Span),
    /// A local date and time.
    Local(DateTime),
    /// Exactly then.
    At(Timestamp),
}

/// The text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write `now`, `+2h`, `+3d`, `2026-11-24T03:00` (local time) or `2026-11-24T03:00:00Z`")]
pub struct MomentError;

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if text == "now" {
            return Ok(Self::Now);
        }
        if let Some(span) = text.strip_prefix('+') {
            return span.parse::<Span>().map(Self::After).map_err(|_| MomentError);
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        text.parse::<DateTime>().map(Self::Local).map_err(|_| MomentError)
    }
}

impl Moment {
    /// The exact time.
    ///
    /// # Errors
    /// When it is beyond what dates can say.
    pub fn resolve(&self, view: &View) -> Result<Timestamp, MomentError> {
        let now = view.now.to_zoned(view.zone.clone());
        match self {
            Self::Now => Ok(view.now),
            Self::After(span) => now.checked_add(*span).map(|at| at.timestamp()).map_err(|_| MomentError),
            Self::Local(local) => {
                let zoned = view.zone.to_ambiguous_zoned(*local).compatible();
                zoned.map(|at| at.timestamp()).map_err(|_| MomentError)
            }
            Self::At(at) => Ok(*at),
        }
    }
}

/// A positive length of time of at most some years, in seconds: `1h`, `30d`.
///
/// # Errors
/// Says how to write one.
pub fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || "write a length of time: `30m`, `1h`, `7d`".to_owned();
    let span: Span = text.parse().map_err(|_| wrong())?;
    let total = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    if total < 1.0 || total > f64::from(u32::MAX) {
        return Err(wrong());
    }
    // In range, as just checked; fractions of a second do not matter.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(total as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        let view = View { now: "2026-11-22T10:00:00Z".parse().unwrap(), ..View::plain() };
        let at = |text: &str| text.parse::<Moment>().and_then(|moment| moment.resolve(&view)).map(|at| at.to_string());
        assert_eq!(at("now").unwrap(), "2026-11-22T10:00:00Z");
        assert_eq!(at("+2h").unwrap(), "2026-11-22T12:00:00Z");
        assert_eq!(at("+1d").unwrap(), "2026-11-23T10:00:00Z");
        assert_eq!(at("2026-11-24T03:00").unwrap(), "2026-11-24T03:00:00Z");
        assert_eq!(at("2026-11-24T03:00:00+01:00").unwrap(), "2026-11-24T02:00:00Z");
        assert_eq!(at("tomorrow"), Err(MomentError));
        assert_eq!(at("+soon"), Err(MomentError));
    }

    #[test]
    fn lengths_are_read() {
        assert_eq!(["30m", "1h", "7d"].map(seconds), [Ok(1_800), Ok(3_600), Ok(604_800)]);
        assert!(seconds("-1h").is_err());
        assert!(seconds("0s").is_err());
        assert!(seconds("x").is_err());
    }
}
