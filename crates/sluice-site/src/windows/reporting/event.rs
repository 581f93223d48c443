//! An event as it is taken in: of the right namespace, cleaned, with its time by the site's clock.

use jiff::Timestamp;
use sluice_catalog::ReportedStates;
use sluice_model::{ErrorCode, ReportedState, RevisionRef, UpdateId};
use sluice_store::windows_event::WindowsEvent;
use uuid::Uuid;

use super::clean;
use super::input::{ClientEvent, StatusLists};

/// The namespace of the events of agents (Q57).
const NAMESPACE: i32 = 1;

/// Replacement strings kept of an event; the documented texts have two placeholders.
const MAX_STRINGS: usize = 4;

/// Longest string kept of an event, characters: titles of updates.
const MAX_STRING: usize = 300;

/// Updates that the catalog does not have and that are remembered of a status. A device can name
/// any.
pub(super) const MAX_UNKNOWN: usize = 1_000;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) instance: Uuid,
    pub(super) at: Timestamp,
    pub(super) event_id: i32,
    pub(super) update: Option<RevisionRef>,
    /// What went wrong; `None` when nothing did.
    pub(super) error: Option<ErrorCode>,
    result: u32,
    strings: Vec<String>,
    app_name: String,
    pub(super) inner_error: Option<ErrorCode>,
    /// The update is a member of this bundle; only the bundle counts (protocols.md §10, trap 20).
    pub(super) bundle: Option<UpdateId>,
    pub(super) status: Option<ReportedStates>,
}

/// The events of a batch that count, in their order. `known` says which updates the catalog has.
pub(super) fn events(
    batch: Vec<ClientEvent>,
    client_time: Option<Timestamp>,
    now: Timestamp,
    known: impl Fn(UpdateId) -> bool,
) -> Vec<Event> {
    let of_agent = batch.into_iter().enumerate().filter(|(_, event)| event.namespace == NAMESPACE);
    of_agent
        .map(|(place, event)| {
            let at = corrected(event.at, client_time, now);
            let instance =
                if event.instance.is_nil() { made_up_instance(place, client_time, &event) } else { event.instance };
            Event {
                instance,
                at,
                event_id: event.event_id,
                update: event.update,
                error: error(event.result),
                result: event.result.cast_unsigned(),
                strings: event.strings.iter().take(MAX_STRINGS).map(|text| clean::text(text, MAX_STRING)).collect(),
                app_name: event.app_name.as_deref().map(clean::word).unwrap_or_default(),
                inner_error: event.secondary_error.and_then(error).filter(|code| Some(*code) != error(event.result)),
                bundle: event.bundle,
                status: event.status.map(|lists| states(lists, &known)),
            }
        })
        .collect()
}

/// Of results only those with the sign bit are errors: 0x00240005 says that a restart is needed.
fn error(result: i32) -> Option<ErrorCode> {
    (result < 0).then(|| ErrorCode(result.cast_unsigned()))
}

/// A moment by the clock of the device, by the clock of the site; what was reported has happened,
/// whatever clocks say.
fn corrected(at: Option<Timestamp>, client_time: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let Some(at) = at else { return now };
    let Some(client_time) = client_time else { return at.min(now) };
    let ago = client_time.duration_since(at);
    now.checked_sub(ago).unwrap_or(now).min(now)
}

