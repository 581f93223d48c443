//! The list of devices.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use sluice_model::{ComplianceState, DeviceId, DeviceKind, DeviceNumber, RevisionId, ServerId};

use crate::fleet::{DeviceRow, Fleet};

use super::page::{Cursor, Key, Page, page};

/// Which devices, and in what order.
#[derive(Clone, Debug, Default)]
pub struct DeviceQuery<'a> {
    /// Text in name, identity or operating system, in any case; of Windows devices also in client
    /// id, manufacturer and model. Empty: all.
    pub text: String,
    /// Managed so.
    pub kind: Option<DeviceKind>,
    /// What must hold for them.
    pub filter: Option<DeviceFilter>,
    /// Devices on which an update, by its current revision, has a state.
    pub update: Option<(RevisionId, ComplianceState)>,
    /// Only these, by number.
    pub devices: Option<&'a RoaringBitmap>,
    /// Only devices of this site, or of some servers further down.
    pub origin: Option<OriginFilter<'a>>,
    /// Order.
    pub sort: DeviceSort,
    /// Highest first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Rows on a page at most.
    pub limit: usize,
}

/// Whose devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginFilter<'a> {
    /// Of this site.
    Own,
    /// Of these servers.
    Servers(&'a [ServerId]),
}

/// What can hold for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFilter {
    /// It has reported and needs nothing.
    Compliant,
    /// It requires something.
    NonCompliant,
    /// It needs updates that the catalog does not have, and of those in it none: whether it is compliant is unknown.
    OutsideCatalog,
    /// It requires a Security Update.
    NeedsSecurity,
    /// It needs a restart.
    RestartNeeded,
    /// It has not been heard since.
    SilentSince(Timestamp),
    /// Enforcement of an update it still needs has failed.
    Failed,
    /// Its package database is in a broken state.
    Broken,
    /// It has never sent an inventory or a full status.
    NeverReported,
    /// Its last scan failed.
    ScanFailed,
    /// Its identity is in doubt: its client id has several users, or it has a newer record.
    Doubtful,
}

/// The order of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceSort {
    /// By name.
    #[default]
    Name,
    /// By how many updates it requires.
    Required,
    /// By last contact; never counts as longest ago.
    LastContact,
}

/// A device in a list; the rest is in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceLine {
    /// The device.
    pub device: DeviceNumber,
    /// Updates it requires; `None` before its first report.
    pub required: Option<u64>,
    /// Security Updates among them.
    pub required_security: u32,
    /// Failed enforcements of updates it still needs.
    pub failures: usize,
}

/// The devices of a query.
#[must_use]
pub fn devices(fleet: &Fleet, query: &DeviceQuery<'_>) -> Page<DeviceLine> {
    let text = query.text.to_lowercase();
    let id = text.parse::<DeviceId>().ok();
    let wanted = |row: &&DeviceRow| {
        query.devices.is_none_or(|devices| devices.contains(row.number.0))
            && query.kind.is_none_or(|kind| row.kind() == kind)
            && query.origin.is_none_or(|origin| origin.holds(row))
            && query.update.is_none_or(|(revision, state)| fleet.state_of(row, revision) == state)
            && query.filter.is_none_or(|filter| filter.holds(fleet, row))
            && (text.is_empty() || id == Some(row.id) || mentions(row, &text))
    };
    let rows = fleet.devices().map(AsRef::as_ref).filter(wanted);
    let rows: Vec<_> = rows.map(|row| (key(row, query.sort), row.number.0)).collect();
    page(rows, query.descending, query.after.as_ref(), query.limit).map(|number| line(fleet, DeviceNumber(number)))
}

fn line(fleet: &Fleet, device: DeviceNumber) -> Option<DeviceLine> {
    let row = fleet.device(device)?;
    Some(DeviceLine {
        device,
        required: row.compliance.as_ref().map(|compliance| compliance.required.len()),
        required_security: row.compliance.as_ref().map_or(0, |compliance| compliance.required_security),
        failures: fleet.failures(row).count(),
    })
}

impl OriginFilter<'_> {
    fn holds(self, row: &DeviceRow) -> bool {
        match (self, row.origin()) {
            (Self::Own, origin) => origin.is_none(),
            (Self::Servers(servers), Some(origin)) => servers.contains(&origin.server),
            (Self::Servers(_), None) => false,
        }
    }
}

impl DeviceFilter {
    /// Whether it holds for a device of the fleet.
    #[must_use]
    pub fn holds(self, fleet: &Fleet, row: &DeviceRow) -> bool {
        let compliance = row.compliance.as_ref();
        match self {
            Self::Compliant => compliance.is_some_and(|compliance| compliance.is_compliant()),
            Self::NonCompliant => compliance.is_some_and(|compliance| !compliance.required.is_empty()),
            Self::OutsideCatalog => {
                compliance.is_some_and(|compliance| compliance.required.is_empty() && compliance.outside > 0)
            }
            Self::NeedsSecurity => compliance.is_some_and(|compliance| compliance.required_security > 0),
            Self::RestartNeeded => row.needs_restart(),
            Self::SilentSince(since) => row.silent_since(since),
            Self::Failed => fleet.failures(row).next().is_some(),
            Self::Broken => row.is_broken(),
            Self::NeverReported => !row.has_reported(),
            Self::ScanFailed => row.windows.as_ref().is_some_and(|windows| windows.last_scan_error.is_some()),
            Self::Doubtful => row.windows.as_ref().is_some_and(|windows| windows.particulars.doubt.is_some()),
        }
    }
}

fn mentions(row: &DeviceRow, text: &str) -> bool {
    contains(&row.name, text)
        || row.os.as_ref().is_some_and(|os| contains(&os.title, text))
        || row.windows.as_ref().is_some_and(|windows| {
            let particulars = &windows.particulars;
            let computer = &particulars.computer;
            [&particulars.client_id, &particulars.dns_name, &computer.manufacturer, &computer.model]
                .into_iter()
                .any(|part| contains(part, text))
        })
}

/// Whether a text contains one in lower case, whatever its own case. Names are ASCII nearly always:
/// then nothing is copied, which for every device of a fleet would take longer than the search.
fn contains(text: &str, lower: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(lower);
    }
    let (text, lower) = (text.as_bytes(), lower.as_bytes());
    let Some((first, rest)) = lower.split_first() else { return true };
    let begins = |at: usize| text.get(at + 1..at + 1 + rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest));
    text.iter().enumerate().any(|(at, byte)| byte.to_ascii_lowercase() == *first && begins(at))
}

fn key(row: &DeviceRow, sort: DeviceSort) -> Key<'_> {
    match sort {
        DeviceSort::Name => Key::Text(&row.name),
        DeviceSort::Required => {
            let required = row.compliance.as_ref().map(|compliance| compliance.required.len());
            Key::Number(required.and_then(|required| i64::try_from(required).ok()).unwrap_or(-1))
        }
        DeviceSort::LastContact => Key::Number(row.last_contact.load(Ordering::Relaxed)),
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn case_does_not_matter() {
        assert!(contains("Anvil-01", "vil-0"));
        assert!(contains("ANVIL", "anvil"));
        assert!(contains("Ämboss", "ämb"));
        assert!(contains("x", ""));
        assert!(!contains("anvil", "anvil2"));
        assert!(!contains("anvil", "ä"));
    }
}
