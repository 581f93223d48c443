//! The page of transfer bundles.

use axum::http::StatusCode;

use super::Browser;
use crate::console::view::samples::HOSTILE;

const KEY: &str = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_downloaded_and_shown() {
    let mut browser = Browser::signed_in().await;
    assert!(browser.see("/sync").await.text.contains("href=\"/sync/bundles\""));
    let page = browser.see("/sync/bundles").await;
    for text in ["No key is trusted", "No bundle was exported here", "sluice bundle import FILE"] {
        assert!(page.text.contains(text), "{text} is not on the page");
    }
    let (csrf, all) = (page.hidden("csrf").to_owned(), [("content", "all"), ("since", "")]);
    let fields = [&[("csrf", csrf.as_str())][..], &all].concat();
    let file = browser.post("/sync/bundles/export", &fields).await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"bundle-1.sluice\"");
    let page = browser.see("/sync/bundles").await;
    assert!(page.text.contains("Number 1") && page.text.contains("What changed since the last"), "{}", page.text);
    let wrong = browser.post("/sync/bundles/export", &[("csrf", csrf.as_str()), ("content", "some")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_trusted_without_a_script() {
    let mut browser = Browser::signed_in().await;
    let csrf = browser.see("/sync/bundles").await.hidden("csrf").to_owned();
    let csrf = csrf.as_str();
    let page = browser.post("/sync/bundles/trust", &[("csrf", csrf), ("name", HOSTILE), ("key", "x")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("a public key has 64 hexadecimal digits") || page.text.contains("A public key has"));
    let page = browser.post("/sync/bundles/trust", &[("csrf", csrf), ("name", HOSTILE), ("key", KEY)]).await;
    assert_eq!(page.location(), "/sync/bundles?done=saved");
    let page = browser.see("/sync/bundles").await;
    assert!(page.text.contains(KEY) && !page.text.contains("<script>alert"), "{}", page.text);
    let page = browser.post("/sync/bundles/distrust", &[("csrf", csrf), ("key", KEY)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(browser.see("/sync/bundles").await.text.contains("No key is trusted"));
}
