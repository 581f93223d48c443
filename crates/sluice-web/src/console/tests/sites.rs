//! The page of the hierarchy.

use axum::http::StatusCode;

use super::Browser;
use crate::console::view::samples::HOSTILE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hierarchy_is_managed_without_a_script() {
    let mut browser = Browser::signed_in().await;
    assert!(browser.see("/sync").await.text.contains("href=\"/sync/sites\""));
    let page = browser.see("/sync/sites").await;
    for text in ["Stand-alone primary site", "this site decides everything itself", "Linux package sources"] {
        assert!(page.text.contains(text), "{text} is not on the page");
    }
    let csrf = page.hidden("csrf").to_owned();
    let csrf = ("csrf", csrf.as_str());

    // A token is shown once.
    let page = browser.post("/sync/sites/token", &[csrf]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("sluice site join ss1."), "{}", page.text);
    assert!(!browser.see("/sync/sites").await.text.contains("ss1.A"));

    // What was typed comes back with what is wrong about it.
    let join = |action| [csrf, ("token", HOSTILE), ("site_type", "secondary"), ("mode", "replica"), ("do", action)];
    for action in ["check", "join"] {
        let page = browser.post("/sync/sites/join", &join(action)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("site token") && !page.text.contains("<script>alert"), "{}", page.text);
    }
    let bad = browser.post("/sync/sites/join", &[csrf, ("token", "x"), ("mode", "sometimes")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let page = browser.post("/sync/sites/leave", &[csrf]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("stands below no other one") || page.text.contains("This site stands below no"));

    let page = browser.post("/sync/sites/type", &[csrf, ("type", "central")]).await;
    assert_eq!(page.location(), "/sync/sites?done=saved");
    let page = browser.see("/sync/sites").await;
    assert!(page.text.contains("Central administration site"), "{}", page.text);
    assert!(!page.text.contains("Join below another site"), "a central site is always the top");
    let page = browser.post("/sync/sites/type", &[csrf, ("type", "secondary")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}
