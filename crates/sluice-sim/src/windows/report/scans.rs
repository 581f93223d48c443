//! The events of scans: 147 and 156, or 148.

use sluice_model::id::UpdateId;
use sluice_wsus::messages::reporting::event_id;

use super::Happening;
use crate::windows::agent::WindowsClient;
use crate::windows::scan::{ScanOutcome, UpdateStatus};

impl WindowsClient {
    /// A scan ended well: how much it found, and the state of everything.
    pub(in super::super) fn report_scan(&mut self, outcome: &ScanOutcome) {
        let found = outcome.to_install.len() + outcome.to_uninstall.len();
        let rounds = outcome.round_trips;
        self.happened(
            Happening::new(event_id::DETECTION_SUCCEEDED)
                .string(found.to_string())
                .pair("B", rounds)
                .pair("C", 1)
                .pair("f", rounds)
                .pair("k", true),
        );
        let mut status = Happening::new(event_id::STATUS);
        // A list that is empty is left out.
        for (key, of) in [
            ("U", UpdateStatus::Needed),
            ("V", UpdateStatus::Installed),
            ("W", UpdateStatus::RestartPending),
            ("g", UpdateStatus::Failed),
            ("h", UpdateStatus::Downloaded),
        ] {
            let updates = outcome.offered.iter().filter(|offer| offer.status == of).map(|offer| offer.update);
            let list = list(updates);
            if !list.is_empty() {
                status = status.pair(key, list);
            }
        }
        self.happened(status);
    }

    /// A scan failed.
    pub(in super::super) fn report_scan_failure(&mut self, hresult: u32) {
        let event = Happening::new(event_id::DETECTION_FAILED).failed(hresult);
        self.happened(event.string(format!("0x{hresult:08X}")).pair("C", 1).pair("k", true));
    }
}

/// Identifiers in capitals, without revisions.
fn list(updates: impl Iterator<Item = UpdateId>) -> String {
    let mut list = String::new();
    for update in updates {
        if !list.is_empty() {
            list.push(';');
        }
        list.push_str(&update.0.as_hyphenated().to_string().to_uppercase());
    }
    list
}