/// What stands for the instance of an event that has none: its place and what it says. The same
/// batch sent again has the same.
fn made_up_instance(place: usize, client_time: Option<Timestamp>, event: &ClientEvent) -> Uuid {
    let said = format!("{place} {client_time:?} {event:?}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, said.as_bytes())
}

fn states(lists: StatusLists, known: impl Fn(UpdateId) -> bool) -> ReportedStates {
    let StatusLists { needed, installed, restart_pending, failed, downloaded } = lists;
    let mut unknown = 0;
    let lists = [
        (restart_pending, ReportedState::RestartPending),
        (failed, ReportedState::Failed),
        (installed, ReportedState::Installed),
        (downloaded, ReportedState::Downloaded),
        (needed, ReportedState::Needed),
    ];
    let entries = lists.into_iter().flat_map(|(list, state)| list.into_iter().map(move |update| (update, state)));
    let entries = entries.filter(|(update, _)| {
        if known(*update) {
            return true;
        }
        unknown += 1;
        unknown <= MAX_UNKNOWN
    });
    ReportedStates::new(entries.collect())
}

impl Event {
    /// What an operator reads beside the code: what the device said, without its title, which the
    /// update has, and its error, which the code is.
    pub(super) fn detail(&self, title: Option<&str>) -> String {
        let is_code = |text: &str| text.starts_with("0x") && text.len() <= "0x80246007".len();
        let said = self.strings.iter().map(String::as_str);
        let mut said: Vec<String> =
            said.filter(|text| !text.is_empty() && Some(*text) != title && !is_code(text)).map(str::to_owned).collect();
        if let Some(inner) = self.inner_error {
            said.push(format!("inner error {inner}: {}", inner.explain().meaning));
        }
        said.join("; ")
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> WindowsEvent {
        let mut details: Vec<(String, String)> = Vec::new();
        let mut add = |key: &str, value: String| details.push((key.to_owned(), value));
        for text in &self.strings {
            add("text", text.clone());
        }
        if !self.app_name.is_empty() {
            add("app", self.app_name.clone());
        }
        if let Some(inner) = self.inner_error {
            add("inner", inner.to_string());
        }
        if let Some(bundle) = self.bundle {
            add("bundle", bundle.to_string());
        }
        if let Some(states) = &self.status {
            for state in ReportedState::ALL {
                let count = states.entries().iter().filter(|(_, known)| *known == state).count();
                if count > 0 {
                    add(super::describe::count_key(state), count.to_string());
                }
            }
        }
        WindowsEvent {
            instance: self.instance,
            at: self.at,
            event_id: self.event_id,
            update: self.update.map(|update| update.update),
            revision: self.update.map_or(0, |update| update.number),
            result: ErrorCode(self.result),
            details,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_corrected_by_the_difference_of_the_clocks() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(corrected(Some(at(90)), Some(at(100)), at(5_000)), at(4_990), "a clock that is behind");
        assert_eq!(corrected(Some(at(9_000)), Some(at(9_010)), at(5_000)), at(4_990), "a clock that is ahead");
        assert_eq!(corrected(Some(at(9_999)), Some(at(100)), at(5_000)), at(5_000), "never in the future");
        assert_eq!(corrected(None, Some(at(1)), at(5_000)), at(5_000));
        assert_eq!(corrected(Some(at(7)), None, at(5_000)), at(7));
        assert_eq!(corrected(Some(Timestamp::MIN), Some(Timestamp::MAX), at(5_000)), at(5_000));
    }

    #[test]
    fn what_devices_say_is_cleaned_and_bounded() {
        let now = Timestamp::from_second(5_000).unwrap();
        let unknown: Vec<UpdateId> = (0..5_000).map(|n| UpdateId(Uuid::from_u128(n))).collect();
        let event = ClientEvent {
            namespace: 1,
            event_id: 182,
            result: -2_145_099_769,
            strings: vec!["0x80246007".into(), "T\u{1b}[2Jitle".into(), "x".repeat(1_000), String::new(), "no".into()],
            secondary_error: Some(-2_145_124_299),
            status: Some(StatusLists { needed: unknown, ..StatusLists::default() }),
            ..ClientEvent::default()
        };
        let foreign = ClientEvent { namespace: 2, ..event.clone() };
        let found = events(vec![foreign, event.clone()], None, now, |_| false);
        assert_eq!(found.len(), 1);
        assert_eq!(found, events(vec![ClientEvent { namespace: 2, ..event.clone() }, event], None, now, |_| false));
        let event = &found[0];
        assert_eq!(event.error, Some(ErrorCode(0x8024_6007)));
        assert_eq!(event.status.as_ref().unwrap().entries().len(), MAX_UNKNOWN);
        let detail = event.detail(Some("T[2Jitle"));
        assert!(detail.starts_with("xxx") && detail.contains("; inner error 0x80240035: "), "{detail}");
    }
}
