//! `POST hello`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use sluice_model::{DeviceFigures, SiteId, SiteNode};
use sluice_site::Site;
use sluice_wire::site::{HelloRequest, HelloResponse, MAX_NODES, NodeReport};

use super::authenticated::Below;
use super::bounds;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// Longest silence told of, seconds: ten years.
const MAX_UNHEARD: u64 = 10 * 366 * 24 * 3600;

/// Takes in what a site tells of itself and of those below it.
pub(super) async fn hello(
    Below(from): Below,
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<HelloRequest>,
) -> WebResult<Json<HelloResponse>> {
    // One more than there may be, for the site to refuse.
    let nodes = request.sites.into_iter().take(MAX_NODES + 1).map(node).collect::<Result<Vec<_>, _>>()?;
    site.hear_site(from, nodes)?;
    Ok(Json(HelloResponse { time: site.now().as_second() }))
}

fn node(report: NodeReport) -> Result<SiteNode, Problem> {
    let unheard = report.unheard.map(|seconds| i64::try_from(seconds.min(MAX_UNHEARD)).unwrap_or(i64::MAX));
    Ok(SiteNode {
        id: SiteId(report.id),
        parent: report.parent.map(SiteId),
        name: bounds::name(&report.name)?,
        site_type: bounds::site_type(&report.site_type)?,
        mode: bounds::mode(&report.mode)?,
        version: bounds::version(report.version)?,
        catalog_version: report.catalog_version,
        holds: report.holds,
        last_sync: report.last_sync.map(|second| bounds::moment("last_sync", second)).transpose()?,
        last_error: report.last_error.as_deref().map(bounds::line),
        devices: DeviceFigures {
            devices: report.devices,
            compliant: report.compliant,
            non_compliant: report.non_compliant,
            unknown: report.unknown,
        },
        unheard: unheard.map(SignedDuration::from_secs),
    })
}
