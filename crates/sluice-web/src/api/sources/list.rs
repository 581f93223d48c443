//! `GET /sources` and `GET /sources/{id}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::SourceId;
use sluice_site::sources::SourceConfig;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schedule::Schedule;
use super::upstream::UpstreamSource;
use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::SourceKind;
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// A source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Identity.
    pub id: Uuid,
    /// Unique name.
    pub name: String,
    /// What sort of upstream it is.
    pub kind: SourceKind,
    /// The upstream, of sources of the kind `apt`.
    pub apt: Option<AptSource>,
    /// The upstream, of sources of the kind `upstream`.
    pub upstream: Option<UpstreamSource>,
    /// Whether the schedule is in force.
    pub enabled: bool,
    /// When it is synchronized.
    pub schedule: Schedule,
    /// When it was defined.
    pub created_at: Timestamp,
    /// End of the last synchronization that succeeded.
    pub last_success: Option<Timestamp>,
    /// Why the last synchronization failed; null when it did not.
    pub last_error: Option<String>,
    /// What deserves attention though it works: checks that are switched off.
    pub warnings: Vec<String>,
    /// When it is due next.
    pub next_run: Option<Timestamp>,
}

/// One suite of a Debian archive, as an entry of `sources.list(5)` names it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AptSource {
    /// Archive root.
    #[schema(example = "http://mirror.example/debian")]
    pub uri: String,
    /// Suite.
    #[schema(example = "bookworm-security")]
    pub suite: String,
    /// Components.
    #[schema(example = json!(["main"]))]
    pub components: Vec<String>,
    /// Architectures.
    #[schema(example = json!(["amd64"]))]
    pub architectures: Vec<String>,
    /// The keys that may sign it.
    pub keyring: Keyring,
    /// Only these keys of the keyring, by fingerprint, when not empty.
    #[serde(default)]
    pub fingerprints: Vec<String>,
    /// Refuse an expired Release; switching this off is shown as a warning.
    #[serde(default = "yes")]
    pub check_valid_until: bool,
    /// Refuse a Release dated in the future.
    #[serde(default = "yes")]
    pub check_date: bool,
    /// Fetch indices by digest when the archive offers it.
    #[serde(default = "yes")]
    pub by_hash: bool,
    /// HTTP proxy.
    #[serde(default)]
    pub proxy: Option<String>,
}

fn yes() -> bool {
    true
}

/// Where the trusted keys are.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keyring {
    /// Absolute paths on the site's machine.
    Files(Vec<String>),
    /// An ASCII-armored key block.
    Armored(String),
}

impl From<sluice_site::sources::AptSource> for AptSource {
    fn from(config: sluice_site::sources::AptSource) -> Self {
        Self {
            uri: config.uri,
            suite: config.suite,
            components: config.components,
            architectures: config.architectures,
            keyring: match config.keyring {
                sluice_site::sources::AptKeyring::Files(files) => Keyring::Files(files),
                sluice_site::sources::AptKeyring::Inline(text) => Keyring::Armored(text),
            },
            fingerprints: config.fingerprints,
            check_valid_until: config.check_valid_until,
            check_date: config.check_date,
            by_hash: config.by_hash,
            proxy: config.proxy,
        }
    }
}

impl From<AptSource> for sluice_site::sources::AptSource {
    fn from(source: AptSource) -> Self {
        Self {
            uri: source.uri,
            suite: source.suite,
            components: source.components,
            architectures: source.architectures,
            keyring: match source.keyring {
                Keyring::Files(files) => sluice_site::sources::AptKeyring::Files(files),
                Keyring::Armored(text) => sluice_site::sources::AptKeyring::Inline(text),
            },
            fingerprints: source.fingerprints,
            check_valid_until: source.check_valid_until,
            check_date: source.check_date,
            by_hash: source.by_hash,
            proxy: source.proxy,
        }
    }
}

impl From<sluice_site::sources::Source> for Source {
    fn from(source: sluice_site::sources::Source) -> Self {
        let kind = source.config.kind().into();
        let (apt, upstream) = match source.config {
            SourceConfig::Apt(apt) => (Some(apt.into()), None),
            SourceConfig::Upstream(upstream) => (None, Some((*upstream).into())),
            SourceConfig::CatalogFile => (None, None),
        };
        Self {
            id: source.id.0,
            name: source.name,
            kind,
            apt,
            upstream,
            enabled: source.enabled,
            schedule: source.schedule.into(),
            created_at: source.created_at,
            last_success: source.last_success,
            last_error: source.last_error,
            warnings: source.warnings,
            next_run: source.next_run,
        }
    }
}

/// Sources.
#[utoipa::path(get, path = "/sources", tag = "sources", responses((status = 200, body = Listing<Source>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Source>>> {
    Ok(Json(Listing::whole(state.site.list_sources(&caller).await?)))
}

/// A source.
#[utoipa::path(get, path = "/sources/{id}", tag = "sources", params(("id" = Uuid, Path, description = "The source")), responses((status = 200, body = Source)))]
pub(in crate::api) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Source>> {
    Ok(Json(state.site.source(&caller, SourceId(id)).await?.into()))
}
