//! The page for adding Windows devices in a real browser: the policy, and a device as it arrives.

use sluice_e2e::{SiteOptions, eventually};
use sluice_wsus::messages::client::{
    ComputerInfo, GetConfig, GetConfigResponse, GetCookie, GetCookieResponse, RegisterComputer,
};
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::soap::read_response;

use crate::browser::{Browser, DESK, PHONE, Screen};
use crate::catalog::Software;
use crate::journey;
use crate::rig::{Rig, now};

/// Everything that the list of arriving devices says, the words for those who hear it included.
const ARRIVALS: &str = "return document.querySelector('#r-arrivals').textContent";

#[tokio::test]
async fn a_device_arrives_on_a_desk() {
    add_a_device(DESK).await;
}

#[tokio::test]
async fn a_device_arrives_on_a_phone() {
    add_a_device(PHONE).await;
}

async fn add_a_device(screen: Screen) {
    let rig = Rig::of(SiteOptions::default(), &[Software::new(5_000_100)]).await;
    let browser = Browser::open(&rig.site.admin_url(), screen, true).await;
    journey::create_the_first_administrator(&browser, &rig.site).await;
    browser.go("/devices").await;
    browser.click("a[href='/devices/enroll/windows']").await;
    browser.says("h1", "Windows").await;
    browser.is_content().await;

    let server = format!("https://127.0.0.1:{}", rig.site.client_port());
    browser.fill("#f-server", &server).await;
    browser.click("form.form button.primary").await;
    browser.says("pre", &server).await;
    let policy = browser.text("pre").await;
    for word in ["WUServer", "WUStatusServer", "UseWUServer"] {
        assert!(policy.contains(word), "{word} is not in {policy}");
    }
    browser.is_content().await;

    // The page follows by itself from here on.
    browser.evaluate::<()>("window.loadedOnce = true").await;
    let mut client = rig.client();
    let name = client.machine().dns_name().to_owned();
    let stage = async |stage: &str| {
        eventually(&format!("the page says {stage:?}"), async || {
            let said: String = browser.evaluate(ARRIVALS).await;
            if said.contains(stage) && said.contains(&name) { Ok(()) } else { Err(said) }
        })
        .await;
        browser.is_content().await;
    };

    // The first steps one by one, as an agent makes them at its first contact.
    let wire = rig.wire();
    let authorize = GetAuthorizationCookie {
        client_id: client.machine().client_id().to_string(),
        dns_name: name.clone(),
        ..GetAuthorizationCookie::default()
    };
    let (_, answer) = wire.ask(&authorize).await;
    let ticket = read_response::<GetAuthorizationCookieResponse>(&answer).expect("an authorization").cookie;
    stage("First contact, step 1 of 4").await;
    let (_, answer) = wire.ask(&GetConfig { protocol_version: "2.90".into() }).await;
    let config = read_response::<GetConfigResponse>(&answer).expect("a configuration");
    let request = GetCookie {
        auth_cookies: vec![ticket],
        last_change: Some(config.last_change),
        current_time: Some(now()),
        protocol_version: "2.90".into(),
        ..GetCookie::default()
    };
    let (_, answer) = wire.ask(&request).await;
    let cookie = read_response::<GetCookieResponse>(&answer).expect("a cookie").cookie;
    let computer_info = Some(ComputerInfo { dns_name: name.clone(), ..ComputerInfo::default() });
    let (status, answer) = wire.ask(&RegisterComputer { cookie: Some(cookie), computer_info }).await;
    assert_eq!(status, 200, "{answer}");
    stage("Registered, step 2 of 4").await;
    client.scan().await.expect("a scan");
    stage("Scanning, step 3 of 4").await;
    client.report().await.expect("a report");
    stage("Reported, step 4 of 4").await;
    assert!(browser.evaluate::<bool>("return window.loadedOnce === true").await, "it was not loaded again");

    browser.click("#r-arrivals li a").await;
    browser.says("h1", &name).await;
    browser.is_content().await;
}
