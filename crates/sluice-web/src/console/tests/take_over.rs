//! The page that takes over a WSUS; here it is a site that acts as one.

use std::time::Duration;

use axum::http::StatusCode;
use sluice_site::Caller;
use sluice_site::downstream::settings::{DownstreamAccess, DownstreamSettingsChange};
use sluice_site::migration::MigrationState;
use tokio_util::sync::CancellationToken;

use super::Browser;
use crate::console::view::samples::HOSTILE;

/// How long something may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// An update without files, of a product of its own.
const CATALOG: &str = r#"<Update xmlns="http://schemas.microsoft.com/msus/2002/12/Update">
<UpdateIdentity UpdateID="0fa1201d-4330-4fa8-8ae9-b877473b6441" RevisionNumber="1"/>
<Properties DefaultPropertiesLanguage="en" UpdateType="Category" CreationDate="2026-01-01T00:00:00Z"/>
<LocalizedPropertiesCollection><LocalizedProperties><Language>en</Language><Title>Product</Title></LocalizedProperties></LocalizedPropertiesCollection>
<HandlerSpecificData xmlns:c="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category"><c:CategoryInformation CategoryType="Product"/></HandlerSpecificData>
</Update>"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wsus_is_taken_over_without_a_script() {
    let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let wsus = Browser::numbered(2).await;
    let (admin, shutdown) = (Caller::system(), CancellationToken::new());
    let change =
        DownstreamSettingsChange { access: Some(DownstreamAccess::Anybody), ..DownstreamSettingsChange::default() };
    wsus.site.change_downstream_settings(&admin, change).await.unwrap();
    let body = futures_util::stream::iter([Ok(bytes::Bytes::from(CATALOG))]);
    wsus.site.import_catalog(&admin, "documents.xml", None, body).await.unwrap();
    wsus.site.create_collection(&admin, "Ring 1", Vec::new(), None).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = crate::client_router(std::sync::Arc::clone(&wsus.site));
    let served = tokio::spawn(crate::serve(listener, None, router, shutdown.clone()));

    let mut browser = Browser::signed_in().await;
    assert!(browser.see("/sync").await.text.contains("href=\"/sync/take-over\""));
    let page = browser.see("/sync/take-over").await;
    assert!(page.text.contains("Nothing is changed on the WSUS"), "{}", page.text);
    let csrf = page.hidden("csrf").to_owned();
    let csrf = ("csrf", csrf.as_str());

    // What was typed comes back with what is wrong about it.
    for action in ["look", "start"] {
        let fields = [csrf, ("url", HOSTILE), ("do", action)];
        let page = browser.post("/sync/take-over", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("DROP TABLE") && !page.text.contains("<script>alert"), "{}", page.text);
    }
    for path in ["compare", "finish"] {
        let fields = [csrf, ("after", "autonomous")];
        let page = browser.post(&format!("/sync/take-over/{path}"), &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was begun");
    }

    // A look stores nothing.
    let fields = |action| [csrf, ("url", url.as_str()), ("do", action)];
    let page = browser.post("/sync/take-over", &fields("look")).await;
    for text in ["Ring 1", "What the protocol does not bring", "automatic approval rules"] {
        assert!(page.text.contains(text), "{text} is not on the page: {}", page.text);
    }
    assert!(browser.site.list_sources(&admin).await.unwrap().is_empty());

    let page = browser.post("/sync/take-over", &fields("start")).await;
    assert_eq!(page.location(), "/sync/take-over?done=saved", "{}", page.text);
    let site = std::sync::Arc::clone(&browser.site);
    let ready = async {
        let mut events = site.events();
        while site.migration_status(&admin).await.unwrap().state != MigrationState::Ready {
            let _missed = events.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, ready).await.expect("everything comes");
    let page = browser.see("/sync/take-over").await;
    assert!(page.text.contains("Detach this site") && !page.text.contains("name=\"url\""), "{}", page.text);
    let page = browser.post("/sync/take-over/compare", &[csrf]).await;
    assert!(page.text.contains("Nothing is there that is not here"), "{}", page.text);

    let bad = browser.post("/sync/take-over/finish", &[csrf, ("after", "later")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let page = browser.post("/sync/take-over/finish", &[csrf, ("after", "removed")]).await;
    assert_eq!(page.location(), "/sync/take-over?done=saved", "{}", page.text);
    let page = browser.see("/sync/take-over").await;
    assert!(page.text.contains(&format!("The site is detached from {url}")), "{}", page.text);
    shutdown.cancel();
    served.await.unwrap();
}
