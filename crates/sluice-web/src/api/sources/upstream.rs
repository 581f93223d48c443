//! Servers that are synchronized with, and trying them out.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::sources::SourceConfig;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A server to synchronize with: Microsoft Update, a WSUS or another Sluice.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSource {
    /// Root of the server. Microsoft Update: `https://sws.update.microsoft.com`.
    #[schema(example = "http://wsus.example.org:8530")]
    pub url: String,
    /// HTTP proxy, with name and password if it wants them.
    #[serde(default)]
    #[schema(example = "http://name:password@proxy.example.org:3128")]
    pub proxy: Option<String>,
    /// Certificate authorities that are believed beside those of the machine, PEM.
    #[serde(default)]
    pub authorities: Option<String>,
    /// When not empty: only a server that shows one of these certificates is believed, its own or an authority's, by
    /// SHA-256 (hexadecimal).
    #[serde(default)]
    pub pinned: Vec<String>,
    /// Take over groups, deployments, declines and accepted licences of the upstream as well.
    #[serde(default)]
    pub replica: bool,
    /// How this site calls itself there; the name devices reach it by when absent.
    #[serde(default)]
    pub account_name: Option<String>,
    /// Languages that are asked for; all when empty.
    #[serde(default = "english")]
    #[schema(example = json!(["en"]))]
    pub languages: Vec<String>,
    /// Requests at once, 1 to 8.
    #[serde(default = "four")]
    pub parallel: u8,
}

fn english() -> Vec<String> {
    vec!["en".to_owned()]
}

fn four() -> u8 {
    4
}

impl From<sluice_site::sources::UpstreamSource> for UpstreamSource {
    fn from(source: sluice_site::sources::UpstreamSource) -> Self {
        Self {
            url: source.url,
            proxy: source.proxy,
            authorities: source.authorities,
            pinned: source.pinned,
            replica: source.replica,
            account_name: source.account_name,
            languages: source.languages,
            parallel: source.parallel,
        }
    }
}

impl From<UpstreamSource> for sluice_site::sources::UpstreamSource {
    fn from(source: UpstreamSource) -> Self {
        Self {
            url: source.url,
            proxy: source.proxy,
            authorities: source.authorities,
            pinned: source.pinned,
            replica: source.replica,
            account_name: source.account_name,
            languages: source.languages,
            parallel: source.parallel,
        }
    }
}

/// What came of trying a server out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceCheck {
    /// Whether everything went well.
    pub ok: bool,
    /// The steps that were tried, in their order; only the last can have failed.
    pub steps: Vec<CheckedStep>,
    /// What failed and why; null when nothing did.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// What the server says of itself, in sentences.
    pub facts: Vec<String>,
    /// How long it took, milliseconds.
    pub took_millis: u64,
}

/// A step of the conversation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckedStep {
    /// The operation of the protocol.
    #[schema(example = "GetAuthConfig")]
    pub operation: String,
    /// Whether it went well.
    pub ok: bool,
}

impl From<sluice_site::sync::SourceCheck> for SourceCheck {
    fn from(check: sluice_site::sync::SourceCheck) -> Self {
        let step = |step: sluice_site::sync::CheckedStep| CheckedStep { operation: step.operation.into(), ok: step.ok };
        Self {
            ok: check.ok,
            steps: check.steps.into_iter().map(step).collect(),
            error: check.error,
            fix: check.fix,
            facts: check.facts,
            took_millis: check.took_millis,
        }
    }
}

/// Try a server out, defined or not: is it there, does it let this site in, what does it say of itself. Nothing is
/// stored.
#[utoipa::path(post, path = "/sources/check", tag = "sources", request_body = UpstreamSource, responses((status = 200, body = SourceCheck)))]
pub(in crate::api) async fn check(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(source): ApiJson<UpstreamSource>,
) -> WebResult<Json<SourceCheck>> {
    let config = SourceConfig::Upstream(Box::new(source.into()));
    Ok(Json(state.site.check_source(&caller, &config).await?.into()))
}
