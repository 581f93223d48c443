//! `POST /deployments`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CollectionId, DeploymentSpec, DeploymentTarget, Name, UpdateGroupId, UpdateId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::Deployment;
use crate::admin::AdminState;
use crate::api::words::{Intent, Notification, Priority, Restart};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// A deployment to make. Either `updates` or `group` says what is deployed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentRequest {
    /// Name.
    pub name: String,
    /// A fixed list of updates, at most 1000.
    #[serde(default)]
    pub updates: Vec<Uuid>,
    /// An update group; the deployment follows changes of its members.
    #[serde(default)]
    pub group: Option<Uuid>,
    /// The collection whose devices it is for.
    pub collection: Uuid,
    /// What is asked of the devices.
    pub intent: Intent,
    /// From when on devices are told; now when absent.
    #[serde(default)]
    pub available_at: Option<Timestamp>,
    /// When it is installed or uninstalled; needed with `required` and `uninstall`, impossible with
    /// `available` and `block`.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
    /// Whether devices may restart themselves; `suppress` when absent.
    #[serde(default)]
    pub restart: Option<Restart>,
    /// What users see; `show-all` when absent.
    #[serde(default)]
    pub notification: Option<Notification>,
    /// What comes first of what is due at the same time; `normal` when absent. Windows devices get it
    /// as their download priority.
    #[serde(default)]
    pub priority: Option<Priority>,
}

impl DeploymentRequest {
    fn spec(self, now: Timestamp) -> Result<DeploymentSpec, Problem> {
        let name = Name::new(&self.name)
            .map_err(|error| Problem::invalid("name", error.to_string(), "Choose another name."))?;
        Ok(DeploymentSpec {
            name,
            target: target(self.updates, self.group)?,
            collection: CollectionId(self.collection),
            intent: self.intent.into(),
            // "From now on", with a deadline that was now a moment ago, is not before it.
            available_at: self.available_at.unwrap_or_else(|| self.deadline.map_or(now, |deadline| deadline.min(now))),
            deadline: self.deadline,
            restart: self.restart.unwrap_or(Restart::Suppressed).into(),
            notification: self.notification.unwrap_or(Notification::ShowAll).into(),
            priority: self.priority.unwrap_or(Priority::Normal).into(),
        })
    }
}

fn target(updates: Vec<Uuid>, group: Option<Uuid>) -> Result<DeploymentTarget, Problem> {
    match (updates.is_empty(), group) {
        (false, None) => Ok(DeploymentTarget::Updates(updates.into_iter().map(UpdateId).collect())),
        (true, Some(group)) => Ok(DeploymentTarget::Group(UpdateGroupId(group))),
        (true, None) => {
            Err(Problem::invalid("updates", "the deployment names no updates", "Give `updates` or an update `group`."))
        }
        (false, Some(_)) => Err(Problem::invalid(
            "group",
            "the deployment names both updates and an update group",
            "Give one of them; add the updates to the group for both.",
        )),
    }
}

/// Deploy updates to a collection.
#[utoipa::path(post, path = "/deployments", tag = "deployments", request_body = DeploymentRequest, responses((status = 201, body = Deployment)))]
pub(in crate::api) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<DeploymentRequest>,
) -> WebResult<(StatusCode, Json<Deployment>)> {
    let spec = request.spec(state.site.now())?;
    let deployment = state.site.create_deployment(&caller, spec).await?;
    Ok((StatusCode::CREATED, Json(deployment.into())))
}
