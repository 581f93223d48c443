//! Recorded and invented batches through the ledger.

use std::collections::HashSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use sluice_model::{DeploymentId, ReportedState, RevisionId, RevisionRef, UpdateId};
use sluice_wsus::messages::reporting::{ReportingEvent, ReportingRequest};
use sluice_wsus::soap::{Envelope, Limits};
use uuid::Uuid;

use super::event::{Event, events};
use super::input::{ClientEvent, StatusLists};
use super::ledger::{Ledger, Updates};

/// A catalog that has every update but those whose number is odd.
struct Even;

impl Updates for Even {
    fn title(&self, update: UpdateId) -> Option<&str> {
        (update.0.as_u128().is_multiple_of(2)).then_some("A title")
    }

    fn deployment(&self, update: UpdateId) -> Option<DeploymentId> {
        self.title(update).map(|_| DeploymentId(Uuid::from_u128(7)))
    }
}

/// A catalog that has every update.
struct All;

impl Updates for All {
    fn title(&self, _: UpdateId) -> Option<&str> {
        Some("A title")
    }

    fn deployment(&self, _: UpdateId) -> Option<DeploymentId> {
        None
    }
}

fn now() -> Timestamp {
    "2026-10-07T00:00:00Z".parse().unwrap()
}

fn shared(file: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
    let root = std::env::var_os("SLUICE_SHARED").map_or_else(
        || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        std::path::PathBuf::from,
    );
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is absent (set SLUICE_SHARED), so {file} was not checked", root.display());
        return None;
    }
    Some(std::fs::read_to_string(root.join("captures").join(file)).unwrap())
}

/// An event of the recording; its status has as many made-up updates as the recorded one, and
/// those that it is known to have named.
fn recorded(event: &Value, instance: u128) -> ClientEvent {
    let text = |key: &str| event[key].as_str().unwrap().to_owned();
    let misc = |key: &str| {
        let strings = event["misc_data"].as_array().unwrap().iter().filter_map(Value::as_str);
        strings.filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == key).map(|(_, value)| value)
    };
    let (id, number) = event["update"].as_str().unwrap().split_once('@').unwrap();
    let update = UpdateId(id.parse().unwrap());
    let event_id = i32::try_from(event["event_id"].as_i64().unwrap()).unwrap();
    let sizes = &event["misc_list_sizes"];
    let named: UpdateId = "88661612-7dd9-49d4-bb34-1e54802c99b9".parse().unwrap();
    let list = |key: &str, seed: u128| {
        let size = sizes[key].as_u64().unwrap_or(0);
        let mut list: Vec<UpdateId> = (0..u128::from(size)).map(|n| UpdateId(Uuid::from_u128(seed + 2 * n))).collect();
        if sizes[format!("{key}_includes_88661612")].as_bool() == Some(true) {
            list[0] = named;
        }
        list
    };
    let ids = |key: &str| misc(key).map_or(vec![], |list| list.split(';').map(|id| id.parse().unwrap()).collect());
    ClientEvent {
        instance: Uuid::from_u128(instance),
        namespace: 1,
        event_id,
        at: Some(text("time_at_target").parse().unwrap()),
        update: (!update.0.is_nil()).then(|| RevisionRef { update, number: number.parse().unwrap() }),
        result: i32::try_from(event["win32_hresult"].as_i64().unwrap()).unwrap(),
        app_name: event["basic_app_name"].as_str().map(str::to_owned),
        strings: event["replacement_strings"].as_array().unwrap().iter().map(|s| s.as_str().unwrap().into()).collect(),
        secondary_error: misc("F").and_then(|code| code.parse().ok()),
        status: (event_id == 156).then(|| StatusLists {
            needed: list("U", 1 << 20),
            installed: list("V", 1 << 30),
            failed: ids("g"),
            ..StatusLists::default()
        }),
        ..ClientEvent::default()
    }
}

