//! Policies for Windows devices, over HTTP.

use axum::http::StatusCode;

use crate::client::Ask;
use crate::site::TestSite;

const PATH: &str = "/api/v1/client-policy/windows";

#[tokio::test]
async fn every_form_is_a_file() {
    let site = TestSite::open().await;
    for (format, name, begins) in [
        ("reg", "sluice-windows.reg", &b"\xff\xfeW\0i\0n\0"[..]),
        ("ps1", "sluice-windows.ps1", b"\xef\xbb\xbf#Requires"),
        ("gpo", "sluice-windows.lgpo.txt", b"; Points devices"),
        ("pol", "Registry.pol", b"PReg\x01\0\0\0"),
        ("intune", "sluice-windows.intune.json", b"{"),
        ("cer", "sluice-authority.cer", b"a certificate"),
    ] {
        let path = format!("{PATH}?format={format}&target_group=Ring%201");
        let response = Ask::new(&site.admin, "get", &path).bearer(&site.reader).head().await;
        assert_eq!(response.status(), StatusCode::OK, "{format}");
        assert_eq!(response.headers()["content-disposition"], format!("attachment; filename=\"{name}\""));
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(body.starts_with(begins), "{format}: {body:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_parameter() {
    let site = TestSite::open().await;
    for (query, field) in [
        ("server=updates", "server"),
        ("status_server=ftp://a", "status_server"),
        ("detection_hours=23", "detection_hours"),
        ("install_day=8", "install_day"),
        ("target_group=a%0Ab", "target_group"),
    ] {
        let answer = Ask::new(&site.admin, "get", &format!("{PATH}?{query}")).bearer(&site.reader).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {answer:?}");
        assert_eq!(answer.json()["field"], field, "{query}");
    }
    for query in ["format=exe", "wuserver=x", "detection_hours=-1", "pin=perhaps"] {
        let answer = Ask::new(&site.admin, "get", &format!("{PATH}?{query}")).bearer(&site.reader).send().await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {answer:?}");
    }
}
