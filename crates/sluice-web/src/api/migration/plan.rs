//! `POST /migration/plan`: the dry run.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::migration;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::sources::upstream::{SourceCheck, UpstreamSource};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// What taking over a WSUS would find and do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationPlan {
    /// Whether the WSUS can be reached and lets this site in.
    pub check: SourceCheck,
    /// What it has; null when it could not be asked.
    pub found: Option<MigrationFound>,
    /// What would be done, in order.
    pub steps: Vec<String>,
    /// What is at this site already that matters.
    pub warnings: Vec<String>,
    /// What the protocol does not bring.
    pub not_brought: Vec<NotBrought>,
}

/// What a WSUS has, as far as it says before anything was selected.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationFound {
    /// Products, classifications and what updates need to be detected.
    pub categories: u64,
    /// Updates that meet what is selected here already; null: nothing is selected.
    pub updates: Option<u64>,
    /// Its computer groups, without those that are built in; at most a hundred.
    pub groups: Vec<String>,
    /// How many there are.
    pub group_count: u64,
    /// Approvals that install, uninstall or block.
    pub approvals: u64,
    /// Declined updates.
    pub declined: u64,
    /// Licence terms that were accepted.
    pub licences: u64,
}

/// Something a WSUS has that no other server can ask it for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NotBrought {
    /// What.
    pub what: String,
    /// What to do about it.
    pub instead: String,
}

impl From<migration::NotBrought> for NotBrought {
    fn from(one: migration::NotBrought) -> Self {
        Self { what: one.what.into(), instead: one.instead.into() }
    }
}

impl From<migration::Found> for MigrationFound {
    fn from(found: migration::Found) -> Self {
        Self {
            categories: found.categories,
            updates: found.updates,
            groups: found.groups,
            group_count: found.group_count,
            approvals: found.approvals,
            declined: found.declined,
            licences: found.licences,
        }
    }
}

impl From<migration::MigrationPlan> for MigrationPlan {
    fn from(plan: migration::MigrationPlan) -> Self {
        Self {
            check: plan.check.into(),
            found: plan.found.map(Into::into),
            steps: plan.steps.into_iter().map(str::to_owned).collect(),
            warnings: plan.warnings,
            not_brought: plan.not_brought.into_iter().map(Into::into).collect(),
        }
    }
}

/// Look at what taking over a WSUS would find and do. Nothing is stored.
#[utoipa::path(post, path = "/migration/plan", tag = "migration", request_body = UpstreamSource, responses((status = 200, body = MigrationPlan)))]
pub(in crate::api) async fn plan(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(source): ApiJson<UpstreamSource>,
) -> WebResult<Json<MigrationPlan>> {
    Ok(Json(state.site.migration_plan(&caller, &source.into()).await?.into()))
}