fn said(ledger: &Ledger) -> String {
    let mut said = String::new();
    if let Some((at, error)) = ledger.scan {
        writeln!(said, "scan {at} {}", error.map_or_else(|| "ok".to_owned(), |code| code.to_string())).unwrap();
    }
    if let Some(status) = &ledger.status {
        let count = |wanted| status.states.entries().iter().filter(|(_, state)| *state == wanted).count();
        let counts = ReportedState::ALL.map(|state| format!("{state:?} {}", count(state)));
        writeln!(said, "status {} {}", status.at, counts.join(", ")).unwrap();
    }
    for record in ledger.enforcement.iter() {
        let code = record.code.map(|code| code.to_string()).unwrap_or_default();
        writeln!(said, "  {} {:?} {code} {}", record.update, record.state, record.detail).unwrap();
    }
    said
}

#[test]
fn recorded_installations() {
    let Some(text) = shared("reports/native-install-events.json") else { return };
    let recording: Value = serde_json::from_str(&text).unwrap();
    let (mut ledger, mut instance, mut story) = (Ledger::default(), 0, String::new());
    for batch in recording["batches"].as_array().unwrap() {
        let client_time = batch["client_time"].as_str().unwrap().parse().unwrap();
        let sent = batch["events"].as_array().unwrap().iter().map(|event| {
            instance += 1;
            recorded(event, instance)
        });
        let found = events(sent.collect(), Some(client_time), now(), |_| true);
        ledger = ledger.after(&found, RevisionId(5), &All).0;
        writeln!(story, "after exchange {}\n{}", batch["exchange"], said(&ledger)).unwrap();
    }
    insta::assert_snapshot!(story);
}

/// As it is on the wire; the border converts more of it.
fn on_the_wire(event: ReportingEvent) -> ClientEvent {
    let (basic, extended) = (event.basic_data, event.extended_data);
    let update = basic.update_id;
    ClientEvent {
        instance: basic.event_instance_id,
        namespace: basic.namespace_id,
        event_id: basic.event_id,
        at: basic.time_at_target,
        update: (!update.update_id.is_nil()).then(|| RevisionRef {
            update: UpdateId(update.update_id),
            number: u32::try_from(update.revision_number).unwrap(),
        }),
        result: basic.win32_hresult,
        strings: extended.replacement_strings,
        bundle: extended.misc_data.bundle().map(|bundle| UpdateId(bundle.update_id)),
        secondary_error: extended.misc_data.secondary_error(),
        ..ClientEvent::default()
    }
}

/// A scan by the setup, three scans of other programs in a network without the internet; then an
/// installation without a download, by a bundle with one member.
#[test]
fn recorded_failures() {
    let (mut ledger, mut story) = (Ledger::default(), String::new());
    for exchange in ["000016", "000018"] {
        let Some(text) = shared(&format!("wua-wsus/flow/{exchange}/request.body")) else { return };
        let request = ReportingRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
        let ReportingRequest::ReportEventBatch(batch) = request else { panic!("{exchange}") };
        let sent = batch.event_batch.into_iter().map(on_the_wire).collect();
        let found = events(sent, batch.client_time, now(), |_| true);
        ledger = ledger.after(&found, RevisionId(5), &All).0;
        writeln!(story, "after exchange {exchange}: {} events\n{}", found.len(), said(&ledger)).unwrap();
    }
    insta::assert_snapshot!(story, @r"
    after exchange 000016: 4 events
    scan 2026-10-07T00:00:00Z 0x80240438

    after exchange 000018: 2 events
    scan 2026-10-07T00:00:00Z 0x80240438
      a2fef9b0-7951-4c2c-a42b-9e351dd1c1fe InstallFailed 0x80246007 Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.459.547.0) - Current Channel (Broad)
    ");
}

