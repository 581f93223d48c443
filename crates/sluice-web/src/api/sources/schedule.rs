//! Schedules.

use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Problem, echo};

/// When recurring work is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// Only when somebody asks.
    Manual {},
    /// Every so often.
    Every {
        /// Minutes, at least 15.
        minutes: u32,
    },
    /// Every day.
    Daily {
        /// Local time: `03:30`.
        at: String,
        /// IANA zone of the local time: `Europe/Amsterdam`.
        zone: String,
    },
    /// Once a week.
    Weekly {
        /// The day.
        day: Day,
        /// Local time: `03:30`.
        at: String,
        /// IANA zone of the local time.
        zone: String,
    },
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they say themselves")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const DAYS: [(Day, Weekday); 7] = [
    (Day::Monday, Weekday::Monday),
    (Day::Tuesday, Weekday::Tuesday),
    (Day::Wednesday, Weekday::Wednesday),
    (Day::Thursday, Weekday::Thursday),
    (Day::Friday, Weekday::Friday),
    (Day::Saturday, Weekday::Saturday),
    (Day::Sunday, Weekday::Sunday),
];

impl Schedule {
    /// The model's schedule.
    pub(super) fn model(self) -> Result<sluice_model::Schedule, Problem> {
        match self {
            Self::Manual {} => Ok(sluice_model::Schedule::Manual),
            Self::Every { minutes } => sluice_model::Schedule::every(SignedDuration::from_mins(i64::from(minutes)))
                .map_err(|error| Problem::invalid("schedule", error.to_string(), "Choose another interval.")),
            Self::Daily { at, zone } => Ok(sluice_model::Schedule::Daily { at: time(&at)?, zone: named(&zone)? }),
            Self::Weekly { day, at, zone } => {
                let day = DAYS.iter().find(|(ours, _)| *ours == day).map_or(Weekday::Monday, |(_, day)| *day);
                Ok(sluice_model::Schedule::Weekly { day, at: time(&at)?, zone: named(&zone)? })
            }
        }
    }
}

fn time(text: &str) -> Result<Time, Problem> {
    Time::strptime("%H:%M", text).map_err(|_| {
        Problem::invalid("schedule", format!("`{}` is not a time of day", echo(text)), "Write it as `03:30`.")
    })
}

fn named(zone: &str) -> Result<TimeZone, Problem> {
    TimeZone::get(zone).map_err(|_| {
        let fix = "Use a name of the IANA database: `Europe/Amsterdam`, `UTC`.";
        Problem::invalid("schedule", format!("there is no time zone `{}`", echo(zone)), fix)
    })
}

impl From<sluice_model::Schedule> for Schedule {
    fn from(schedule: sluice_model::Schedule) -> Self {
        match schedule {
            sluice_model::Schedule::Manual => Self::Manual {},
            sluice_model::Schedule::Every(interval) => {
                Self::Every { minutes: u32::try_from(interval.as_mins()).unwrap_or(u32::MAX) }
            }
            sluice_model::Schedule::Daily { at, zone } => Self::Daily { at: hour_minute(at), zone: zone_name(&zone) },
            sluice_model::Schedule::Weekly { day, at, zone } => {
                let day = DAYS.iter().find(|(_, theirs)| *theirs == day).map_or(Day::Monday, |(day, _)| *day);
                Self::Weekly { day, at: hour_minute(at), zone: zone_name(&zone) }
            }
        }
    }
}

fn hour_minute(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// Zones come from the IANA database by name, here and in the store.
fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_two_way() {
        for text in [
            r#"{"kind":"manual"}"#,
            r#"{"kind":"every","minutes":60}"#,
            r#"{"kind":"daily","at":"03:30","zone":"UTC"}"#,
            r#"{"kind":"weekly","day":"tuesday","at":"23:05","zone":"UTC"}"#,
        ] {
            let schedule: Schedule = serde_json::from_str(text).unwrap();
            let back = Schedule::from(schedule.model().unwrap());
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let refused = |text: &str| serde_json::from_str::<Schedule>(text).unwrap().model().unwrap_err().detail;
        insta::assert_snapshot!(refused(r#"{"kind":"every","minutes":1}"#), @"the interval must be between 15 minutes and 31 days");
        insta::assert_snapshot!(refused(r#"{"kind":"daily","at":"25:00","zone":"UTC"}"#), @"`25:00` is not a time of day");
        insta::assert_snapshot!(refused(r#"{"kind":"daily","at":"03:00","zone":"Mars"}"#), @"there is no time zone `Mars`");
    }
}
