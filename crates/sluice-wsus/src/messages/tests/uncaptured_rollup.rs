//! The rollup, of which there is no recording: what is written is read back, and has the order of the contract.

use uuid::Uuid;

use super::uncaptured::{COOKIE, cookie, identity, request, response};
use crate::messages::rollup::*;

const EVERLASTING: &str = "<cookie><Expiration>9999-12-31T23:59:59.9999999</Expiration><EncryptedData/></cookie>";

const PARENT: &str = "<parentServerId>00000000-0000-0000-0000-0000000000c3</parentServerId>";

fn parent() -> Uuid {
    Uuid::from_u128(0xC3)
}

fn time() -> Option<jiff::Timestamp> {
    Some("2026-10-04T16:03:35Z".parse().unwrap())
}

#[test]
fn configuration() {
    assert_eq!(request(&GetRollupConfiguration { cookie: None }), EVERLASTING);
    assert_eq!(request(&GetRollupConfiguration { cookie: cookie() }), format!("<cookie>{COOKIE}</cookie>"));
    let configuration = RollupConfiguration {
        do_detailed_rollup: true,
        rollup_reset_guid: Uuid::from_u128(1),
        server_id: Uuid::from_u128(2),
        rollup_downstream_servers_max_batch_size: 5_000,
        rollup_computers_max_batch_size: 1_500,
        get_out_of_sync_computers_max_batch_size: 20_000,
        rollup_computer_status_max_batch_size: 500,
    };
    let written = "<GetRollupConfigurationResult><DoDetailedRollup>true</DoDetailedRollup>\
        <RollupResetGuid>00000000-0000-0000-0000-000000000001</RollupResetGuid>\
        <ServerId>00000000-0000-0000-0000-000000000002</ServerId>\
        <RollupDownstreamServersMaxBatchSize>5000</RollupDownstreamServersMaxBatchSize>\
        <RollupComputersMaxBatchSize>1500</RollupComputersMaxBatchSize>\
        <GetOutOfSyncComputersMaxBatchSize>20000</GetOutOfSyncComputersMaxBatchSize>\
        <RollupComputerStatusMaxBatchSize>500</RollupComputerStatusMaxBatchSize></GetRollupConfigurationResult>";
    assert_eq!(response(&GetRollupConfigurationResponse { configuration }), written);
}

#[test]
fn downstream_servers() {
    let activity = ClientActivitySummary { update: identity(), install_success_count: 3, install_failure_count: 1 };
    let clients = ClientSummary {
        os_major_version: 10,
        os_build_number: 26_200,
        os_locale: "en-US".to_owned(),
        suite_mask: 256,
        old_product_type: 1,
        new_product_type: 48,
        processor_architecture: "AMD64".to_owned(),
        count: 12,
        activity_summaries: vec![activity],
        ..Default::default()
    };
    let server = DownstreamServerRollupInfo {
        server_id: parent(),
        full_domain_name: "wsus.example".to_owned(),
        last_sync_time: time(),
        parent_server_id: Uuid::nil(),
        version: "10.0.26100.1".to_owned(),
        is_replica: true,
        last_rollup_time: None,
        server_summary: Some(ServerSummary { update_count: 18, computers_up_to_date_count: 7, ..Default::default() }),
        client_summaries: vec![clients],
    };
    let asked = RollupDownstreamServers { cookie: None, client_time: time(), downstream_servers: vec![server] };
    insta::assert_snapshot!(request(&asked).replace("><", ">\n<"));
}

