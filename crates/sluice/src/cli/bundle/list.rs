//! `sluice bundle list`.

use sluice_web::api::bundles::history::{BundleExport, BundleHistory, BundleImport};

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::{Column, Table};
use crate::cli::view::{View, size};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<BundleHistory> = context.api.get("/bundles", &Query::new()).await?;
    let view = &context.view;
    let text = format!("{}\n{}", exports(&got.data.exports, view), imports(&got.data.imports, view));
    Ok(Answer::of(got.value, text))
}

fn exports(exports: &[BundleExport], view: &View) -> String {
    let columns = [
        Column::number("EXPORTED"),
        Column::word("MADE"),
        Column::word("STATE"),
        Column::word("SINCE"),
        Column::number("DOCUMENTS"),
        Column::number("FILES"),
        Column::number("SIZE"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, "No bundle was exported here.");
    for export in exports {
        let since = exports.iter().find(|other| Some(other.id) == export.previous);
        table.row([
            export.sequence.to_string().into(),
            view.time(export.started_at).into(),
            if export.ended_at.is_some() { "whole" } else { "not whole" }.into(),
            since.map_or_else(|| "-".to_owned(), |since| since.sequence.to_string()).into(),
            export.documents.to_string().into(),
            export.files.to_string().into(),
            size(export.bytes).into(),
            export.id.to_string().into(),
        ]);
    }
    table.render(view)
}

fn imports(imports: &[BundleImport], view: &View) -> String {
    let columns = [
        Column::number("IMPORTED"),
        Column::text("OF"),
        Column::word("BEGUN"),
        Column::word("STATE"),
        Column::number("DOCUMENTS"),
        Column::number("FILES"),
        Column::number("SIZE"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, "No bundle was imported here.");
    for import in imports {
        table.row([
            import.sequence.to_string().into(),
            (&import.site_name).into(),
            view.time(import.started_at).into(),
            if import.ended_at.is_some() { "done".to_owned() } else { format!("at {}", import.step) }.into(),
            import.documents.to_string().into(),
            import.files.to_string().into(),
            size(import.bytes).into(),
            import.id.to_string().into(),
        ]);
    }
    table.render(view)
}
