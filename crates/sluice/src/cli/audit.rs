//! `sluice audit`.

use clap::Subcommand;
use sluice_web::api::audit::AuditEntry;

use super::Context;
use super::client::Query;
use super::error::CliError;
use super::output::Answer;
use super::paging::{Extent, rows};
use super::table::{Column, Table};
use super::view::View;

/// What can be done with the audit.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List who did what, newest first.
    List {
        #[command(flatten)]
        extent: Extent,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let Verb::List { extent } = verb;
    let rows = rows::<AuditEntry>(&context.api, "/audit", &Query::new(), extent).await?;
    let note = rows.note();
    Ok(Answer::of(rows.value, render(&rows.items, &context.view)).with_note(note))
}

fn render(entries: &[AuditEntry], view: &View) -> String {
    let columns = [
        Column::number("NUMBER"),
        Column::word("WHEN"),
        Column::text("WHO"),
        Column::word("ACTION"),
        Column::text("OBJECT"),
        Column::text("DETAIL"),
    ];
    let mut table = Table::new(columns, "Nothing has been done yet.");
    for entry in entries {
        table.row([
            entry.seq.to_string().into(),
            view.time(entry.at).into(),
            (&entry.actor).into(),
            (&entry.action).into(),
            (&entry.object).into(),
            (&entry.detail).into(),
        ]);
    }
    table.render(view)
}