/// Any event, of a handful of updates, without its instance.
fn any_event() -> impl Strategy<Value = Event> {
    let ids = vec![147, 148, 161, 162, 163, 167, 181, 182, 183, 184, 190, 199, 201, 202, 203, 204, 221, 222, 224, 999];
    let lists = prop::collection::vec((0u128..8, 0usize..5), 0..6);
    let single = (prop::sample::select(ids), prop::option::of(0u128..8), any::<bool>(), any::<bool>());
    prop_oneof![
        4 => single.prop_map(|(event_id, update, failed, child)| ClientEvent {
            event_id,
            update: update.map(|id| RevisionRef { update: UpdateId(Uuid::from_u128(id)), number: 1 }),
            result: if failed { -1 } else { 0 },
            bundle: child.then(|| UpdateId(Uuid::from_u128(1))),
            ..ClientEvent::default()
        }),
        1 => lists.prop_map(|lists| {
            let of = |wanted: usize| {
                lists.iter().filter(|(_, list)| *list == wanted).map(|(id, _)| UpdateId(Uuid::from_u128(*id))).collect()
            };
            let status = StatusLists { needed: of(0), installed: of(1), restart_pending: of(2), failed: of(3), downloaded: of(4) };
            ClientEvent { event_id: 156, status: Some(status), ..ClientEvent::default() }
        }),
    ]
    .prop_map(|event| {
        let event = ClientEvent { namespace: 1, at: Some(now()), ..event };
        events(vec![event], Some(now()), now(), |_| true).remove(0)
    })
}

fn batches() -> impl Strategy<Value = Vec<Vec<Event>>> {
    prop::collection::vec(prop::collection::vec(any_event(), 0..5), 1..6).prop_map(|mut batches| {
        for (n, event) in (1u128..).zip(batches.iter_mut().flatten()) {
            event.instance = Uuid::from_u128(n);
        }
        batches
    })
}

/// The ledger after batches as a store lets them in: each event once.
fn taken_in<'b>(batches: impl IntoIterator<Item = &'b Vec<Event>>) -> Ledger {
    let (mut ledger, mut stored) = (Ledger::default(), HashSet::new());
    for batch in batches {
        let new: Vec<&Event> = batch.iter().filter(|event| stored.insert(event.instance)).collect();
        ledger = ledger.after(new, RevisionId(5), &Even).0;
    }
    ledger
}

