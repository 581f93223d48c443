//! Windows devices that are arriving: how far each has come, from its first contact to its first report.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use sluice_catalog::DeviceRow;
use sluice_model::{DeviceId, ErrorCode};

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// How long after it registered a device still counts as arriving.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Most that are listed, newest first: what somebody who sets up devices can look at.
const MAX: usize = 100;

/// How far a device has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArrivalStage {
    /// It has asked for a cookie.
    FirstContact,
    /// It has said what it is; from now on it is a device of the site.
    Registered,
    /// It scans. The first scan of a device takes minutes.
    Scanning,
    /// It has reported what it needs.
    Reported,
}

impl ArrivalStage {
    /// Its word: `first-contact`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::FirstContact => "first-contact",
            Self::Registered => "registered",
            Self::Scanning => "scanning",
            Self::Reported => "reported",
        }
    }
}

/// A device that is arriving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The device. It is one of the site's once it is registered.
    pub device: DeviceId,
    /// Its name, as it says.
    pub name: String,
    /// How far it has come.
    pub stage: ArrivalStage,
    /// When it was last heard.
    pub at: Timestamp,
    /// From where, of a first contact.
    pub peer: Option<IpAddr>,
    /// Why its last scan failed, when it did.
    pub error: Option<ErrorCode>,
}

impl Site {
    /// Windows devices that came within the last day, those heard last first; at most 100.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn windows_arrivals(&self, caller: &Caller) -> SiteResult<Vec<Arrival>> {
        caller.require(Permission::Read)?;
        let since = self.now().checked_sub(RECENT).unwrap_or(Timestamp::MIN);
        let newcomers = self.windows.newcomers.all().into_iter().filter(|(_, newcomer)| newcomer.at >= since);
        let mut arrivals: Vec<_> = newcomers
            .map(|(device, newcomer)| Arrival {
                device,
                name: newcomer.dns_name,
                stage: ArrivalStage::FirstContact,
                at: newcomer.at,
                peer: Some(newcomer.peer),
                error: None,
            })
            .collect();
        let fleet = self.fleet.load();
        let recent = fleet.devices().filter(|row| row.enrolled_at >= since && row.origin().is_none());
        arrivals.extend(recent.filter_map(|row| of_row(row)));
        arrivals.sort_unstable_by_key(|arrival| std::cmp::Reverse((arrival.at, arrival.device)));
        arrivals.truncate(MAX);
        Ok(arrivals)
    }
}

fn of_row(row: &DeviceRow) -> Option<Arrival> {
    let windows = row.windows.as_ref()?;
    let contact = row.last_contact_at().unwrap_or(row.enrolled_at);
    let stage = if windows.status.is_some() {
        ArrivalStage::Reported
    } else if windows.last_scan_at.is_some() || contact > row.enrolled_at {
        // What a registered device asks for next is a scan.
        ArrivalStage::Scanning
    } else {
        ArrivalStage::Registered
    };
    Some(Arrival {
        device: row.id,
        name: row.name.to_string(),
        stage,
        at: contact,
        peer: None,
        error: windows.last_scan_error,
    })
}
