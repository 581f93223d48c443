//! `sluice deployment create`.

use clap::{ArgGroup, Args};
use sluice_web::api::deployments::create::DeploymentRequest;
use sluice_web::api::deployments::list::Deployment;
use sluice_web::api::updates::list::Update;
use sluice_web::api::words::{Intent, Notification, Priority, Restart};

use super::show;
use crate::cli::Context;
use crate::cli::client::{Api, Got, Query};
use crate::cli::error::CliError;
use crate::cli::names;
use crate::cli::output::Answer;
use crate::cli::paging::{Extent, rows};
use crate::cli::time::Moment;
use crate::cli::view::View;
use crate::cli::word::word;

pub(super) const EXAMPLES: &str = "Examples:
  sluice deployment create --name \"Security, ring 1\" --group November \\
      --collection \"Ring 1\" --required --deadline +2h
  sluice deployment create --name openssl --update openssl --collection \"All devices\" \\
      --required --deadline 2026-11-24T03:00 --restart allow
  sluice deployment create --name \"New kernel\" --update linux --collection \"Ring 1\" --available
  sluice deployment create --name \"Take back\" --update KB5034441 --collection \"Ring 1\" \\
      --uninstall --deadline +1h

Nothing is ever installed without a deployment.";

/// A deployment to make.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").args(["updates", "group"]).required(true)))]
#[command(group(ArgGroup::new("intent").args(["required", "available", "uninstall", "block"]).required(true)))]
pub struct Create {
    /// Name.
    #[arg(long)]
    name: String,
    /// Title, `SOURCE VERSION` or identity of an update; can be given several times.
    #[arg(long = "update", value_name = "UPDATE")]
    updates: Vec<String>,
    /// Name or identity of an update group; the deployment follows changes of its members.
    #[arg(long)]
    group: Option<String>,
    /// Name or identity of the collection of devices.
    #[arg(long)]
    collection: String,
    /// Install at the deadline.
    #[arg(long, requires = "deadline")]
    required: bool,
    /// Only offer; installed when somebody on the device asks for it.
    #[arg(long, conflicts_with = "deadline")]
    available: bool,
    /// Uninstall at the deadline; Windows updates only, and those that can be uninstalled.
    #[arg(long, requires = "deadline")]
    uninstall: bool,
    /// Never offer, whatever other deployments to the same devices say.
    #[arg(long, conflicts_with = "deadline")]
    block: bool,
    /// From when on devices are told: now, +2h, 2026-11-24T03:00 (local time), RFC 3339.
    #[arg(long, value_name = "WHEN", default_value = "now")]
    available_at: Moment,
    /// When it is installed or uninstalled, written in the same ways.
    #[arg(long, value_name = "WHEN")]
    deadline: Option<Moment>,
    /// Whether devices may restart themselves when an update needs it.
    #[arg(long, value_name = "WORD", default_value = "suppress", value_parser = word(Restart::ALL))]
    restart: Restart,
    /// What users of the devices see.
    #[arg(long, value_name = "WORD", default_value = "show-all", value_parser = word(Notification::ALL))]
    notification: Notification,
    /// What comes first of what is due at the same time.
    #[arg(long, value_name = "WORD", default_value = "normal", value_parser = word(Priority::ALL))]
    priority: Priority,
}

pub(super) async fn run(create: Create, context: &Context) -> Result<Answer, CliError> {
    let api = &context.api;
    let group = match &create.group {
        Some(group) => Some(names::group(api, group).await?),
        None => None,
    };
    let request = DeploymentRequest {
        name: create.name,
        updates: names::updates(api, &create.updates).await?,
        group,
        collection: names::collection(api, &create.collection).await?,
        intent: match (create.required, create.uninstall, create.block) {
            (true, _, _) => Intent::Required,
            (_, true, _) => Intent::Uninstall,
            (_, _, true) => Intent::Block,
            _ => Intent::Available,
        },
        // `now` is the site's to know: this machine's clock may be ahead of it.
        available_at: match create.available_at {
            Moment::Now => None,
            moment => Some(resolve(&moment, &context.view)?),
        },
        deadline: create.deadline.map(|moment| resolve(&moment, &context.view)).transpose()?,
        restart: Some(create.restart),
        notification: Some(create.notification),
        priority: Some(create.priority),
    };
    let got: Got<Deployment> = api.post("/deployments", &request).await?;
    let mut note = format!("Watch it: `sluice deployment watch {}`.", got.data.id);
    if got.data.awaiting_licence > 0 {
        let updates = whole_or_part(api, got.data.id).await?;
        let waiting: Vec<_> = updates.iter().filter(|update| update.awaits_licence).map(|u| u.title.as_str()).collect();
        note = format!(
            "{note}\nNo device installs {} of its updates before their licence terms are accepted: {}. Accept them: \
             `sluice update licence accept`.",
            got.data.awaiting_licence,
            waiting.join(", ")
        );
    }
    Ok(Answer::of(got.value, show::one(&got.data, &context.view)).with_note(note))
}

/// The updates of a deployment, as many as fit on a page.
async fn whole_or_part(api: &Api, deployment: uuid::Uuid) -> Result<Vec<Update>, CliError> {
    let extent = Extent { limit: 1000, all: false };
    Ok(rows::<Update>(api, &format!("/deployments/{deployment}/updates"), &Query::new(), extent).await?.items)
}

fn resolve(moment: &Moment, view: &View) -> Result<jiff::Timestamp, CliError> {
    moment.resolve(view).map_err(|error| CliError::usage("this moment is beyond all calendars", error.to_string()))
}
