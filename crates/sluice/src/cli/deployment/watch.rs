//! `sluice deployment watch`.

use std::time::Duration;

use sluice_web::api::deployments::detail::DeploymentDevice;
use sluice_web::api::deployments::list::Deployment;
use sluice_web::api::words::Phase;
use uuid::Uuid;

use super::{get, show};
use crate::cli::Context;
use crate::cli::client::Query;
use crate::cli::error::CliError;
use crate::cli::output::{Answer, note};
use crate::cli::paging::{Extent, rows};

/// How often the site is asked how far it is.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows each change on standard error, and the devices at the end.
pub(super) async fn watch(context: &Context, id: Uuid) -> Result<Answer, CliError> {
    let mut shown = String::new();
    loop {
        let deployment = get(context, id).await?.data;
        let line = show::progress(&deployment);
        if line != shown {
            note(&line);
            shown = line;
        }
        if is_over(&deployment) {
            return end(context, &deployment).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Nothing more happens by itself: no device is at work, or nothing is enforced.
fn is_over(deployment: &Deployment) -> bool {
    let stopped = matches!(deployment.phase, Phase::Cancelled | Phase::Disabled);
    stopped || (deployment.in_progress == 0 && deployment.unknown == 0)
}

async fn end(context: &Context, deployment: &Deployment) -> Result<Answer, CliError> {
    let path = format!("/deployments/{}/devices", deployment.id);
    let all = Extent { limit: 0, all: true };
    let rows = rows::<DeploymentDevice>(&context.api, &path, &Query::new(), all).await?;
    let answer = Answer::of(rows.value, show::devices(&rows.items, &context.view));
    Ok(Answer { failed: deployment.failed > 0, ..answer })
}
