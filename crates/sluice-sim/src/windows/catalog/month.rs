//! Months of publication: the second Tuesdays, about.

use std::fmt;

/// A month, counted from January of the year 2000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(pub u32);

impl Month {
    /// The newest of a catalog: September 2026, before the day of the figures.
    pub(super) const NEWEST: Self = Self(26 * 12 + 8);

    /// So many months before the newest.
    pub(super) fn before_newest(months: usize) -> Self {
        Self(Self::NEWEST.0.saturating_sub(u32::try_from(months).unwrap_or(u32::MAX)))
    }

    /// `YYYY-MM`, as titles have it.
    pub(super) fn title(self) -> String {
        format!("{}-{:02}", 2000 + self.0 / 12, self.0 % 12 + 1)
    }

    /// A date of publication in it; updates of a month differ in minutes.
    pub(super) fn date(self, minute: usize) -> Published {
        Published { month: self, minute: minute % 1440 }
    }
}

/// When something was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    month: Month,
    minute: usize,
}

impl Published {
    /// The month.
    pub(super) fn month(self) -> Month {
        self.month
    }

    /// Only the date.
    pub(super) fn day(self) -> String {
        format!("{}-{:02}", self.month.title(), 8 + self.month.0 % 7)
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}:00Z", self.day(), self.minute / 60, self.minute % 60)
    }
}
