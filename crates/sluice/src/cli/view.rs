//! How text is laid out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::terminal::Terminal;

/// How text is laid out.
#[derive(Clone, Debug)]
pub struct View {
    /// Columns there are; `None`: as many as it takes, nothing is cut.
    pub columns: Option<usize>,
    /// Colours are welcome.
    pub colour: bool,
    /// Progress may rewrite the last line of standard error.
    pub live: bool,
    /// Zone of the times that are shown.
    pub zone: TimeZone,
    /// The present moment.
    pub now: Timestamp,
}

/// The meaning of a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// None.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Needs attention.
    Warn,
    /// Wrong.
    Bad,
    /// A heading.
    Head,
}

impl View {
    pub(super) fn of(terminal: &Terminal) -> Self {
        Self {
            columns: terminal.columns,
            colour: terminal.colour,
            live: terminal.error_terminal,
            zone: terminal.zone.clone(),
            now: terminal.now,
        }
    }

    /// The text in the colour of its meaning (ECMA-48 SGR).
    #[must_use]
    pub fn paint(&self, text: &str, style: Style) -> String {
        let code = match style {
            _ if !self.colour => return text.to_owned(),
            Style::Plain => return text.to_owned(),
            Style::Good => "32",
            Style::Warn => "33",
            Style::Bad => "31",
            Style::Head => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A time to the minute.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A day.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string()
    }

    /// A time to the minute, or a dash.
    #[must_use]
    pub fn time_or_dash(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "-".to_owned(), |at| self.time(at))
    }

    /// A view for tests: no terminal, UTC.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self { columns: None, colour: false, live: false, zone: TimeZone::UTC, now: Timestamp::UNIX_EPOCH }
    }
}

/// A text from outside as a terminal may get it: on one line, without control characters.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Many lines from outside as a terminal may get them.
#[must_use]
pub fn clean_lines(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A size in bytes for people.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut rest = 0;
    let mut unit = None;
    for name in UNITS {
        if value < 1000 {
            break;
        }
        rest = value % 1000 / 100;
        value /= 1000;
        unit = Some(name);
    }
    unit.map_or_else(|| format!("{bytes} B"), |unit| format!("{value}.{rest} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_texts() {
        assert_eq!([0, 999, 1_000, 45_678, 9_876_543_210].map(size), ["0 B", "999 B", "1.0 kB", "45.6 kB", "9.8 GB"]);
        assert_eq!(clean("a\u{1b}[31m\n"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(clean_lines("a\nb\r"), "a\nb\u{fffd}");
        assert_eq!(View::plain().time(Timestamp::UNIX_EPOCH), "1970-01-01 00:00");
    }
}