proptest! {
    /// A lost answer makes the agent send a batch again, alone or with later events after it.
    #[test]
    fn what_is_sent_again_changes_nothing(batches in batches(), again in prop::collection::vec((0usize..6, 0usize..6, any::<bool>()), 0..6)) {
        let once = taken_in(&batches);
        let mut sent: Vec<Vec<Event>> = Vec::new();
        for (at, batch) in batches.iter().enumerate() {
            let repeated: Vec<_> = again.iter().filter(|(after, ..)| *after == at).collect();
            let merged = repeated.iter().find(|(.., merged)| *merged);
            // Sent in one with what came before it.
            let mut whole = merged.map_or(Vec::new(), |(_, from, _)| batches[(*from).min(at)..at].concat());
            whole.extend_from_slice(batch);
            sent.push(whole);
            sent.extend(repeated.iter().map(|(_, earlier, _)| batches[(*earlier).min(at)].clone()));
        }
        prop_assert_eq!(taken_in(&sent), once);
    }

    /// Batches or one batch: the same.
    #[test]
    fn borders_of_batches_mean_nothing(batches in batches()) {
        prop_assert_eq!(taken_in(&[batches.concat()]), taken_in(&batches));
    }

    /// Whatever was said before: the states are those of the last full status.
    #[test]
    fn a_full_status_wins(batches in batches(), status in any_event().prop_filter("a status", |event| event.status.is_some())) {
        let before = taken_in(&batches);
        let (after, entries) = before.after([&status], RevisionId(6), &Even);
        let states = status.status.as_ref().unwrap();
        let held = after.status.as_ref().unwrap();
        prop_assert_eq!(&*held.states, states);
        prop_assert_eq!(held.covered, RevisionId(6));
        prop_assert!(entries.status_changed || before.status == after.status);
        use sluice_model::EnforcementState as E;
        for record in after.enforcement.iter() {
            match states.get(record.update) {
                Some(ReportedState::Installed) => prop_assert_eq!(record.state, E::Installed),
                Some(ReportedState::RestartPending) => prop_assert_eq!(record.state, E::PendingRestart),
                Some(ReportedState::Failed) => prop_assert!(record.state.is_failure()),
                Some(ReportedState::Downloaded) => prop_assert_eq!(record.state, E::Downloaded),
                Some(ReportedState::Needed) => prop_assert!(!matches!(record.state, E::Installed | E::PendingRestart)),
                None => prop_assert!(record.state != E::PendingRestart),
            }
        }
        for (update, state) in states.entries() {
            if *state == ReportedState::RestartPending && Even.title(*update).is_some() {
                prop_assert!(after.enforcement.iter().any(|record| record.update == *update));
            }
        }
    }

    /// Nothing that members of bundles or unknown updates do becomes enforcement.
    #[test]
    fn members_and_strangers_are_history_only(batches in batches()) {
        let after = taken_in(&batches);
        prop_assert!(after.enforcement.iter().all(|record| Even.title(record.update).is_some()));
        prop_assert!(after.enforcement.is_sorted_by_key(|record| record.update));
        let alone: Vec<Vec<Event>> =
            batches.iter().map(|batch| batch.iter().filter(|event| event.bundle.is_none() || event.event_id < 150).cloned().collect()).collect();
        prop_assert_eq!(taken_in(&alone), after);
    }

    /// What is said to have changed is all that changed.
    #[test]
    fn entries_are_the_difference(batches in batches(), more in prop::collection::vec(any_event(), 0..6)) {
        let before = taken_in(&batches);
        let (after, entries) = before.after(&more, RevisionId(5), &Even);
        let mut kept = before.enforcement.to_vec();
        for record in &entries.enforcement {
            kept.retain(|known| known.update != record.update);
            kept.push(record.clone());
        }
        kept.sort_by_key(|record| record.update);
        prop_assert_eq!(&kept[..], &after.enforcement[..]);
        prop_assert_eq!(entries.status_changed, before.status != after.status);
        prop_assert!(entries.scanned || before.scan == after.scan);
    }
}

#[test]
fn a_restart_ends_what_waited_for_it() {
    let update = |n: u128| Some(RevisionRef { update: UpdateId(Uuid::from_u128(n)), number: 1 });
    let event = |event_id, update| ClientEvent { namespace: 1, event_id, update, ..ClientEvent::default() };
    let of = |list: Vec<ClientEvent>| events(list, None, now(), |_| true);
    let status = StatusLists {
        needed: vec![UpdateId(Uuid::from_u128(2)), UpdateId(Uuid::from_u128(4))],
        ..StatusLists::default()
    };
    let status = ClientEvent { status: Some(status), ..event(156, None) };
    let batch = of(vec![status, event(201, update(2)), event(182, update(4)), event(224, update(6))]);
    let (ledger, _) = Ledger::default().after(&batch, RevisionId(5), &Even);
    insta::assert_snapshot!(said(&ledger), @r"
    status 2026-10-07T00:00:00Z Needed 1, Failed 1, Downloaded 0, Installed 0, RestartPending 1
      00000000-0000-0000-0000-000000000002 PendingRestart  
      00000000-0000-0000-0000-000000000004 InstallFailed  
      00000000-0000-0000-0000-000000000006 PendingRestart
    ");
    let (ledger, _) = ledger.after(&of(vec![event(202, None)]), RevisionId(5), &Even);
    insta::assert_snapshot!(said(&ledger), @r"
    status 2026-10-07T00:00:00Z Needed 1, Failed 1, Downloaded 0, Installed 1, RestartPending 0
      00000000-0000-0000-0000-000000000002 Installed  
      00000000-0000-0000-0000-000000000004 InstallFailed  
      00000000-0000-0000-0000-000000000006 Uninstalled
    ");
}
