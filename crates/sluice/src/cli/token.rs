//! `sluice token`.

use clap::Subcommand;
use sluice_web::api::enrollment_tokens::{EnrollmentToken, EnrollmentTokenRequest, NewEnrollmentToken};
use sluice_web::api::tokens::{ApiToken, NewApiToken, TokenRequest};
use sluice_web::api::words::Role;
use uuid::Uuid;

use super::Context;
use super::client::Got;
use super::error::CliError;
use super::output::Answer;
use super::paging::whole;
use super::table::{Column, Table};
use super::time::{Moment, seconds};
use super::view::View;
use super::word::word;

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the API tokens.
    List,
    /// Make an API token for a program; it is printed this once.
    #[command(after_help = "Example:\n  sluice token create ci --role reader --expires +90d")]
    Create {
        /// What it is for.
        name: String,
        /// What it may do.
        #[arg(long, value_name = "WORD", value_parser = word(Role::ALL))]
        role: Role,
        /// When it stops working: +90d, 2027-01-01T00:00, RFC 3339; never when absent.
        #[arg(long, value_name = "WHEN")]
        expires: Option<Moment>,
    },
    /// Revoke an API token; it stops working at once.
    Revoke {
        /// Identity of the token.
        id: Uuid,
    },
    /// Make a token with which devices are enrolled; it is printed this once.
    #[command(after_help = "Example:
  sluice token enroll --uses 20 --valid 2h
  # then on each device:
  sluice agent enroll --server https://updates.example.org:8531 --token sl1.…")]
    Enroll {
        /// How many devices may use it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// How long it works.
        #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds)]
        valid: u32,
    },
    /// List the enrolment tokens that still work.
    Enrollments,
    /// Revoke an enrolment token; enrolled devices stay.
    RevokeEnrollment {
        /// Identity of the token.
        id: Uuid,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List => {
            let rows = whole::<ApiToken>(api, "/tokens").await?;
            Ok(Answer::of(rows.value, tokens(&rows.items, view)))
        }
        Verb::Create { name, role, expires } => {
            let expires_at = expires
                .map(|moment| moment.resolve(view))
                .transpose()
                .map_err(|error| CliError::usage("this moment is beyond all calendars", error.to_string()))?;
            let got: Got<NewApiToken> = api.post("/tokens", &TokenRequest { name, role, expires_at }).await?;
            let text = format!("{}\n", got.data.secret);
            Ok(Answer::of(got.value, text).with_note("It is not shown again. Give it as SLUICE_TOKEN or --token."))
        }
        Verb::Revoke { id } => {
            api.delete(&format!("/tokens/{id}")).await?;
            Ok(Answer::done(&(), "Revoked."))
        }
        Verb::Enroll { uses, valid } => {
            let request = EnrollmentTokenRequest { valid_seconds: valid, uses };
            let got: Got<NewEnrollmentToken> = api.post("/enrollment-tokens", &request).await?;
            let until = view.time(got.data.token.expires_at);
            let note = format!("It works until {until}. On the device: `sluice agent enroll --server URL --token …`.");
            Ok(Answer::of(got.value, format!("{}\n", got.data.secret)).with_note(note))
        }
        Verb::Enrollments => {
            let rows = whole::<EnrollmentToken>(api, "/enrollment-tokens").await?;
            Ok(Answer::of(rows.value, enrollments(&rows.items, view)))
        }
        Verb::RevokeEnrollment { id } => {
            api.delete(&format!("/enrollment-tokens/{id}")).await?;
            Ok(Answer::done(&(), "Revoked."))
        }
    }
}

fn tokens(tokens: &[ApiToken], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::word("ROLE"),
        Column::word("MADE"),
        Column::text("BY"),
        Column::word("EXPIRES"),
        Column::word("LAST USED"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, "There are no API tokens.");
    for token in tokens {
        table.row([
            (&token.name).into(),
            token.role.slug().into(),
            view.time(token.created_at).into(),
            (&token.created_by).into(),
            view.time_or_dash(token.expires_at).into(),
            view.time_or_dash(token.last_used_at).into(),
            token.id.to_string().into(),
        ]);
    }
    table.render(view)
}

fn enrollments(tokens: &[EnrollmentToken], view: &View) -> String {
    let columns = [Column::word("EXPIRES"), Column::number("USES LEFT"), Column::text("BY"), Column::word("ID")];
    let mut table = Table::new(columns, "There are no enrolment tokens.");
    for token in tokens {
        table.row([
            view.time(token.expires_at).into(),
            token.uses_left.to_string().into(),
            (&token.created_by).into(),
            token.id.to_string().into(),
        ]);
    }
    table.render(view)
}
