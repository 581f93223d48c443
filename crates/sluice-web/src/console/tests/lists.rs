//! Groups, collections and sources.

use axum::http::StatusCode;

use super::Browser;
use super::devices::enroll;
use crate::console::view::samples::HOSTILE;

#[tokio::test]
async fn groups_are_made_renamed_and_deleted() {
    let mut browser = Browser::signed_in().await;
    let page = browser.submit("/groups", &[("name", HOSTILE)]).await;
    let group = page.location().split('?').next().unwrap().to_owned();
    assert!(group.starts_with("/groups/"), "{}", page.text);
    let page = browser.see(&group).await;
    assert!(!page.text.contains("<script>") && page.text.contains("DROP TABLE"));
    let page = browser.submit("/groups", &[("name", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.submit(&format!("{group}/rename"), &[("name", "Patch day")]).await;
    assert!(browser.see("/groups").await.text.contains("Patch day"));
    let page = browser.submit("/groups/add", &[("update", "x"), ("group", "")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = browser.submit(&format!("{group}/delete"), &[]).await;
    assert_eq!(page.location(), "/groups?done=deleted");
    assert_eq!(browser.get(&group).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn collections_take_devices_by_name() {
    let mut browser = Browser::signed_in().await;
    enroll(&mut browser, "db-01").await;
    let page = browser.submit("/collections", &[("name", "Ring 1"), ("devices", "nobody<i>")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("There is no device “nobody&#60;i&#62;”") && page.text.contains("value=\"Ring 1\""));
    let page = browser.submit("/collections", &[("name", "Ring 1"), ("devices", "DB-01\r\n")]).await;
    let ring = page.location().split('?').next().unwrap().to_owned();
    let page = browser.see(&ring).await;
    assert!(page.text.contains("db-01"), "{}", page.text);
    let device = page.between("name=\"device\" value=\"", "\"").to_owned();
    browser.submit(&format!("{ring}/remove"), &[("device", &device)]).await;
    assert!(browser.see(&ring).await.text.contains("No device is in the collection"));
    browser.submit(&format!("{ring}/add"), &[("devices", &device)]).await;
    assert!(browser.see(&ring).await.text.contains("db-01"));
    // The built-in collection cannot be changed.
    let all = format!("/collections/{}", sluice_site::collections::ALL_DEVICES);
    assert!(!browser.see(&all).await.text.contains("/rename"));
    let page = browser.submit(&format!("{all}/delete"), &[]).await;
    assert!(page.status.is_client_error(), "{}", page.status);
}

#[tokio::test]
async fn sources_are_pasted() {
    let mut browser = Browser::signed_in().await;
    let nonsense = [("lines", "deb ???\n<script>"), ("architecture", "amd64")];
    let page = browser.submit("/sync/sources", &nonsense).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.text.contains("<script>") && page.text.contains("&#60;script&#62;"), "what was entered is kept");
    let line = "deb [signed-by=/usr/share/keyrings/x.gpg] http://deb.invalid/debian trixie main";
    let page = browser.submit("/sync/sources", &[("lines", line), ("architecture", "amd64")]).await;
    assert_eq!(page.location(), "/sync?done=sources-added", "{}", page.text);
    let page = browser.see("/sync").await;
    assert!(page.text.contains("http://deb.invalid/debian"));
    let page = browser.submit("/sync/sources", &[("lines", line), ("architecture", "amd64")]).await;
    assert!(page.text.contains("here already"), "{}", page.text);
    assert!(browser.see("/").await.text.contains("Synchronize now"), "the second step is next");
}

#[tokio::test]
async fn a_collection_becomes_part_of_another() {
    let mut browser = Browser::signed_in().await;
    let make = async |browser: &mut Browser, name: &str, parent: &str| {
        let page = browser.submit("/collections", &[("name", name), ("devices", ""), ("parent", parent)]).await;
        page.location().split('?').next().unwrap().trim_start_matches("/collections/").to_owned()
    };
    let servers = make(&mut browser, "Servers <b>", "").await;
    let webs = make(&mut browser, "Web servers", &servers).await;
    let list = browser.see("/collections").await.text;
    assert!(list.contains("Part of Servers &#60;b&#62;"), "{list}");
    let page = browser.see(&format!("/collections/{webs}")).await.text;
    assert!(page.contains(&format!("<option value=\"{servers}\" selected")), "{page}");
    let page = browser.submit(&format!("/collections/{servers}/parent"), &[("parent", &webs)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("a part of itself"), "{}", page.text);
    let page = browser.submit(&format!("/collections/{servers}/parent"), &[("parent", "'; --")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    browser.submit(&format!("/collections/{webs}/parent"), &[("parent", "")]).await;
    assert!(!browser.see("/collections").await.text.contains("Part of Servers"));
}

#[tokio::test]
async fn an_unknown_update_is_not_declined() {
    let mut browser = Browser::signed_in().await;
    for action in ["decline", "undecline"] {
        let path = format!("/updates/0198c0de-0000-7000-8000-000000000001/{action}");
        let page = browser.submit(&path, &[("reason", "<b>")]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
    }
}
