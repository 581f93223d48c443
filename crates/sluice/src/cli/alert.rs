//! `sluice alert`.

use clap::Subcommand;
use sluice_web::api::alerts::Alert;
use sluice_web::api::page::Listing;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::output::Answer;
use super::table::{Cell, Column, Table};
use super::view::{Style, View};

/// What can be done with alerts.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the alerts that stand.
    List {
        /// Also those that have been cleared.
        #[arg(long)]
        all: bool,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let Verb::List { all } = verb;
    let query: Query = vec![("open", (!all).to_string())];
    let got: Got<Listing<Alert>> = context.api.get("/alerts", &query).await?;
    Ok(Answer::of(got.value, render(&got.data.items, &context.view)))
}

fn render(alerts: &[Alert], view: &View) -> String {
    let columns = [
        Column::word("RAISED"),
        Column::word("CLEARED"),
        Column::word("KIND"),
        Column::text("ABOUT"),
        Column::text("MESSAGE"),
    ];
    let mut table = Table::new(columns, "Nothing needs attention.");
    for alert in alerts {
        let style = if alert.cleared_at.is_none() { Style::Bad } else { Style::Plain };
        table.row([
            view.time(alert.raised_at).into(),
            view.time_or_dash(alert.cleared_at).into(),
            Cell::styled(&alert.kind, style),
            (&alert.subject).into(),
            (&alert.message).into(),
        ]);
    }
    table.render(view)
}
