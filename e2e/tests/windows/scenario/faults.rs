//! Every fault of the table that a site answers with, and what it makes an agent do (protocols.md §2.3). Two are never
//! sent: RegistrationNotRequired, since every client must register, and FileLocationChanged, since files do not move.

use reqwest::Method;
use sluice_sim::windows::{Reaction, WindowsClient};
use sluice_wsus::messages::client::{GetConfig, GetConfigResponse, GetCookie, SyncUpdateParameters, SyncUpdates};
use sluice_wsus::messages::reporting::{BasicData, ReportEventBatch, ReportingEvent};
use sluice_wsus::messages::shared::{AuthorizationCookie, Cookie, DeploymentAction};
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::soap::{ErrorCode, read_response};
use uuid::Uuid;

use super::approve::offered;
use crate::catalog::{Software, kb};
use crate::clock;
use crate::rig::{Rig, now};
use crate::site::sluice;

/// What a round asks with a cookie.
pub fn round(cookie: Cookie) -> SyncUpdates {
    SyncUpdates { cookie: Some(cookie), parameters: Some(SyncUpdateParameters::default()) }
}

/// Scans, and goes through the faults on the way as expected. What was known is not sent again.
async fn recovers(client: &mut WindowsClient, reactions: &[Reaction]) {
    let scan = client.scan().await.expect("a scan");
    assert_eq!(scan.reactions, reactions);
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    assert_eq!((scan.new_updates, scan.out_of_scope), (0, 0), "{scan:#?}");
}

#[tokio::test]
async fn cookies_that_are_not_ours_are_invalid_and_agents_start_over_without_loss() {
    let rig = Rig::with(&[Software::new(5_000_080)]).await;
    let (mut client, wire) = (rig.client(), rig.wire());
    client.scan().await.expect("a scan");
    let good = client.cookie().cloned().expect("a cookie");
    let with = |encrypted_data: Vec<u8>| Cookie { encrypted_data, ..good.clone() };

    let length = good.encrypted_data.len();
    let mut bad = vec![with(Vec::new()), with(vec![0; 1]), with(vec![b'A'; length]), with(vec![0xff; 1 << 12])];
    bad.extend((1..length).step_by(7).map(|end| with(good.encrypted_data[..end].to_vec())));
    bad.push(with([good.encrypted_data.as_slice(), b"x"].concat()));
    // What came from the serializer of .NET that CVE-2025-59287 went through.
    bad.push(with([&[0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1], vec![0; 214].as_slice()].concat()));
    for at in 0..length {
        let mut data = good.encrypted_data.clone();
        data[at] ^= 1;
        bad.push(with(data));
    }
    for cookie in &bad {
        assert_eq!(wire.refusal(&round(cookie.clone())).await, Some(ErrorCode::InvalidCookie), "{cookie:?}");
    }
    let without = SyncUpdates { cookie: None, parameters: Some(SyncUpdateParameters::default()) };
    assert_eq!(wire.refusal(&without).await, Some(ErrorCode::InvalidCookie));

    for cookie in [with(vec![b'A'; length]), with(good.encrypted_data[1..].to_vec())] {
        client.set_cookie(Some(cookie));
        recovers(&mut client, &[Reaction::StartAgainAndRefresh]).await;
        assert_ne!(client.cookie(), Some(&good));
    }
    rig.require(&[5_000_080]).await;
    assert_eq!(offered(&mut client, kb(5_000_080)).await, Some(DeploymentAction::Install));
}

