//! `sluice deployment`.

mod create;
mod show;
mod watch;

use clap::Subcommand;
use sluice_web::api::deployments::change::DeploymentChange;
use sluice_web::api::deployments::detail::DeploymentDevice;
use sluice_web::api::deployments::list::Deployment;
use sluice_web::api::updates::list::Update;
use uuid::Uuid;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};
use super::update;

/// What can be done with deployments.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the deployments.
    List,
    /// Show a deployment and how far it has come.
    Show {
        /// Name or identity of the deployment.
        deployment: String,
    },
    /// Deploy updates to the devices of a collection.
    #[command(after_help = create::EXAMPLES)]
    Create(create::Create),
    /// List the updates of a deployment.
    Updates {
        /// Name or identity of the deployment.
        deployment: String,
        #[command(flatten)]
        extent: Extent,
    },
    /// List the devices of a deployment, and where each stands.
    Devices {
        /// Name or identity of the deployment.
        deployment: String,
        #[command(flatten)]
        extent: Extent,
    },
    /// Watch a deployment until every device is done; exit code 1 when one failed.
    Watch {
        /// Name or identity of the deployment.
        deployment: String,
    },
    /// Put a disabled deployment in force again.
    Enable {
        /// Name or identity of the deployment.
        deployment: String,
    },
    /// Keep a deployment, but enforce nothing of it.
    Disable {
        /// Name or identity of the deployment.
        deployment: String,
    },
    /// Cancel a deployment for good; what is installed stays.
    Cancel {
        /// Name or identity of the deployment.
        deployment: String,
    },
    /// Delete a cancelled deployment with its history.
    Delete {
        /// Name or identity of the deployment.
        deployment: String,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List => {
            let rows = whole::<Deployment>(api, "/deployments").await?;
            Ok(Answer::of(rows.value, show::list(&rows.items, view)))
        }
        Verb::Show { deployment } => {
            let got = get(context, names::deployment(api, &deployment).await?).await?;
            Ok(Answer::of(got.value, show::one(&got.data, view)))
        }
        Verb::Create(create) => create::run(create, context).await,
        Verb::Updates { deployment, extent } => {
            let path = format!("/deployments/{}/updates", names::deployment(api, &deployment).await?);
            let rows = rows::<Update>(api, &path, &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, update::table(&rows.items, view)).with_note(note))
        }
        Verb::Devices { deployment, extent } => {
            let path = format!("/deployments/{}/devices", names::deployment(api, &deployment).await?);
            let rows = rows::<DeploymentDevice>(api, &path, &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, show::devices(&rows.items, view)).with_note(note))
        }
        Verb::Watch { deployment } => {
            let id = names::deployment(api, &deployment).await?;
            watch::watch(context, id).await
        }
        Verb::Enable { deployment } => enable(context, &deployment, true).await,
        Verb::Disable { deployment } => enable(context, &deployment, false).await,
        Verb::Cancel { deployment } => {
            let id = names::deployment(api, &deployment).await?;
            let got: Got<Deployment> = api.post(&format!("/deployments/{id}/cancel"), &()).await?;
            Ok(Answer::of(got.value, format!("Cancelled deployment {}.\n", got.data.name)))
        }
        Verb::Delete { deployment } => {
            let id = names::deployment(api, &deployment).await?;
            api.delete(&format!("/deployments/{id}")).await?;
            Ok(Answer::done(&(), format!("Deleted deployment {deployment}.")))
        }
    }
}

async fn get(context: &Context, id: Uuid) -> Result<Got<Deployment>, CliError> {
    context.api.get(&format!("/deployments/{id}"), &Query::new()).await
}

async fn enable(context: &Context, deployment: &str, enabled: bool) -> Result<Answer, CliError> {
    let id = names::deployment(&context.api, deployment).await?;
    let got: Got<Deployment> = context.api.patch(&format!("/deployments/{id}"), &DeploymentChange { enabled }).await?;
    let state = if enabled { "enabled" } else { "disabled" };
    Ok(Answer::of(got.value, format!("Deployment {} is {state}.\n", got.data.name)))
}
