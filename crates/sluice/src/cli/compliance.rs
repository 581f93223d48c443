//! `sluice compliance`.

use clap::Subcommand;
use sluice_web::api::compliance::Compliance;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::table::{Column, Table, facts};
use super::update;
use super::view::View;

/// What can be done with compliance.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show the compliance of the fleet, or of one collection, at a glance.
    #[command(after_help = "Examples:
  sluice compliance show
  sluice compliance show --collection \"Ring 1\" --json")]
    Show {
        /// Only the devices of this collection.
        #[arg(long)]
        collection: Option<String>,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let Verb::Show { collection } = verb;
    let mut query = Query::new();
    if let Some(collection) = collection {
        query.push(("collection", names::collection(&context.api, &collection).await?.to_string()));
    }
    let got: Got<Compliance> = context.api.get("/compliance", &query).await?;
    Ok(Answer::of(got.value, render(&got.data, &context.view)))
}

fn render(compliance: &Compliance, view: &View) -> String {
    let sync = match (&compliance.last_sync, compliance.sync_running) {
        (_, true) => "running".to_owned(),
        (Some(run), false) => format!("{}, {}", view.time(run.ended), run.outcome),
        (None, false) => "never".to_owned(),
    };
    let mut text = facts(
        view,
        &[
            ("Devices", compliance.devices.to_string()),
            ("Compliant", compliance.compliant.to_string()),
            ("Need updates", compliance.non_compliant.to_string()),
            ("Need security updates", compliance.security_missing_devices.to_string()),
            ("Need a restart", compliance.needs_restart.to_string()),
            ("Failed installations", compliance.failures.to_string()),
            ("Broken package database", compliance.broken.to_string()),
            ("Silent", compliance.silent.to_string()),
            ("Never reported", compliance.unknown.saturating_sub(compliance.outside_catalog).to_string()),
            ("Need updates not in the catalog", compliance.outside_catalog.to_string()),
            ("Last synchronization", sync),
            ("Deployments in force", compliance.deployments_active.to_string()),
            ("Alerts", compliance.alerts.len().to_string()),
        ],
    );
    let columns = [Column::word("CLASSIFICATION"), Column::number("UPDATES"), Column::number("INSTALLATIONS")];
    let mut table = Table::new(columns, "No device needs an update.");
    for line in &compliance.required_by_classification {
        table.row([
            line.classification.slug().into(),
            line.updates.to_string().into(),
            line.installations.to_string().into(),
        ]);
    }
    text.push('\n');
    text.push_str(&table.render(view));
    if !compliance.top_required.is_empty() {
        text.push('\n');
        text.push_str(&update::table(&compliance.top_required, view));
    }
    text
}