#[tokio::test]
async fn an_old_cookie_repeats_news_and_nothing_else() {
    let rig = Rig::with(&[Software::new(5_000_081)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let old = client.cookie().cloned();
    rig.require(&[5_000_081]).await;
    assert!(client.scan().await.expect("a scan").changed > 0);
    assert_eq!(client.scan().await.expect("a scan").changed, 0);
    client.set_cookie(old);
    let again = client.scan().await.expect("a scan");
    assert!(again.changed > 0 && again.new_updates == 0 && again.reactions.is_empty(), "{again:#?}");
}

#[tokio::test]
async fn changed_settings_make_agents_read_them_again() {
    let rig = Rig::with(&[Software::new(5_000_082)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let before = client.cookie().cloned().expect("a cookie");
    sluice(&rig.site, &["settings", "windows", "--targeting", "client"]).await;
    assert_eq!(rig.wire().refusal(&round(before)).await, Some(ErrorCode::ConfigChanged));
    recovers(&mut client, &[Reaction::NewConfiguration]).await;
    recovers(&mut client, &[]).await;
}

#[tokio::test]
async fn a_removed_device_registers_again() {
    let rig = Rig::with(&[Software::new(5_000_083)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let id = rig.device(&client).await["device"]["id"].as_str().expect("an id").to_owned();
    rig.site.api().delete(&format!("/devices/{id}")).await;
    let cookie = client.cookie().cloned().expect("a cookie");
    assert_eq!(rig.wire().refusal(&round(cookie)).await, Some(ErrorCode::RegistrationRequired));
    let gone = rig.site.api().send(Method::GET, &format!("/devices/{id}"), None).await.expect("an answer");
    assert_eq!(gone.status, 404, "nothing but a registration brings it back");

    // The site forgot its name too, so that it has to say it again.
    let scan = client.scan().await.expect("a scan");
    assert_eq!(scan.reactions, [Reaction::Register, Reaction::StartAgainAndRefresh]);
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_083, "required").await;
}

#[tokio::test]
async fn a_cookie_past_its_time_is_exchanged() {
    let mut rig = Rig::with(&[Software::new(5_000_084)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    let cookie = client.cookie().cloned().expect("a cookie");
    rig.site.stop().await;
    let ahead = clock::ahead(rig.folder.path(), 24);
    rig.site.options().environment = ahead;
    rig.site.start_again().await;
    assert_eq!(rig.wire().refusal(&round(cookie)).await, Some(ErrorCode::CookieExpired));
    recovers(&mut client, &[Reaction::NewCookie]).await;
    recovers(&mut client, &[]).await;
}

#[tokio::test]
async fn a_cookie_is_given_for_exactly_one_authorization() {
    let rig = Rig::with(&[]).await;
    let wire = rig.wire();
    let (_, config) = wire.ask(&GetConfig { protocol_version: "2.90".into() }).await;
    let last_change = read_response::<GetConfigResponse>(&config).expect("an answer").last_change;
    let authorize = GetAuthorizationCookie {
        client_id: Uuid::from_u128(7).to_string(),
        dns_name: "pc.example.org".into(),
        ..GetAuthorizationCookie::default()
    };
    let (_, answer) = wire.ask(&authorize).await;
    let good = read_response::<GetAuthorizationCookieResponse>(&answer).expect("an answer").cookie;
    let request = |auth_cookies: Vec<AuthorizationCookie>| GetCookie {
        auth_cookies,
        last_change: Some(last_change),
        current_time: Some(now()),
        protocol_version: "2.90".into(),
        ..GetCookie::default()
    };
    let forged = AuthorizationCookie { cookie_data: vec![b'A'; good.cookie_data.len()], ..good.clone() };
    let cut = AuthorizationCookie { cookie_data: good.cookie_data[1..].to_vec(), ..good.clone() };
    for bad in [vec![], vec![good.clone(), good.clone()], vec![forged], vec![cut]] {
        assert_eq!(wire.refusal(&request(bad)).await, Some(ErrorCode::InvalidAuthorizationCookie));
    }
    // One is not the other: a cookie does not authorize, an authorization is no cookie.
    let as_cookie = Cookie { expiration: None, encrypted_data: good.cookie_data.clone() };
    assert_eq!(wire.refusal(&round(as_cookie)).await, Some(ErrorCode::InvalidCookie));
    let late = GetCookie { last_change: Some(now()), ..request(vec![good.clone()]) };
    assert_eq!(wire.refusal(&late).await, Some(ErrorCode::ConfigChanged), "its configuration is not ours");
    let (status, answer) = wire.ask(&request(vec![good])).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn who_reports_too_much_is_put_off() {
    let rig = Rig::with(&[Software::new(5_000_085)]).await;
    let (mut client, mut other) = (rig.client(), rig.client());
    client.scan().await.expect("a scan");
    let event = |number: u128| ReportingEvent {
        basic_data: BasicData {
            event_instance_id: Uuid::from_u128(number),
            namespace_id: 1,
            event_id: 147,
            source_id: 101,
            ..BasicData::default()
        },
        ..ReportingEvent::default()
    };
    let flood = |number: u128| ReportEventBatch {
        cookie: client.cookie().cloned(),
        client_time: Some(now()),
        event_batch: (number * 5000..(number + 1) * 5000).map(event).collect(),
    };
    let mut refusals = Vec::new();
    for number in 1..=4 {
        let (status, answer) = rig.wire().ask(&flood(number)).await;
        if status != 200 {
            refusals.push(crate::wire::fault(&answer));
        }
    }
    assert!(!refusals.is_empty() && refusals.iter().all(|fault| fault.code() == Some(ErrorCode::ServerBusy)));
    assert_eq!(Reaction::to(&refusals[0]), Reaction::Later);
    other.scan().await.expect("a scan");
    other.report().await.expect("a report");
    rig.shows(&other, 5_000_085, "required").await;
}
