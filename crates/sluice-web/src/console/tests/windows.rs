//! Adding Windows devices.

use std::net::IpAddr;

use axum::http::StatusCode;
use sluice_site::windows::session::AuthorizeRequest;

use super::Browser;
use crate::console::view::samples::HOSTILE;

fn first_contact(browser: &Browser, dns_name: &str) {
    let request = AuthorizeRequest {
        client_id: "0e0ba5b5-3a29-4a3e-9a0a-6a5a4a3a2a1a".into(),
        target_group: String::new(),
        dns_name: dns_name.into(),
        peer: IpAddr::from([192, 0, 2, 7]),
    };
    browser.site.windows_authorize(request).unwrap();
}

#[tokio::test]
async fn the_policy_is_shown_with_its_download_and_steps() {
    let mut browser = Browser::signed_in().await;
    let page = browser.see("/devices/enroll/windows").await;
    for text in ["reg import sluice-windows.reg", "https://site.example:8531", "UseWUServer", "No device yet"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    let download = page.between("<a class=\"button primary\" href=\"", "\"").replace("&#38;", "&");
    assert!(download.starts_with("/api/v1/client-policy/windows?"), "{download}");
    let file = browser.see(&download).await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"sluice-windows.reg\"");
    for (format, text) in [
        ("ps1", "powershell.exe -NoProfile"),
        ("gpo", "LGPO.exe /t"),
        ("pol", "This form is not text"),
        ("intune", "omaSettings"),
        ("cer", "certutil -addstore"),
    ] {
        let page = browser.see(&format!("/devices/enroll/windows?format={format}")).await;
        assert!(page.text.contains(text), "{format}: {}", page.text);
        let download = page.between("<a class=\"button primary\" href=\"", "\"").replace("&#38;", "&");
        assert_eq!(browser.get(&download).await.status, StatusCode::OK, "{download}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_said_beside_the_form() {
    let mut browser = Browser::signed_in().await;
    for query in ["server=https://a/b", "format=exe", "install_hour=24", "detection_hours=x", "target_group=a;;b"] {
        let page = browser.get(&format!("/devices/enroll/windows?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.text.contains("<form method=\"get\" action=\"/devices/enroll/windows\""), "{query}");
        assert!(!page.text.contains("download>"), "{query}: a policy is offered");
    }
}

#[tokio::test]
async fn a_device_arrives() {
    let mut browser = Browser::signed_in().await;
    first_contact(&browser, HOSTILE);
    let page = browser.see("/devices/enroll/windows?target_group=%3Cscript%3E").await;
    assert!(!page.text.contains("<script>"));
    for text in ["First contact, step 1 of 4", "192.0.2.7", "&#60;script&#62;alert(1)"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
}
