//! `POST news`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sluice_site::Site;
use sluice_wire::site::{NewsRequest, NewsResponse};

use super::authenticated::Below;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Tells a site what it does not know, as soon as there is something.
pub(super) async fn news(
    Below(to): Below,
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<NewsRequest>,
) -> WebResult<Json<NewsResponse>> {
    let news = site.news_for(to, request.mark.as_deref(), request.settings_digest.as_deref()).await?;
    Ok(Json(NewsResponse {
        mark: news.mark,
        catalog_version: news.catalog_version,
        name: news.name,
        settings_digest: news.settings_digest,
        settings: news.settings.map(|settings| settings.to_wire()),
        stand_in: news.stand_in.map(|stand_in| stand_in.to_wire()),
    }))
}
