//! `sluice content verify`.

use serde_json::json;
use sluice_web::api::content::fetching::Verification;

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<Verification> = context.api.post("/content/verify", &json!({})).await?;
    Ok(Answer::of(got.value, "The site reads every file now. How far it is: sluice content status\n"))
}
