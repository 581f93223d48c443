//! The lists of console and API, answered by the router.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use sluice_site::{Caller, Role, Site};
use sluice_web::{AdminOptions, admin_router};
use tower::ServiceExt as _;

use crate::child::figure;
use crate::measure::{percentile, wall};

/// What is asked for.
pub const REQUESTS: [(&str, &str); 12] = [
    ("compliance overview", "/compliance"),
    ("updates by title", "/updates"),
    ("updates, most required first", "/updates?sort=required&descending=true"),
    (
        "updates, security and required, newest first",
        "/updates?classification=security&state=required&sort=released&descending=true",
    ),
    ("updates with `lib` in them, 200 of them", "/updates?text=lib&limit=200"),
    ("updates, current, by classification", "/updates?state=current&sort=classification"),
    ("updates, installed, most of them first", "/updates?state=installed&sort=installed&descending=true"),
    ("devices by name", "/devices"),
    ("devices, most required first", "/devices?sort=required&descending=true"),
    ("devices, not compliant, last contact first", "/devices?state=non-compliant&sort=last-contact&descending=true"),
    ("devices, needing a restart", "/devices?state=needs-restart"),
    ("devices with `99` in their name, 200 of them", "/devices?text=99&limit=200"),
];

/// Requests of each sort.
const RUNS: usize = 200;

/// Times every request.
pub async fn measure(site: &Arc<Site>) -> anyhow::Result<()> {
    let (_, token) = site.create_token(&Caller::system(), "bench", Role::Administrator, None).await?;
    let router = admin_router(Arc::clone(site), AdminOptions::default());
    for (name, path) in REQUESTS {
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let request =
                Request::get(format!("/api/v1{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
            let request = request.body(Empty::<Bytes>::new())?;
            let begin = wall();
            let response = router.clone().oneshot(request).await?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|e| anyhow::anyhow!("{e}"))?.to_bytes();
            times.push((wall() - begin) * 1e3);
            anyhow::ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
            anyhow::ensure!(body.len() > 200, "{path}: nothing is in the answer");
        }
        figure(&format!("{name} p50"), percentile(&times, 0.5));
        figure(&format!("{name} p99"), percentile(&times, 0.99));
    }
    Ok(())
}
