//! What the events of namespace 1 are: every one that servers know (the event table of a real one) and that
//! \[MS-WUSP\] 2.2.2.3.1 lists. Of those that change what is known about a device the ids have names in
//! [`event_id`](super::event_id).

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventGroup {
    /// The agent's log.
    Log,
    /// Inventory.
    Inventory,
    /// The full status of the device.
    Status,
    /// Scanning.
    Detection,
    /// Downloading.
    Download,
    /// Installing.
    Install,
    /// Removing.
    Uninstall,
    /// Going back to an earlier state.
    Revert,
    /// Committing what was installed.
    Commit,
    /// Known to servers, but nothing public says what it is.
    Unnamed,
}

/// How bad an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSeverity {
    /// Something went wrong (servers write 1).
    Error,
    /// For information (servers write 4).
    Information,
}

/// An event that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Its id.
    pub id: i32,
    /// What it is about.
    pub group: EventGroup,
    /// How bad it is.
    pub severity: EventSeverity,
    /// What happened, as half a sentence; empty when nothing public says it.
    pub text: &'static str,
}

impl EventKind {
    /// The event of an id, if it is known. Servers keep the others and make nothing of them.
    #[must_use]
    pub fn of(id: i32) -> Option<Self> {
        if let Ok(at) = NAMED.binary_search_by_key(&id, |kind| kind.id) {
            return NAMED.get(at).copied();
        }
        let group = match id {
            155 | 281..=296 | 298 | 299 | 501..=512 => EventGroup::Detection,
            241..=245 | 251..=254 | 271..=274 => EventGroup::Unnamed,
            _ => return None,
        };
        Some(Self { id, group, severity: EventSeverity::Information, text: "" })
    }
}

macro_rules! events {
    ($($id:literal $group:ident $severity:ident $text:literal;)*) => {
        /// Sorted by id.
        const NAMED: &[EventKind] = &[$(EventKind {
            id: $id, group: EventGroup::$group, severity: EventSeverity::$severity, text: $text,
        }),*];
    };
}

events! {
    1 Log Information "an event without a kind of its own";
    2 Log Information "a line of the agent's log";
    3 Log Information "a line of the agent's log for finding faults";
    121 Inventory Error "the rules of the inventory could not be downloaded";
    122 Inventory Error "the rules of the inventory could not be processed";
    123 Inventory Error "the inventory could not be collected";
    124 Inventory Error "the inventory could not be uploaded";
    125 Inventory Error "the inventory failed";
    126 Inventory Information "the inventory was collected";
    141 Detection Information "a scan began";
    145 Detection Information "a scan is tried again";
    146 Detection Information "a scan was cancelled";
    147 Detection Information "a scan ended well";
    148 Detection Error "a scan failed";
    149 Detection Error "the device could not connect to its update service";
    150 Detection Information "data on the quality of a scan";
    153 Status Information "the status of the device in the form of protocol 2";
    154 Detection Error "the device has an invalid product id";
    156 Status Information "the full status of the device";
    157 Detection Error "a scan could not begin";
    158 Detection Error "a scan could not begin";
    161 Download Error "a download failed";
    162 Download Information "a download ended well";
    163 Download Information "a download was cancelled";
    164 Download Information "a download ended well, partly from other devices";
    165 Download Information "a download was paused";
    166 Download Information "a download was resumed";
    167 Download Information "a download began";
    168 Download Information "a download was queued";
    169 Download Information "a download is still alive";
    170 Download Information "progress of a download";
    181 Install Information "an installation began";
    182 Install Error "an installation failed";
    183 Install Information "an installation ended well";
    184 Install Information "an installation ended well and needs a restart";
    185 Install Information "a user hid an update";
    186 Install Information "a user cancelled an installation";
    187 Install Error "an installation was stopped by the agent";
    188 Install Information "updates are ready and will be installed at the scheduled time";
    189 Install Information "updates are ready and wait for an administrator";
    190 Install Information "a scheduled installation ended well";
    191 Install Information "a scheduled installation ended well and needs a restart";
    192 Install Error "a scheduled installation was stopped by the agent";
    193 Install Information "a restart is needed before the device can scan again";
    194 Install Information "the device restarts within minutes";
    195 Install Error "a scheduled installation failed";
    196 Install Information "a user showed a hidden update again";
    197 Install Information "an installation at shutdown ended well";
    198 Install Error "an installation at shutdown failed";
    199 Install Information "an installation at shutdown ended well and needs a restart";
    200 Install Error "an installation at shutdown was stopped by the agent";
    201 Install Information "an installation waits for a restart";
    202 Install Information "the restart took place";
    203 Install Information "an installation ended well after the restart";
    204 Install Error "an installation failed after the restart";
    221 Uninstall Error "a removal failed";
    222 Uninstall Information "a removal ended well";
    223 Uninstall Information "a user cancelled a removal";
    224 Uninstall Information "a removal ended well and needs a restart";
    225 Uninstall Error "a removal was stopped by the agent";
    226 Uninstall Error "a removal began";
    521 Commit Information "committing began";
    522 Commit Error "committing failed";
    523 Commit Information "committing ended well";
    524 Commit Information "committing was cancelled by the agent";
    525 Commit Error "committing was stopped by the agent";
    541 Revert Error "reverting failed";
    542 Revert Information "reverting ended well";
    543 Revert Information "a user cancelled reverting";
    544 Revert Information "reverting ended well and needs a restart";
    545 Revert Error "reverting was stopped by the agent";
    546 Revert Information "reverting began";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captures::shared_text;

    #[test]
    fn sorted_and_said() {
        assert!(NAMED.is_sorted_by(|a, b| a.id < b.id));
        assert!(NAMED.iter().all(|kind| !kind.text.is_empty() && EventKind::of(kind.id) == Some(*kind)));
        assert_eq!(EventKind::of(0), None);
        assert_eq!(EventKind::of(297), None);
    }

    /// Groups and severities are those of the event table of a real server, and it knows no event that we do not.
    #[test]
    fn as_in_the_event_table() {
        let Some(table) = shared_text("captures/reports/susdb-client-event-table.csv") else { return };
        let mut rows = 0;
        for row in table.lines().skip(1).filter(|row| !row.is_empty()) {
            let row_inside = row.trim_end().strip_prefix('"').and_then(|row| row.strip_suffix('"')).unwrap();
            let fields: Vec<_> = row_inside.split("\",\"").collect();
            let (id, state, severity) = (fields[1].parse().unwrap(), fields[2], fields[3]);
            let kind = EventKind::of(id).unwrap_or_else(|| panic!("{row}"));
            let group = match state {
                "1" | "2" | "3" => EventGroup::Log,
                "5" => EventGroup::Status,
                "6" => EventGroup::Detection,
                "7" => EventGroup::Download,
                "8" => EventGroup::Install,
                "9" => EventGroup::Uninstall,
                "10" | "11" | "12" => EventGroup::Inventory,
                "15" => EventGroup::Revert,
                "16" => EventGroup::Commit,
                "4" | "13" | "14" => EventGroup::Unnamed,
                other => panic!("state {other}"),
            };
            assert_eq!(kind.group, group, "{row}");
            assert_eq!(if kind.severity == EventSeverity::Error { "1" } else { "4" }, severity, "{row}");
            assert_eq!(kind.text.is_empty(), fields[5].is_empty(), "{row}");
            rows += 1;
        }
        assert!(rows > 100, "{rows}");
    }
}
