//! Driver metadata ([MS-WUSP] 3.1.1, Driver Table and the tables after it; schema in note 42).

use std::borrow::Cow;

use jiff::civil::Date;
use uuid::Uuid;

use super::super::error::UpdateError;
use super::super::limits::MAX_LOCALIZED;
use super::super::rules::Version;
use super::super::time::date;
use super::super::xml::{Cursor, Tag, parse, unescape};

/// What a driver is for and how it ranks: one `WindowsDriverMetaData` element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriverMetadata<'a> {
    /// The hardware id or compatible id it matches; compared without case.
    pub hardware_id: Cow<'a, str>,
    /// Date of the driver.
    pub date: Option<Date>,
    /// Version of the driver.
    pub version: Version,
    /// Number of its submission for certification; higher is newer.
    pub whql_driver_id: Option<u32>,
    /// Class, such as `Printers`.
    pub class: Cow<'a, str>,
    /// Who signed it.
    pub company: Cow<'a, str>,
    /// Who provides it.
    pub provider: Cow<'a, str>,
    /// Who made it.
    pub manufacturer: Cow<'a, str>,
    /// The device it is for.
    pub model: Cow<'a, str>,
    /// Providers whose printer drivers it may replace.
    pub compatible_providers: Vec<Cow<'a, str>>,
    /// How well it fits, per operating system.
    pub feature_scores: Vec<FeatureScore<'a>>,
    /// The computers it is offered to at all; empty: any.
    pub distribution_computers: Vec<Uuid>,
    /// The computers its package names; empty: any.
    pub target_computers: Vec<Uuid>,
}

/// How well a driver fits on one operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureScore<'a> {
    /// `[Arch].[OSMajorVersion].[OSMinorVersion]`, such as `AMD64.10.0`.
    pub operating_system: Cow<'a, str>,
    /// 0 to 255; lower is better.
    pub score: u8,
}

impl<'a> DriverMetadata<'a> {
    /// Reads a `WindowsDriverMetaData` element of a document or (with the prefix `d.` in names) of a fragment.
    pub(in super::super) fn parse(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Self, UpdateError> {
        let mut found = DriverMetadata::default();
        let mut has_hardware_id = false;
        for (attribute, raw) in tag.attributes() {
            match attribute {
                "HardwareID" => {
                    found.hardware_id = unescape(raw);
                    has_hardware_id = true;
                }
                "DriverVerDate" => found.date = date(&unescape(raw)),
                "DriverVerVersion" => found.version = parse(raw).unwrap_or_default(),
                "WhqlDriverID" => found.whql_driver_id = parse(raw),
                "Class" => found.class = unescape(raw),
                "Company" => found.company = unescape(raw),
                "Provider" => found.provider = unescape(raw),
                "Manufacturer" => found.manufacturer = unescape(raw),
                "Model" => found.model = unescape(raw),
                _ => {}
            }
        }
        if !has_hardware_id {
            return Err(UpdateError::Missing { what: "WindowsDriverMetaData/@HardwareID", position: tag.start });
        }
        let mut children = 0;
        while let Some(child) = cursor.child(tag)? {
            if children == MAX_LOCALIZED {
                return Err(UpdateError::TooMany {
                    what: "parts of driver metadata",
                    limit: MAX_LOCALIZED,
                    position: child.start,
                });
            }
            children += 1;
            match child.local.strip_prefix("d.").unwrap_or(child.local) {
                "CompatibleProvider" => found.compatible_providers.push(cursor.text(&child)?),
                "FeatureScore" => {
                    let score = child.raw("FeatureScore").and_then(|score| u8::from_str_radix(score.trim(), 16).ok());
                    if let Some(score) = score {
                        let operating_system = child.text("OperatingSystem").unwrap_or_default();
                        found.feature_scores.push(FeatureScore { operating_system, score });
                    }
                    cursor.pass(&child)?;
                }
                "DistributionComputerHardwareId" => {
                    found.distribution_computers.extend(Uuid::try_parse(cursor.text(&child)?.trim()));
                }
                "TargetComputerHardwareId" => {
                    found.target_computers.extend(Uuid::try_parse(cursor.text(&child)?.trim()));
                }
                _ => {
                    cursor.pass(&child)?;
                }
            }
        }
        Ok(found)
    }

    /// The same, on its own.
    #[must_use]
    pub fn into_owned(self) -> DriverMetadata<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        DriverMetadata {
            hardware_id: owned(self.hardware_id),
            date: self.date,
            version: self.version,
            whql_driver_id: self.whql_driver_id,
            class: owned(self.class),
            company: owned(self.company),
            provider: owned(self.provider),
            manufacturer: owned(self.manufacturer),
            model: owned(self.model),
            compatible_providers: self.compatible_providers.into_iter().map(owned).collect(),
            feature_scores: self
                .feature_scores
                .into_iter()
                .map(|score| FeatureScore { operating_system: owned(score.operating_system), score: score.score })
                .collect(),
            distribution_computers: self.distribution_computers,
            target_computers: self.target_computers,
        }
    }
}
