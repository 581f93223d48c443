//! Backup of a running site.

use axum::http::StatusCode;
use serde_json::json;

use crate::client::{Answer, Ask};
use crate::site::TestSite;

async fn backup(site: &TestSite, path: &str) -> Answer {
    let body = json!({ "path": path });
    Ask::new(&site.admin, "post", "/api/v1/store/backups").bearer(&site.administrator).json(&body).send().await
}

#[tokio::test]
async fn a_backup_never_replaces_a_file() {
    let site = TestSite::open().await;
    let path = site.path("backup.db");
    let made = backup(&site, &path).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    let size = std::fs::metadata(&path).unwrap().len();
    assert_eq!(made.json(), json!({ "path": path, "bytes": size }));

    let again = backup(&site, &path).await;
    assert!(again.status.is_client_error(), "{again:?}");
    again.problem();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
}
