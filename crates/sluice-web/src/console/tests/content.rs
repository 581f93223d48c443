//! The page of content.

use axum::http::StatusCode;

use super::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_is_shown_settled_and_verified_without_a_script() {
    let mut browser = Browser::signed_in().await;
    assert!(browser.see("/sync").await.text.contains("href=\"/sync/content\""));
    let page = browser.see("/sync/content").await;
    for text in ["No file is being fetched", "No file failed", "No verification ran", "Full files only"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    let csrf = page.hidden("csrf").to_owned();
    let fields = |parallel, bandwidth| {
        [
            ("csrf", csrf.as_str()),
            ("policy", "all"),
            ("update_files", "full"),
            ("parallel", parallel),
            ("bandwidth", bandwidth),
        ]
    };
    for (parallel, bandwidth, said) in [("many", "0", "not a whole number"), ("99", "0", "99"), ("4", "5", "16")] {
        let page = browser.post("/sync/content", &fields(parallel, bandwidth)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{parallel} {bandwidth}");
        assert!(page.text.contains(said), "{said} is not on the page: {}", page.text);
    }
    let page = browser.post("/sync/content", &fields("7", "1000000")).await;
    assert_eq!(page.location(), "/sync/content?done=saved");
    let page = browser.see("/sync/content").await;
    assert!(page.text.contains("value=\"7\"") && page.text.contains("value=\"1000000\""), "{}", page.text);
    for (path, to) in [("verify", "saved"), ("retry", "retried"), ("collect", "deleted")] {
        let page = browser.post(&format!("/sync/content/{path}"), &[("csrf", csrf.as_str())]).await;
        assert_eq!(page.location(), format!("/sync/content?done={to}"));
    }
    let strange = browser.post("/sync/content", &[("csrf", csrf.as_str()), ("policy", "some")]).await;
    assert_eq!(strange.status, StatusCode::BAD_REQUEST);
}
