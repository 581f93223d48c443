//! `sluice doctor`.

use sluice_web::api::doctor::Finding;

use super::Context;
use super::error::CliError;
use super::output::Answer;
use super::paging::whole;
use super::table::{Cell, Column, Table};
use super::view::{Style, View};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let rows = whole::<Finding>(&context.api, "/doctor").await?;
    let failed = rows.items.iter().any(|finding| !finding.ok);
    Ok(Answer { failed, ..Answer::of(rows.value, render(&rows.items, &context.view)) })
}

fn render(findings: &[Finding], view: &View) -> String {
    let columns = [Column::word("CHECK"), Column::word("RESULT"), Column::text("FOUND"), Column::text("WHAT TO DO")];
    let mut table = Table::new(columns, "Nothing was checked.");
    for finding in findings {
        let result = if finding.ok { ("ok", Style::Good) } else { ("wrong", Style::Bad) };
        table.row([
            (&finding.name).into(),
            Cell::styled(result.0, result.1),
            (&finding.detail).into(),
            if finding.fix.is_empty() { "-" } else { &finding.fix }.into(),
        ]);
    }
    table.render(view)
}
