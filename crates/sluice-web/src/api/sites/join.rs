//! `POST /site/join` and `POST /site/join/check`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::sites::join;
use sluice_site::sites::preflight::Problem;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::words::{SiteMode, SiteType};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Below which site to join, and as what.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinOrder {
    /// A token that was made at the other site.
    pub token: String,
    /// What this site is to be; absent: what is usual below the other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_type: Option<SiteType>,
    /// Whether it takes over the decisions of the other site; `replica` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SiteMode>,
    /// HTTP proxy on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
}

/// What came of it, or would come.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JoinReport {
    /// The other site.
    pub parent: String,
    /// Its type.
    pub parent_type: SiteType,
    /// Where it serves.
    pub url: String,
    /// What this site is there; null when nothing can stand there.
    pub site_type: Option<SiteType>,
    /// Whether it takes over the decisions of the other site.
    pub mode: SiteMode,
    /// What stands against it; empty when it joined, or can.
    pub problems: Vec<JoinProblem>,
}

/// Something that stands against joining.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JoinProblem {
    /// What it is, a stable word.
    pub kind: String,
    /// What and why.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl From<JoinOrder> for join::JoinOrder {
    fn from(order: JoinOrder) -> Self {
        Self {
            token: order.token,
            site_type: order.site_type.map(Into::into),
            mode: order.mode.map(Into::into).unwrap_or_default(),
            proxy: order.proxy.filter(|proxy| !proxy.is_empty()),
        }
    }
}

impl From<join::JoinReport> for JoinReport {
    fn from(report: join::JoinReport) -> Self {
        let problem = |problem: Problem| JoinProblem {
            kind: problem.slug().to_owned(),
            message: problem.message().to_owned(),
            fix: problem.fix().to_owned(),
        };
        Self {
            parent: report.parent.to_string(),
            parent_type: report.parent_type.into(),
            url: report.url,
            site_type: report.site_type.map(Into::into),
            mode: report.mode.into(),
            problems: report.problems.into_iter().map(problem).collect(),
        }
    }
}

/// Say what stands against joining. Nothing changes, and the token stays good.
#[utoipa::path(post, path = "/site/join/check", tag = "sites", request_body = JoinOrder, responses((status = 200, body = JoinReport)))]
pub(in crate::api) async fn check(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(order): ApiJson<JoinOrder>,
) -> WebResult<Json<JoinReport>> {
    Ok(Json(state.site.check_join(&caller, &order.into()).await?.into()))
}

/// Join below another site, or move there.
#[utoipa::path(post, path = "/site/join", tag = "sites", request_body = JoinOrder, responses((status = 200, body = JoinReport)))]
pub(in crate::api) async fn join(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(order): ApiJson<JoinOrder>,
) -> WebResult<Json<JoinReport>> {
    Ok(Json(state.site.join_site(&caller, &order.into()).await?.into()))
}
