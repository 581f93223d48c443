//! `sluice catalog status`.

use sluice_web::api::catalog::status::CatalogStatus;

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::facts;

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<CatalogStatus> = context.api.get("/catalog/status", &Query::new()).await?;
    let status = &got.data;
    let mut lines = vec![
        ("Version", status.version.to_string()),
        ("Updates", format!("{} listed", status.listed)),
        ("Software", format!("{}, parts of other updates included", status.software)),
        ("Drivers", status.drivers.to_string()),
        ("Categories", status.categories.to_string()),
        ("Detection rules", status.detectoids.to_string()),
        ("In scope", format!("{} revisions that agents may see", status.in_scope)),
        ("Levels", status.levels.to_string()),
        ("Page", format!("{} updates at least", status.page_size)),
        ("Longest scan", format!("{} round trips; agents give up at 200", status.worst_case_rounds)),
    ];
    if status.left_out > 0 {
        let why = "deeper than any real catalog, or in a circle of prerequisites";
        lines.push(("Left out", format!("{} revisions: {why}", status.left_out)));
    }
    let text = facts(&context.view, &lines);
    Ok(Answer::of(got.value, text))
}
