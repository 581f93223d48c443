//! Why the state of an update on a Windows device is what it is: from what the device reported.

use jiff::Timestamp;
use sluice_model::{ComplianceState, ErrorCode, ReportedState, RevisionId, UpdateId};

use crate::fleet::{DeviceRow, Fleet};

/// What decides about an update on a Windows device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsReasons {
    /// When the device reported its last full status; `None` when it never did.
    pub status_at: Option<Timestamp>,
    /// What that status, with the single events since, says of the update; `None` when it does not
    /// name it.
    pub reported: Option<ReportedState>,
    /// The status is older than the update.
    pub older: bool,
    /// Why devices are not asked about the update, when they are not.
    pub not_asked: Option<NotAsked>,
    /// Its licence terms are not accepted yet, so it is offered to no device for installation.
    pub awaits_licence: bool,
    /// When the device last scanned.
    pub last_scan_at: Option<Timestamp>,
    /// Why its last scan failed, when it did.
    pub scan_error: Option<ErrorCode>,
    /// How download or installation failed, when they did and the device still needs the update.
    pub failure: Option<Failure>,
}

/// Why devices are not asked about an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotAsked {
    /// It is declined.
    Declined,
    /// Its product or classification is not selected.
    NotSelected,
    /// It serves the evaluation of others: a category, a detectoid or a member of a bundle.
    NotListed,
}

/// A failed enforcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// Why, when the device said it.
    pub code: Option<ErrorCode>,
    /// What the device said beside.
    pub detail: String,
}

impl WindowsReasons {
    pub(super) fn of(fleet: &Fleet, row: &DeviceRow, update: UpdateId, revision: RevisionId) -> Self {
        let catalog = fleet.catalog();
        let windows = row.windows.as_ref();
        let status = windows.and_then(|windows| windows.status.as_ref());
        let is_selected = catalog.revision(revision).is_some_and(|update| catalog.is_selected(update));
        let not_asked = if !catalog.current_revisions().contains(revision.0) {
            Some(NotAsked::NotListed)
        } else if catalog.is_declined(update) {
            Some(NotAsked::Declined)
        } else if !is_selected {
            Some(NotAsked::NotSelected)
        } else {
            None
        };
        let failure = fleet.failures(row).find(|record| record.update == update);
        Self {
            status_at: status.map(|status| status.at),
            reported: status.and_then(|status| status.states.get(update)),
            older: status.is_some_and(|status| status.covered < revision),
            not_asked,
            awaits_licence: catalog.awaits_licence(revision),
            last_scan_at: windows.and_then(|windows| windows.last_scan_at),
            scan_error: windows.and_then(|windows| windows.last_scan_error),
            failure: failure.map(|record| Failure {
                at: record.at,
                code: record.code,
                detail: record.detail.to_string(),
            }),
        }
    }

    /// The conclusion first, then the reasons.
    pub(super) fn sentences(&self, state: ComplianceState) -> Vec<String> {
        let mut said = vec![self.conclusion(state)];
        match self.reported {
            Some(ReportedState::Downloaded) if state == ComplianceState::Required => {
                said.push("It is downloaded there and not installed yet.".to_owned());
            }
            Some(ReportedState::RestartPending) if state == ComplianceState::Installed => {
                said.push("It is in force after a restart of the device.".to_owned());
            }
            Some(ReportedState::Failed) if self.failure.is_none() && state == ComplianceState::Required => {
                said.push("The last attempt to download or install it failed; the device did not say why.".to_owned());
            }
            _ => {}
        }
        if self.awaits_licence && state != ComplianceState::Installed {
            said.push("No device installs it: its licence terms are not accepted yet.".to_owned());
            said.push("Accept them on the update's page, or with `sluice update licence accept`.".to_owned());
        }
        if let Some(failure) = &self.failure {
            said.extend(failure.sentences());
        }
        if let Some(code) = self.scan_error
            && state != ComplianceState::Installed
        {
            let error = code.explain();
            let when = self.last_scan_at.map_or_else(String::new, |at| format!(" of {}", time(at)));
            said.push(format!("The device's last scan{when} failed with {code}: {}", sentence(&error.meaning)));
            said.push(sentence(error.next_step));
        }
        said
    }

    fn conclusion(&self, state: ComplianceState) -> String {
        let status =
            self.status_at.map_or_else(|| "its last status".to_owned(), |at| format!("its status of {}", time(at)));
        match state {
            ComplianceState::Unknown if self.status_at.is_none() => match self.last_scan_at {
                None => "Unknown: the device has registered, but has not reported a scan yet.".to_owned(),
                Some(_) => "Unknown: the device has scanned, but has not reported its status yet.".to_owned(),
            },
            ComplianceState::Unknown => {
                format!("Unknown: the update is newer than {status}; the device says at its next scan whether it needs it.")
            }
            ComplianceState::Required => format!("Required: the device says in {status} that it needs it."),
            ComplianceState::Installed => format!("Installed: the device says in {status} that it has it."),
            ComplianceState::NotRequired => match self.not_asked {
                Some(NotAsked::Declined) => {
                    "Not required: the update is declined, so no device is asked about it.".to_owned()
                }
                Some(NotAsked::NotSelected) => {
                    "Not required: the update's product or classification is not selected, so no device is asked about it."
                        .to_owned()
                }
                Some(NotAsked::NotListed) => {
                    "Not required: the update only serves the evaluation of others, so devices do not report it."
                        .to_owned()
                }
                None => format!("Not required: the device does not name it in {status}, so it does not apply there."),
            },
        }
    }
}

impl Failure {
    fn sentences(&self) -> Vec<String> {
        let at = time(self.at);
        let Some(code) = self.code else {
            return vec![format!("The attempt of {at} failed; the device did not say why.")];
        };
        let error = code.explain();
        vec![format!("The attempt of {at} failed with {code}: {}", sentence(&error.meaning)), sentence(error.next_step)]
    }
}

/// Minutes are enough to find it in a log.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn sentence(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}
