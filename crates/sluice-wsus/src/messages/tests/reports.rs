//! The recorded reports of real agents, as far as they were decoded before they were published.

use serde_json::Value;

use crate::captures::shared_text;
use crate::messages::reporting::{MiscData, event_id};

fn json(file: &str) -> Option<Value> {
    shared_text(&format!("captures/reports/{file}")).map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn events_of_installations() {
    let Some(report) = json("native-install-events.json") else { return };
    let mut seen = Vec::new();
    for batch in report["batches"].as_array().unwrap() {
        for event in batch["events"].as_array().unwrap() {
            let strings = event["misc_data"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned);
            let data = MiscData::parse(strings);
            assert_eq!(data.agent_version(), Some("1507.2601.30012.0"));
            assert!(data.app_name().is_some());
            seen.push(i32::try_from(event["event_id"].as_i64().unwrap()).unwrap());
            if event["event_id"] == event_id::DOWNLOAD_SUCCEEDED {
                assert!(data.bytes().unwrap() > 0);
            }
        }
    }
    for id in [
        event_id::DETECTION_SUCCEEDED,
        event_id::STATUS,
        event_id::DOWNLOAD_SUCCEEDED,
        event_id::INSTALL_STARTED,
        event_id::INSTALL_FAILED,
        event_id::RESTART_PENDING,
    ] {
        assert!(seen.contains(&id), "{id} in {seen:?}");
    }
}

#[test]
fn lists_of_a_full_status() {
    let Some(report) = json("native-156-lists.excerpt.json") else { return };
    let list = |key: &str| {
        let ids: Vec<_> = report[key].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        format!("{key}={}", ids.join(";"))
    };
    let data = MiscData::parse([list("U"), list("V")]);
    assert_eq!((data.needed().count(), data.installed().count(), data.restart_pending().count()), (22, 38, 0));
}

/// The constants mean what the event table of a real server says.
#[test]
fn event_ids_are_those_of_the_event_table() {
    let Some(table) = shared_text("captures/reports/susdb-client-event-table.csv") else { return };
    for (id, words) in [
        (event_id::DETECTION_SUCCEEDED, "successfully detected"),
        (event_id::DETECTION_FAILED, "failed to detect"),
        (event_id::STATUS, "Reporting client status"),
        (event_id::DOWNLOAD_FAILED, "Download failed"),
        (event_id::DOWNLOAD_SUCCEEDED, "Download succeeded"),
        (event_id::DOWNLOAD_STARTED, "Download started"),
        (event_id::INSTALL_STARTED, "Installation Started"),
        (event_id::INSTALL_FAILED, "Installation Failure"),
        (event_id::INSTALL_SUCCEEDED, "Installation Successful"),
        (event_id::INSTALL_SUCCEEDED_RESTART, "successful and restart required"),
        (event_id::SCHEDULED_INSTALL_SUCCEEDED, "Installation Successful"),
        (event_id::SCHEDULED_INSTALL_SUCCEEDED_RESTART, "successful and restart required"),
        (event_id::SCHEDULED_INSTALL_FAILED, "Installation Failure"),
        (event_id::SHUTDOWN_INSTALL_SUCCEEDED, "Installation Successful"),
        (event_id::SHUTDOWN_INSTALL_FAILED, "Installation Failure"),
        (event_id::SHUTDOWN_INSTALL_SUCCEEDED_RESTART, "successful and restart required"),
        (event_id::RESTART_PENDING, "Installation pending"),
        (event_id::RESTART_COMPLETED, "Reboot completed"),
        (event_id::INSTALL_SUCCEEDED_AFTER_RESTART, "succeeded Post Reboot"),
        (event_id::INSTALL_FAILED_AFTER_RESTART, "Failure Post Reboot"),
        (event_id::UNINSTALL_FAILED, "Uninstallation Failure"),
        (event_id::UNINSTALL_SUCCEEDED, "Uninstallation Successful"),
        (event_id::UNINSTALL_SUCCEEDED_RESTART, "Uninstallation successful and restart required"),
    ] {
        let row = table.lines().find(|row| row.starts_with(&format!("\"1\",\"{id}\","))).unwrap();
        assert!(row.contains(words), "{row}");
    }
}
