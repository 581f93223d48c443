//! Events of Windows devices in words.

use sluice_catalog::Catalog;
use sluice_model::{ErrorCode, ReportedState, UpdateId};
use sluice_store::windows_event::WindowsEvent;
use sluice_wsus::messages::reporting::{EventGroup, EventKind};

use crate::devices::DeviceEvent;

/// Under what key an event's details say how many updates of a status are in a state.
pub(super) fn count_key(state: ReportedState) -> &'static str {
    match state {
        ReportedState::Needed => "needed",
        ReportedState::Failed => "failed",
        ReportedState::Downloaded => "downloaded",
        ReportedState::Installed => "installed",
        ReportedState::RestartPending => "waiting for a restart",
    }
}

/// An event as a line of a device's history.
pub(crate) fn describe(catalog: &Catalog, event: WindowsEvent) -> DeviceEvent {
    let kind = EventKind::of(event.event_id);
    let mut text = match kind.filter(|kind| !kind.text.is_empty()) {
        Some(kind) => capital(kind.text),
        None => format!("Event {}", event.event_id),
    };
    if let Some(update) = event.update {
        text = format!("{text}: {}", title(catalog, update, &event));
    }
    let counts: Vec<String> = ReportedState::ALL
        .iter()
        .filter_map(|state| Some(format!("{} {}", detail(&event, count_key(*state))?, count_key(*state))))
        .collect();
    if !counts.is_empty() {
        text = format!("{text}: {}", counts.join(", "));
    }
    if kind.is_some_and(|kind| kind.id == 147)
        && let Some(found) = detail(&event, "text")
    {
        text = format!("{text}: {found} updates found");
    }
    if event.result.0 >= 1 << 31 {
        text = format!("{text} – {}", error(event.result));
    }
    if let Some(inner) = detail(&event, "inner") {
        text = format!("{text} (inner error {inner})");
    }
    if detail(&event, "bundle").is_some() {
        text = format!("{text} (a part of a bundle)");
    }
    if let Some(app) = detail(&event, "app") {
        text = format!("{text} [{app}]");
    }
    DeviceEvent { at: event.at, kind: word(kind.map(|kind| kind.group)).to_owned(), text }
}

fn error(code: ErrorCode) -> String {
    format!("{code}: {}", code.explain().meaning)
}

fn detail<'e>(event: &'e WindowsEvent, key: &str) -> Option<&'e str> {
    event.details.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

/// The title in the catalog, or what the device calls it.
fn title(catalog: &Catalog, update: UpdateId, event: &WindowsEvent) -> String {
    if let Some((_, update)) = catalog.update(update).filter(|(_, update)| !update.title.is_empty()) {
        return update.title.clone();
    }
    let texts = event.details.iter().filter(|(key, _)| key == "text").map(|(_, value)| value);
    texts.rev().find(|text| !text.starts_with("0x")).map_or_else(|| format!("update {update}"), Clone::clone)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The kinds of events in the words that both families share where they can.
fn word(group: Option<EventGroup>) -> &'static str {
    match group {
        Some(EventGroup::Detection) => "scan",
        Some(EventGroup::Status) => "status",
        Some(EventGroup::Download) => "download",
        Some(EventGroup::Install) => "install",
        Some(EventGroup::Uninstall) => "uninstall",
        Some(EventGroup::Commit) => "commit",
        Some(EventGroup::Revert) => "revert",
        Some(EventGroup::Inventory) => "inventory",
        Some(EventGroup::Log | EventGroup::Unnamed) | None => "other",
    }
}
