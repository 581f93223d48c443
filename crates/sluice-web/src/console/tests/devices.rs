//! Enrolling a device with what the page says, and looking at it.

use axum::http::StatusCode;
use sluice_model::{InstalledPackage, Inventory, KernelFacts, OperatingSystem, RestartEvidence};
use sluice_wire::EnrollmentToken;

use super::Browser;
use crate::console::view::samples::HOSTILE;

fn inventory() -> Inventory {
    Inventory {
        os: OperatingSystem {
            id: "debian".into(),
            version: "13".into(),
            codename: "trixie".into(),
            title: format!("Debian {HOSTILE}"),
        },
        architecture: "amd64".into(),
        kernel: KernelFacts { running: "6.12.1".into(), newest_installed: Some("6.12.2".into()) },
        restart: RestartEvidence { kernel: true, ..RestartEvidence::default() },
        packages: vec![InstalledPackage {
            name: "bash".into(),
            architecture: "amd64".into(),
            version: "5.2.37-2".into(),
            source: "bash".into(),
            held: true,
            broken: true,
        }],
        indexes: vec![],
        pins: vec![],
    }
}

/// Enrols a device with the token a page shows; its identifier.
pub async fn enroll(browser: &mut Browser, name: &str) -> String {
    let page = browser.submit("/devices/enroll", &[("uses", "1"), ("valid", "hour")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let command = page.between("<code>sluice agent enroll ", "</code>");
    assert!(command.starts_with("--server https://site.example:8531 --token "), "{command}");
    let token = EnrollmentToken::decode(command.rsplit(' ').next().unwrap()).unwrap();
    let enrolled = browser.site.enroll(&token, name, "0.1.0").await.unwrap();
    let device = browser.site.authenticate_device(&enrolled.credential).unwrap();
    browser.site.ingest_inventory(&device, inventory(), [1; 32]).await.unwrap();
    enrolled.device.to_string()
}

#[tokio::test]
async fn a_device_enrols_with_what_the_page_says() {
    let mut browser = Browser::signed_in().await;
    let id = enroll(&mut browser, HOSTILE).await;
    for path in ["/devices".to_owned(), format!("/devices/{id}"), "/".to_owned(), "/collections".to_owned()] {
        let page = browser.see(&path).await;
        assert!(!page.text.contains("<script>"), "{path}");
    }
    let page = browser.see(&format!("/devices/{id}")).await;
    for text in ["A restart is needed", "6.12.1", "needs repair", "&#60;script&#62;alert(1)"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    let csv = browser.see("/devices?format=csv").await.text;
    assert!(csv.starts_with("id,name,os,"), "{csv}");
    assert!(csv.contains("\"web-07<script>alert(1)</script>\"\"'; DROP TABLE devices;--\""), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&browser.see("/devices?format=json").await.text).unwrap();
    assert_eq!(json[0]["name"], HOSTILE);
    assert_eq!(browser.see("/devices?text=nobody").await.text.matches("<tbody>").count(), 0);

    let page = browser.submit(&format!("/devices/{id}/remove"), &[]).await;
    assert_eq!(page.location(), "/devices?done=removed-device");
    assert_eq!(browser.get(&format!("/devices/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tokens_are_bounded_and_revoked() {
    let mut browser = Browser::signed_in().await;
    for (uses, valid) in [("0", "hour"), ("x", "hour"), ("-1", "hour"), ("99999999", "hour"), ("1", "for ever")] {
        let page = browser.submit("/devices/enroll", &[("uses", uses), ("valid", valid)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{uses} {valid}");
    }
    browser.submit("/devices/enroll", &[("uses", "3"), ("valid", "day")]).await;
    let page = browser.see("/devices/enroll").await;
    assert!(!page.text.contains("--token"), "the secret is shown once");
    let revoke = page.between("action=\"/devices/enroll/", "\"").to_owned();
    let page = browser.submit(&format!("/devices/enroll/{revoke}"), &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(browser.see("/devices/enroll").await.text.contains("No open tokens"));
}