#[test]
fn computers() {
    let details = ComputerRollupDetails {
        ip_address: "192.0.2.9".to_owned(),
        full_domain_name: "pc.example".to_owned(),
        os_major_version: 10,
        os_build_number: 26_200,
        os_description: "\"Pro\" & more".to_owned(),
        bios_release_date: time(),
        client_version: "1507.2601.30012.0".to_owned(),
        target_group_ids: vec![parent()],
        requested_target_group_names: vec!["Lab".to_owned()],
        ..Default::default()
    };
    let computer = ComputerRollupInfo {
        computer_id: "x".to_owned(),
        last_sync_time: time(),
        last_sync_result: LastSyncResult::Succeeded,
        parent_server_id: parent(),
        details: Some(details),
        ..Default::default()
    };
    let unchanged = ComputerRollupInfo { details: None, ..computer.clone() };
    let asked = RollupComputers { cookie: None, client_time: time(), computers: vec![computer, unchanged] };
    insta::assert_snapshot!(request(&asked).replace("><", ">\n<"));
    let changed = |id: &str, change| ChangedComputer { computer_id: id.to_owned(), change };
    let answer = RollupComputersResponse {
        changed_computers: vec![changed("a", ComputerChange::Deleted), changed("b", ComputerChange::NewParent)],
    };
    let written = "<RollupComputersResult><ChangedComputer ComputerId=\"a\" Change=\"Deleted\" />\
        <ChangedComputer ComputerId=\"b\" Change=\"NewParent\" /></RollupComputersResult>";
    assert_eq!(response(&answer), written);
}

#[test]
fn computers_out_of_sync() {
    let number = ComputerLastRollupNumber { computer_id: "x".to_owned(), rollup_number: 4 };
    let asked = GetOutOfSyncComputers { cookie: None, parent_server_id: parent(), last_rollup_numbers: vec![number] };
    let written = format!(
        "{EVERLASTING}{PARENT}<lastRollupNumbers><ComputerLastRollupNumber><ComputerId>x</ComputerId>\
         <RollupNumber>4</RollupNumber></ComputerLastRollupNumber></lastRollupNumbers>"
    );
    assert_eq!(request(&asked), written);
    let answer = GetOutOfSyncComputersResponse { computer_ids: vec!["x".to_owned()] };
    let written = "<GetOutOfSyncComputersResult><string>x</string></GetOutOfSyncComputersResult>";
    assert_eq!(response(&answer), written);
}

#[test]
fn computer_status() {
    let state = |state| ComputerStatusRollupUpdateStatus {
        update_id: parent(),
        summarization_state: state,
        last_change_time: time(),
    };
    let computer = ComputerStatusRollupInfo {
        instance_id: Uuid::from_u128(9),
        computer_id: "x".to_owned(),
        effective_last_detection_time: None,
        rollup_number: 2,
        is_full_rollup: true,
        update_status: vec![state(SummarizationState::Failed), state(SummarizationState::InstalledPendingReboot)],
    };
    let asked = RollupComputerStatus {
        cookie: None,
        client_time: time(),
        parent_server_id: parent(),
        computers: vec![computer],
    };
    let state = |state: u8| {
        format!(
            "<ComputerStatusRollupUpdateStatus><UpdateId>00000000-0000-0000-0000-0000000000c3</UpdateId>\
             <SummarizationState>{state}</SummarizationState><LastChangeTime>2026-10-04T16:03:35Z</LastChangeTime>\
             </ComputerStatusRollupUpdateStatus>"
        )
    };
    let written = format!(
        "{EVERLASTING}<clientTime>2026-10-04T16:03:35Z</clientTime>{PARENT}<computers><ComputerStatusRollupInfo>\
         <InstanceId>00000000-0000-0000-0000-000000000009</InstanceId><ComputerId>x</ComputerId>\
         <EffectiveLastDetectionTime>1753-01-01T00:00:00</EffectiveLastDetectionTime><RollupNumber>2</RollupNumber>\
         <IsFullRollup>true</IsFullRollup><UpdateStatus>{}{}</UpdateStatus></ComputerStatusRollupInfo></computers>",
        state(5),
        state(6)
    );
    assert_eq!(request(&asked), written);
    let answer = RollupComputerStatusResponse { accepted: true };
    assert_eq!(response(&answer), "<RollupComputerStatusResult>true</RollupComputerStatusResult>");
}
