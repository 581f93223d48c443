//! Our events beside recorded ones.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use sluice_sim::windows::{Behaviour, Failure, Stage};
use sluice_wsus::messages::reporting::{ReportEventBatch, ReportingEvent};
use sluice_wsus::soap::{Envelope, Limits, Message};

use crate::recorded::captures;
use crate::spec::{Spec, Update, id};
use crate::{client, client_with};

/// Keys of MiscData that only some machines or callers send: who called (`cc`), sampling of some events (`P`), how a
/// download went (`l`, `csiComponent`), what some failed scans add (`B`, `O`).
const SOMETIMES: [&str; 6] = ["cc", "P", "l", "csiComponent", "B", "O"];

/// What of an event does not depend on the machine.
fn shape(event: &ReportingEvent) -> (i32, i32, i32, i32, usize, bool, Vec<String>) {
    let (basic, extended) = (&event.basic_data, &event.extended_data);
    let keys = extended.misc_data.strings().map(|pair| pair.split('=').next().unwrap_or_default().to_owned());
    let keys: Vec<String> = keys.filter(|key| !SOMETIMES.contains(&key.as_str())).collect();
    let strings = extended.replacement_strings.len();
    (
        basic.event_id,
        basic.namespace_id,
        basic.source_id,
        basic.sequence_number,
        strings,
        extended.device_id.is_some(),
        keys,
    )
}

#[tokio::test]
async fn events_have_the_shape_of_recorded_ones() {
    let Some(captures) = captures() else { return };
    let mut recorded: Vec<ReportingEvent> = Vec::new();
    for folder in ["000016", "000018"] {
        let path = captures.join(format!("wua-wsus/flow/{folder}/request.body"));
        let text = fs::read_to_string(path).expect("a request");
        let mut envelope = Envelope::open(&text, Limits::REQUEST).expect("an envelope");
        recorded.extend(ReportEventBatch::read(&mut envelope.body).expect("a batch").event_batch);
    }
    let failure = Failure { update: Some(id(21)), stage: Stage::Install, hresult: 0x8024_6007, times: 1 };
    let spec = Spec::start(vec![Update::bundle(20, &[&[21]]), Update::software(21).member()]).await;
    spec.state().faults.push_back(("SyncUpdates", sluice_wsus::soap::ErrorCode::ServerBusy, ""));
    let mut client = client_with(&spec, Behaviour { failures: vec![failure], ..Behaviour::default() });
    client.scan().await.expect_err("busy");
    client.scan().await.expect("a scan");
    client.install().await;
    let ours: Vec<_> = client.queued_events().iter().map(shape).collect();
    for event in &recorded {
        let shape = shape(event);
        assert!(ours.contains(&shape), "{shape:?} is none of {ours:#?}");
    }
    assert_eq!(recorded.len(), 6);
}

#[tokio::test]
async fn events_of_a_restart_have_the_keys_of_recorded_ones() {
    let Some(captures) = captures() else { return };
    let text = fs::read_to_string(captures.join("reports/native-install-events.json")).expect("events");
    let recorded: Value = serde_json::from_str(&text).expect("JSON");
    let spec = Spec::start(vec![
        Update::bundle(20, &[&[21]]),
        Update::software(21).member().reboots("CanRequestReboot").file("a.cab", 10),
    ])
    .await;
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    client.install().await;
    let mut compared = BTreeSet::new();
    for event in recorded["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .take(2)
        .flat_map(|b| b["events"].as_array().expect("events"))
    {
        let number = event["event_id"].as_i64().expect("a number");
        let keys: Vec<String> = event["misc_data"]
            .as_array()
            .expect("pairs")
            .iter()
            .filter_map(|pair| pair.as_str()?.split('=').next().map(str::to_owned))
            .collect();
        let ours = client.queued_events().iter().find(|e| i64::from(e.basic_data.event_id) == number);
        let ours = ours.unwrap_or_else(|| panic!("no event {number}"));
        let own: Vec<String> = ours
            .extended_data
            .misc_data
            .strings()
            .filter_map(|pair| pair.split('=').next().map(str::to_owned))
            // The lists are summarized in the recording.
            .filter(|key| key != "U" && key != "V")
            .collect();
        assert_eq!(own, keys, "event {number}");
        assert_eq!(i64::from(ours.basic_data.win32_hresult), event["win32_hresult"].as_i64().expect("a code"));
        compared.insert(number);
    }
    assert_eq!(compared, BTreeSet::from([147, 156, 162, 167, 181, 201]));
}
