//! `/metrics`.

use axum::http::StatusCode;

use crate::client::Ask;
use crate::site::TestSite;

#[tokio::test]
async fn figures_are_for_whoever_may_read() {
    let site = TestSite::open().await;
    let nobody = Ask::new(&site.admin, "get", "/metrics").send().await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let answer = Ask::new(&site.admin, "get", "/metrics").bearer(&site.reader).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.contains("\nsluice_devices 0\n"), "{text}");
    assert!(text.contains("sluice_windows_plain_requests_total{outcome=\"refused\"} 0"), "{text}");
}
