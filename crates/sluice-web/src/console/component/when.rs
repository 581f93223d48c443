//! Moments and durations.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::console::text::Common;

/// A moment: how long ago for reading, the exact time for machines and on pointing at it.
#[derive(Template)]
#[template(path = "components/when.html")]
pub struct When {
    iso: String,
    exact: String,
    relative: String,
}

super::escapes_itself!(When);

impl When {
    /// Relative to the time the page is made.
    pub fn new(t: &Common, at: Timestamp, now: Timestamp) -> Self {
        let distance = at.duration_since(now);
        let relative = match distance.as_secs() {
            -9..=0 => t.just_now.to_string(),
            1..=9 => t.in_moments.to_string(),
            ..=-10 => t.ago.with(duration(t, distance.abs())),
            _ => t.from_now.with(duration(t, distance)),
        };
        Self { iso: at.to_string(), exact: at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(), relative }
    }

    /// The words people read.
    pub fn relative(&self) -> &str {
        &self.relative
    }
}

/// A length of time in its largest unit: `3 minutes`.
pub fn duration(t: &Common, length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0).unsigned_abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match days {
        0 if hours > 0 => t.hours.count(hours),
        0 if minutes > 0 => t.minutes.count(minutes),
        0 if seconds == 0 => t.under_a_second.to_string(),
        0 => t.seconds.count(seconds),
        1..=59 => t.days.count(days),
        60..=729 => t.months.count(days / 30),
        _ => t.years.count(days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::ENGLISH;

    #[test]
    fn moments_read_well() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let at = |seconds: i64| {
            let at = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
            When::new(&ENGLISH.common, at, now).relative
        };
        assert_eq!(at(-3), "just now");
        assert_eq!(at(-61), "1 minute ago");
        assert_eq!(at(-7200), "2 hours ago");
        assert_eq!(at(-86_400 * 45), "45 days ago");
        assert_eq!(at(-86_400 * 800), "2 years ago");
        assert_eq!(at(5), "in a moment");
        assert_eq!(at(90_000), "in 1 day");
    }
}
