//! Bounds that real servers have too, and what newer agents send beyond any contract.

use sluice_sim::windows::Reaction;
use sluice_wsus::messages::client::{Device, SyncUpdateParameters, SyncUpdates};
use sluice_wsus::soap::{ErrorCode, SoapVersion, write_request};

use crate::catalog::{self, Software, kb};
use crate::rig::Rig;
use crate::wire::{CLIENT, fault};

#[tokio::test]
async fn four_hundred_installed_ids_are_taken_and_one_more_is_refused() {
    let rig = Rig::with(&[Software::new(5_000_060)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let request = |count: i32| {
        let parameters = SyncUpdateParameters {
            installed_non_leaf_update_ids: (1..=count).collect(),
            ..SyncUpdateParameters::default()
        };
        SyncUpdates { cookie: client.cookie().cloned(), parameters: Some(parameters) }
    };
    let (status, answer) = rig.wire().ask(&request(400)).await;
    assert_eq!(status, 200, "as many as WSUS takes: {answer}");
    let fault = rig.wire().fault(&request(401)).await;
    assert_eq!(fault.code(), Some(ErrorCode::InvalidParameters));
    assert_eq!(fault.message, "parameters.InstalledNonLeafUpdateIDs");
}

#[tokio::test]
async fn a_machine_with_too_many_installed_ids_fails_as_with_real_servers_and_says_so() {
    const MANY: u32 = 401;
    let mut rig = Rig::empty(sluice_e2e::SiteOptions::default()).await;
    rig.import(&[catalog::foundations(), catalog::detectoids(5_000_063, MANY)].concat(), &[]).await;
    let mut client = rig.client();
    let error = client.scan().await.expect_err("more than a server takes");
    assert_eq!(error.fault().and_then(|fault| fault.code()), Some(ErrorCode::InvalidParameters), "{error:?}");
    assert_eq!(Reaction::to(error.fault().expect("a fault")), Reaction::Fail);
    assert_eq!(error.hresult(), 0x8024_4007);
    client.report().await.expect("a report");
    sluice_e2e::eventually("the failed scan shows", async || {
        let device = rig.device(&client).await["device"].clone();
        if device["scan_error"]["code"] == 0x8024_4007_u32 { Ok(()) } else { Err(format!("{device:#}")) }
    })
    .await;
}

#[tokio::test]
async fn devices_belong_into_the_driver_pass() {
    let rig = Rig::with(&[Software::new(5_000_062)]).await;
    let mut client = rig.client();
    assert!(client.scan().await.expect("a scan").offer(kb(5_000_062)).is_some());
    let parameters = SyncUpdateParameters { system_spec: vec![Device::default()], ..SyncUpdateParameters::default() };
    let request = SyncUpdates { cookie: client.cookie().cloned(), parameters: Some(parameters) };
    assert_eq!(rig.wire().refusal(&request).await, Some(ErrorCode::InvalidParameters));
}

#[tokio::test]
async fn unknown_elements_are_passed_over() {
    let rig = Rig::with(&[Software::new(5_000_061)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let request = SyncUpdates { cookie: client.cookie().cloned(), parameters: Some(SyncUpdateParameters::default()) };
    let text = String::from_utf8(write_request(&request, SoapVersion::Soap11)).expect("XML is text");
    let strange = text.replace(
        "<SkipSoftwareSync>",
        "<FromTheFuture a=\"1\"><Deep><Deeper>x</Deeper></Deep></FromTheFuture><SkipSoftwareSync>",
    );
    assert_ne!(text, strange);
    let (status, answer) = rig.wire().post(CLIENT, strange).await.expect("an answer");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("SyncUpdatesResult"), "{answer}");

    // What is no value of its type is refused, not guessed.
    let wrong = text.replace("<SkipSoftwareSync>false", "<SkipSoftwareSync>perhaps");
    assert_ne!(text, wrong);
    let (status, answer) = rig.wire().post(CLIENT, wrong).await.expect("an answer");
    assert_eq!((status, fault(&answer).code()), (500, Some(ErrorCode::InvalidParameters)), "{answer}");
}
