//! Sources as the store keeps them: JSON of types of their own.

use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sluice_model::Schedule;

use super::upstream_row::UpstreamRow;
use super::{AptKeyring, AptSource, SourceConfig, SourceKind};
use crate::error::{SiteError, SiteResult};

#[derive(Serialize, Deserialize)]
struct AptRow {
    uri: String,
    suite: String,
    components: Vec<String>,
    architectures: Vec<String>,
    keyring_files: Vec<String>,
    keyring_inline: Option<String>,
    fingerprints: Vec<String>,
    check_valid_until: bool,
    check_date: bool,
    by_hash: bool,
    proxy: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum ScheduleRow {
    Manual,
    Every { seconds: i64 },
    Daily { at: Time, zone: String },
    Weekly { day: i8, at: Time, zone: String },
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SiteError {
    SiteError::internal("reading a source from the store", error)
}

/// The spelling of a sort in the store.
pub(super) fn kind_text(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Apt => "apt",
        SourceKind::CatalogFile => "catalog-file",
        SourceKind::Upstream => "upstream",
    }
}

pub(super) fn kind(text: &str) -> SiteResult<SourceKind> {
    let found = [SourceKind::Apt, SourceKind::CatalogFile, SourceKind::Upstream]
        .into_iter()
        .find(|kind| kind_text(*kind) == text);
    found.ok_or_else(|| unreadable(format!("unknown kind {text:?}")))
}

pub(super) fn config(kind_of: &str, text: &str) -> SiteResult<SourceConfig> {
    Ok(match kind(kind_of)? {
        SourceKind::Apt => SourceConfig::Apt(apt(text)?),
        SourceKind::CatalogFile => SourceConfig::CatalogFile,
        SourceKind::Upstream => {
            let row: UpstreamRow = serde_json::from_str(text).map_err(unreadable)?;
            SourceConfig::Upstream(Box::new(row.into()))
        }
    })
}

fn apt(text: &str) -> SiteResult<AptSource> {
    let row: AptRow = serde_json::from_str(text).map_err(unreadable)?;
    Ok(AptSource {
        uri: row.uri,
        suite: row.suite,
        components: row.components,
        architectures: row.architectures,
        keyring: row.keyring_inline.map_or(AptKeyring::Files(row.keyring_files), AptKeyring::Inline),
        fingerprints: row.fingerprints,
        check_valid_until: row.check_valid_until,
        check_date: row.check_date,
        by_hash: row.by_hash,
        proxy: row.proxy,
    })
}

pub(super) fn config_text(config: &SourceConfig) -> SiteResult<String> {
    let text = match config {
        SourceConfig::Apt(source) => serde_json::to_string(&apt_row(source)),
        SourceConfig::Upstream(source) => serde_json::to_string(&UpstreamRow::from(&**source)),
        SourceConfig::CatalogFile => Ok("{}".to_owned()),
    };
    text.map_err(|e| SiteError::internal("writing a source", e))
}

fn apt_row(source: &AptSource) -> AptRow {
    let (keyring_files, keyring_inline) = match &source.keyring {
        AptKeyring::Files(files) => (files.clone(), None),
        AptKeyring::Inline(block) => (Vec::new(), Some(block.clone())),
    };
    AptRow {
        uri: source.uri.trim_end_matches('/').to_owned(),
        suite: source.suite.clone(),
        components: source.components.clone(),
        architectures: source.architectures.clone(),
        keyring_files,
        keyring_inline,
        fingerprints: source.fingerprints.clone(),
        check_valid_until: source.check_valid_until,
        check_date: source.check_date,
        by_hash: source.by_hash,
        proxy: source.proxy.clone(),
    }
}

pub(super) fn schedule(text: &str) -> SiteResult<Schedule> {
    let zone = |name: &str| TimeZone::get(name).map_err(unreadable);
    Ok(match serde_json::from_str(text).map_err(unreadable)? {
        ScheduleRow::Manual => Schedule::Manual,
        ScheduleRow::Every { seconds } => Schedule::Every(SignedDuration::from_secs(seconds)),
        ScheduleRow::Daily { at, zone: name } => Schedule::Daily { at, zone: zone(&name)? },
        ScheduleRow::Weekly { day, at, zone: name } => {
            Schedule::Weekly { day: Weekday::from_monday_one_offset(day).map_err(unreadable)?, at, zone: zone(&name)? }
        }
    })
}

pub(super) fn schedule_text(schedule: &Schedule) -> SiteResult<String> {
    let name = |zone: &TimeZone| {
        let name = zone.iana_name().map(str::to_owned);
        name.ok_or_else(|| {
            SiteError::invalid("schedule", "the time zone has no name", "Give a name such as Europe/Amsterdam.")
        })
    };
    let row = match schedule {
        Schedule::Manual => ScheduleRow::Manual,
        Schedule::Every(every) => ScheduleRow::Every { seconds: every.as_secs() },
        Schedule::Daily { at, zone } => ScheduleRow::Daily { at: *at, zone: name(zone)? },
        Schedule::Weekly { day, at, zone } => {
            ScheduleRow::Weekly { day: day.to_monday_one_offset(), at: *at, zone: name(zone)? }
        }
    };
    serde_json::to_string(&row).map_err(|e| SiteError::internal("writing a schedule", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_two_way() {
        let at = jiff::civil::time(3, 0, 0, 0);
        for schedule_ in [
            Schedule::Manual,
            Schedule::Every(SignedDuration::from_hours(6)),
            Schedule::Daily { at, zone: TimeZone::UTC },
            Schedule::Weekly { day: Weekday::Tuesday, at, zone: TimeZone::UTC },
        ] {
            assert_eq!(schedule(&schedule_text(&schedule_).unwrap()).unwrap(), schedule_);
        }
    }
}
