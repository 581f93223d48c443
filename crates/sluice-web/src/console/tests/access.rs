//! Who gets where: the whole surface of the console before and with a session.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE};

use super::Browser;
use super::browser::PASSWORD;
use crate::admin::AdminOptions;

/// Every path of the console with some identifier in it. The router is built from the same table.
fn paths() -> Vec<String> {
    let all = crate::console::routes();
    all.iter().map(|(path, _)| path.replace("{id}", "0198c0de-0000-7000-8000-000000000001")).collect()
}

#[tokio::test]
async fn nothing_but_signing_in_is_open() {
    let mut browser = Browser::new().await;
    let mut seen = 0;
    for path in paths().into_iter().chain(["/events".to_owned()]) {
        let page = browser.get(&path).await;
        if page.status == StatusCode::SEE_OTHER {
            assert!(page.location().starts_with("/sign-in"), "GET {path} leads to {}", page.location());
            seen += 1;
        } else {
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "GET {path}");
        }
        let page = browser.post(&path, &[("csrf", ""), ("name", "x")]).await;
        if page.status == StatusCode::SEE_OTHER {
            assert_eq!(page.location(), "/sign-in", "POST {path}");
            seen += 1;
        } else {
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "POST {path}");
        }
    }
    assert!(seen > paths().len(), "only {seen} were guarded");
}

#[tokio::test]
async fn nothing_changes_without_the_sessions_token() {
    let mut browser = Browser::signed_in().await;
    for path in paths() {
        for csrf in ["", "wrong"] {
            let page = browser.post(&path, &[("csrf", csrf), ("name", "x")]).await;
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED];
            assert!(refused.contains(&page.status), "POST {path} with `{csrf}`: {}", page.status);
        }
    }
    // Another session's token is as good as none.
    let csrf = browser.see("/groups").await.hidden("csrf").to_owned();
    browser.forget();
    let page = browser.post("/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = browser.post("/groups", &[("csrf", &csrf), ("name", "x")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("out of date"));
}

#[tokio::test]
async fn every_page_renders_on_an_empty_site() {
    let mut browser = Browser::signed_in().await;
    for path in [
        "/",
        "/updates",
        "/devices",
        "/devices/enroll",
        "/devices/enroll/windows",
        "/deployments",
        "/deployments/new",
        "/sync",
    ] {
        browser.see(path).await;
    }
    for path in [
        "/sync/bundles",
        "/sync/content",
        "/sync/runs",
        "/sync/quarantine",
        "/sync/sources/new",
        "/groups",
        "/collections",
    ] {
        browser.see(path).await;
    }
    let overview = browser.see("/").await;
    assert!(overview.text.contains("Set up this site"), "the steps show until there is compliance");
    assert!(overview.text.contains("href=\"/sync/sources/new\""), "the first step leads to its page");
    assert!(browser.see("/updates").await.text.contains("No updates yet"));
    assert!(browser.see("/devices").await.text.contains("No device yet"));
}

#[tokio::test]
async fn the_first_administrator_and_signing_in() {
    let mut browser = Browser::new().await;
    assert!(browser.see("/sign-in").await.text.contains("no administrator yet"));
    let token = browser.site.create_setup_token().await.unwrap();
    let page = browser.see(&format!("/setup?token={token}")).await;
    assert!(page.text.contains(&token), "the token of the address is filled in");

    let short = [("token", token.as_str()), ("name", "ada"), ("password", "short"), ("again", "short")];
    let page = browser.post("/setup", &short).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("aria-invalid=\"true\"") && page.text.contains("value=\"ada\""));
    let differ = [("token", token.as_str()), ("name", "ada"), ("password", PASSWORD), ("again", "x")];
    assert!(browser.post("/setup", &differ).await.text.contains("differ"));

    let page = browser.set_up().await;
    assert_eq!(page.location(), "/?done=welcome");
    let cookie = page.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(browser.see("/?done=welcome").await.text.contains("you are signed in"));
    let done = browser.see("/setup").await;
    assert!(done.text.contains("has its first administrator") && !done.text.contains("name=\"token\""));

    let page = browser.submit("/sign-out", &[]).await;
    assert_eq!(page.location(), "/sign-in");
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    let page = browser.get("/updates?text=a&state=required").await;
    assert_eq!(page.location(), "/sign-in?next=%2Fupdates%3Ftext%3Da%26state%3Drequired");

    let page = browser.post("/sign-in", &[("name", "<b>"), ("password", "wrong"), ("next", "/updates")]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.text.contains("value=\"&#60;b&#62;\"") && !page.text.contains("wrong\""));
    let good = [("name", "ada"), ("password", PASSWORD), ("next", "/updates?text=a")];
    assert_eq!(browser.post("/sign-in", &good).await.location(), "/updates?text=a");
    let evil = [("name", "ada"), ("password", PASSWORD), ("next", "//evil.example/")];
    assert_eq!(browser.post("/sign-in", &evil).await.location(), "/");
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_in() {
    let mut browser = Browser::signed_in().await;
    browser.forget();
    let fields = [("name", "ada"), ("password", PASSWORD)];
    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://evil.example")]] {
        let page = browser.post_with("/sign-in", &fields, &headers).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(!page.headers.contains_key(SET_COOKIE));
        assert_eq!(browser.post_with("/setup", &fields, &headers).await.status, StatusCode::FORBIDDEN);
    }
    let page = browser.post_with("/sign-in", &fields, &[("origin", "http://site.example:8480")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_passwords_locks_the_account_out() {
    let mut browser = Browser::signed_in().await;
    browser.forget();
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        last = browser.post("/sign-in", &[("name", "ada"), ("password", "wrong wrong wrong")]).await.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        assert_eq!(last, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let page = browser.post("/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "the right password does not help while it is locked");
}

#[tokio::test]
async fn a_secure_listener_has_a_host_cookie() {
    let mut browser = Browser::with(AdminOptions { secure_cookies: true, ..AdminOptions::default() }).await;
    let page = browser.set_up().await;
    let cookie = page.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-sluice_session=") && cookie.ends_with("; Secure"), "{cookie}");
    browser.see("/").await;
}

#[tokio::test]
async fn wrong_addresses_and_forms_get_pages() {
    let mut browser = Browser::signed_in().await;
    let unknown = "0198c0de-0000-7000-8000-000000000001";
    for path in ["/nothing", "/updates/x", "/devices/'--", "/static/none.css"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text.contains("What to do"), "{path}: {}", page.text);
    }
    for noun in ["updates", "devices", "deployments", "groups", "collections"] {
        let page = browser.get(&format!("/{noun}/{unknown}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{noun}");
        assert!(page.headers.contains_key(CONTENT_SECURITY_POLICY));
    }
    for query in ["state=%3Cscript%3E", "sort='", "product=1", "cursor=%00", "limit=0", "limit=x", "format=exe"] {
        let page = browser.get(&format!("/updates?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", page.text);
        assert!(!page.text.contains("<script>"), "{query}");
    }
    assert_eq!(browser.get("/sync/run").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let large = "x".repeat(300_000);
    let page = browser.post("/groups", &[("name", &large)]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = browser.submit("/sync/run", &[("extent", "everything")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn static_files_are_kept_and_pages_are_not() {
    let mut browser = Browser::signed_in().await;
    let page = browser.see("/").await;
    assert_eq!(page.headers[CACHE_CONTROL], "no-store");
    let style = page.between("<link rel=\"stylesheet\" href=\"", "\"").to_owned();
    let file = browser.see(&style).await;
    assert_eq!(file.headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert!(file.text.contains("--accent"));
}
