//! What clients report, as it arrives: unchecked.

use jiff::Timestamp;
use sluice_model::{RevisionRef, UpdateId, WindowsComputer};
use uuid::Uuid;

use super::ledger::RESTARTED;

/// What a computer registers as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Its name in DNS.
    pub dns_name: String,
    /// What it is.
    pub computer: WindowsComputer,
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientEvent {
    /// What makes it unique on its device; nil when the client gave none.
    pub instance: Uuid,
    /// 1; others are ignored.
    pub namespace: i32,
    /// What happened.
    pub event_id: i32,
    /// When, by the clock of the device.
    pub at: Option<Timestamp>,
    /// The update it is about.
    pub update: Option<RevisionRef>,
    /// `Win32HResult`.
    pub result: i32,
    /// The program that asked.
    pub app_name: Option<String>,
    /// What goes into the placeholders of the event's text.
    pub strings: Vec<String>,
    /// The bundle of which the update is a member (`M`).
    pub bundle: Option<UpdateId>,
    /// The inner error (`F`).
    pub secondary_error: Option<i32>,
    /// The lists of a full status; only of event 156.
    pub status: Option<StatusLists>,
    /// What the device says it is.
    pub hardware: ClientHardware,
}

/// The lists of a full status (protocols.md §4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusLists {
    /// `U`: needed.
    pub needed: Vec<UpdateId>,
    /// `V`: installed.
    pub installed: Vec<UpdateId>,
    /// `W`: installed, in force after a restart.
    pub restart_pending: Vec<UpdateId>,
    /// `g`: failed.
    pub failed: Vec<UpdateId>,
    /// `h`: downloaded and not installed.
    pub downloaded: Vec<UpdateId>,
}

/// What it costs to look at everything that is known of a device, in events.
const LOOK: usize = 20;

/// As many updates of a full status cost as much as an event.
const UPDATES: usize = 100;

impl ClientEvent {
    /// How much work it makes, as a number of simple events.
    pub(super) fn cost(&self) -> usize {
        let looks = self.status.is_some() || self.event_id == RESTARTED;
        let lists = self.status.as_ref().map_or(0, |lists| {
            let StatusLists { needed, installed, restart_pending, failed, downloaded } = lists;
            [needed, installed, restart_pending, failed, downloaded].into_iter().map(Vec::len).sum()
        });
        1 + if looks { LOOK } else { 0 } + lists / UPDATES
    }
}

/// What an event says of the computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHardware {
    /// Manufacturer.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// Its name, which agents leave out today.
    pub dns_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_at_everything_costs_more() {
        let status = StatusLists {
            needed: vec![UpdateId(Uuid::nil()); 2_000],
            installed: vec![UpdateId(Uuid::nil()); 3_000],
            ..StatusLists::default()
        };
        let event = |event_id, status| ClientEvent { event_id, status, ..ClientEvent::default() }.cost();
        assert_eq!(event(183, None), 1);
        assert_eq!(event(RESTARTED, None), 21);
        assert_eq!(event(156, Some(StatusLists::default())), 21);
        assert_eq!(event(156, Some(status)), 71);
    }
}
