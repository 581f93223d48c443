//! Who may do what.

use axum::http::StatusCode;
use serde_json::json;

use crate::client::Ask;
use crate::operations::{Operation, Reader, operations};
use crate::site::TestSite;

fn ask<'a>(site: &'a TestSite, operation: &Operation) -> Ask<'a> {
    let ask = Ask::new(&site.admin, operation.method, &operation.example_path());
    match &operation.body {
        Some(body) => ask.json(body),
        None => ask,
    }
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let site = TestSite::open().await;
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let answer = ask(&site, &operation).send().await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"), "{name}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        let forged = ask(&site, &operation).bearer("slt_forged").send().await;
        assert_eq!(forged.status, StatusCode::UNAUTHORIZED, "{name}");
        let basic = ask(&site, &operation).header("authorization", "Basic YTpi").send().await;
        assert_eq!(basic.status, StatusCode::UNAUTHORIZED, "{name}");
        let cookie = ask(&site, &operation).header("cookie", "sluice_session=forged").send().await;
        assert_eq!(cookie.status, StatusCode::UNAUTHORIZED, "{name}");
    }
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let site = TestSite::open().await;
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let response = ask(&site, &operation).bearer(&site.reader).head().await;
        let expected = match operation.reader {
            Reader::Sees => StatusCode::OK,
            Reader::FindsNothing => StatusCode::NOT_FOUND,
            Reader::MayNot => StatusCode::FORBIDDEN,
        };
        assert_eq!(response.status(), expected, "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let site = TestSite::open().await;
    // The name of a file says what it must be, not which of those that are there.
    let named = |path: &str| path.contains('{') && !path.contains("{name}");
    for operation in operations().iter().filter(|operation| named(operation.path)) {
        let name = format!("{} {}", operation.method, operation.path);
        let answer = ask(&site, operation).bearer(&site.administrator).send().await;
        // Revoking and retrying what is not there any more may as well count as done.
        let is_there = matches!(answer.status, StatusCode::NOT_FOUND);
        assert!(is_there, "{name}: {answer:?}");
        assert_eq!(answer.problem(), "not-found", "{name}");
    }
}

#[tokio::test]
async fn sessions_need_their_anti_forgery_token() {
    let site = TestSite::open().await;
    let signed_in = site.sign_in().await;
    let cookie = format!("other=1; sluice_session={}", signed_in.session);
    let make = || {
        Ask::new(&site.admin, "post", "/api/v1/collections")
            .header("cookie", &cookie)
            .json(&json!({ "name": "Ring 1" }))
    };
    let refused = make().send().await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::FORBIDDEN, "csrf"));
    let forged = make().header("x-csrf-token", "forged").send().await;
    assert_eq!(forged.problem(), "csrf");
    let made = make().header("x-csrf-token", &signed_in.csrf).send().await;
    assert_eq!(made.status, StatusCode::CREATED);
    let list = Ask::new(&site.admin, "get", "/api/v1/collections").header("cookie", &cookie).send().await;
    assert_eq!(list.json()["total"], 2);

    site.site.sign_out(&signed_in.session).await.unwrap();
    let after = Ask::new(&site.admin, "get", "/api/v1/collections").header("cookie", &cookie).send().await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_token_stops_working_at_once() {
    let site = TestSite::open().await;
    let body = json!({ "name": "ci", "role": "reader" });
    let made = Ask::new(&site.admin, "post", "/api/v1/tokens").bearer(&site.administrator).json(&body).send().await;
    let made = made.json();
    let (id, secret) = (made["token"]["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let look = || Ask::new(&site.admin, "get", "/api/v1/site").bearer(secret);
    assert_eq!(look().send().await.status, StatusCode::OK);
    let revoke = Ask::new(&site.admin, "delete", &format!("/api/v1/tokens/{id}")).bearer(&site.administrator);
    assert_eq!(revoke.send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(look().send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn answers_are_not_kept_guessed_or_framed() {
    let site = TestSite::open().await;
    let answer = Ask::new(&site.admin, "get", "/api/v1/site").bearer(&site.reader).send().await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(answer.headers["x-frame-options"], "DENY");
}
