//! `sluice site token` and `tokens`.

use sluice_web::api::sites::tokens::{NewSiteToken, SiteToken, SiteTokenRequest};

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::paging::whole;
use crate::cli::table::{Column, Table};

pub(super) async fn create(valid: u32, context: &Context) -> Result<Answer, CliError> {
    let got: Got<NewSiteToken> = context.api.post("/site-tokens", &SiteTokenRequest { valid_seconds: valid }).await?;
    let until = context.view.time(got.data.token.expires_at);
    let note = format!("It works until {until}, for one site. There: `sluice site join TOKEN`.");
    Ok(Answer::of(got.value, format!("{}\n", got.data.secret)).with_note(note))
}

pub(super) async fn list(context: &Context) -> Result<Answer, CliError> {
    let view = &context.view;
    let rows = whole::<SiteToken>(&context.api, "/site-tokens").await?;
    let mut table =
        Table::new([Column::word("EXPIRES"), Column::text("BY"), Column::word("ID")], "There are no site tokens.");
    for token in &rows.items {
        table.row([view.time(token.expires_at).into(), (&token.created_by).into(), token.id.to_string().into()]);
    }
    Ok(Answer::of(rows.value, table.render(view)))
}
