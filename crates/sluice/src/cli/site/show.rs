//! `sluice site show`.

use sluice_web::api::site::SiteInfo;

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<SiteInfo> = context.api.get("/site", &Query::new()).await?;
    Ok(Answer::of(got.value, render(&got.data, &context.view)))
}

fn render(info: &SiteInfo, view: &View) -> String {
    let mut text = facts(
        view,
        &[
            ("Site", info.name.clone()),
            ("Version", info.version.clone()),
            ("Running since", view.time(info.started_at)),
            ("Database", info.database.clone()),
            ("Epoch", info.epoch.clone()),
            ("Catalog version", info.catalog_version.to_string()),
            ("Updates", info.updates.to_string()),
            ("Devices", info.devices.to_string()),
        ],
    );
    let columns =
        [Column::word("BACKGROUND WORK"), Column::number("RUNS"), Column::word("LAST RUN"), Column::text("STATE")];
    let mut table = Table::new(columns, "No background work runs.");
    for work in &info.reconcilers {
        let state = match &work.last_error {
            Some(error) => Cell::styled(error, Style::Bad),
            None => Cell::styled("ok", Style::Good),
        };
        table.row([(&work.name).into(), work.runs.to_string().into(), view.time_or_dash(work.last_run).into(), state]);
    }
    text.push('\n');
    text.push_str(&table.render(view));
    text
}
