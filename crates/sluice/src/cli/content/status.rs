//! `sluice content status`.

use sluice_web::api::content::status::ContentStatus;

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::{Column, Table};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<ContentStatus> = context.api.get("/content/status", &Query::new()).await?;
    let status = &got.data;
    let mut text = format!(
        "{} of {} files are here, {} of {} MB.\n",
        status.present,
        status.files,
        status.present_bytes >> 20,
        status.bytes >> 20
    );
    if !status.missing.is_empty() {
        let mut table = Table::new([Column::text("MISSING"), Column::word("MB"), Column::word("NAME")], "");
        for file in &status.missing {
            table.row([(&file.file_name).into(), (file.size >> 20).to_string().into(), (&file.name).into()]);
        }
        text.push_str(&table.render(&context.view));
    }
    Ok(Answer::of(got.value, text))
}
