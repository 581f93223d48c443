//! `sluice update licence`.

use clap::Subcommand;
use sluice_web::api::page::Listing;
use sluice_web::api::updates::licences::{AcceptRequest, Licence, LicenceChange};
use uuid::Uuid;

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::names;
use crate::cli::output::Answer;
use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View};

/// What can be done with licence terms.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the licence terms of updates, with who accepted them.
    #[command(after_help = "Example:\n  sluice update licence list --pending")]
    List {
        /// Only terms that nobody accepted.
        #[arg(long)]
        pending: bool,
    },
    /// Accept licence terms: devices install no update before its terms are accepted.
    #[command(after_help = "Example:\n  sluice update licence accept KB5034441")]
    Accept {
        /// Titles or identities of updates, all of whose terms are accepted.
        #[arg(required_unless_present = "licences")]
        updates: Vec<String>,
        /// Identity of terms; can be given several times.
        #[arg(long = "licence", value_name = "ID")]
        licences: Vec<Uuid>,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::List { pending } => {
            let query: Query = pending.then(|| ("pending", "true".to_owned())).into_iter().collect();
            let got: Got<Listing<Licence>> = context.api.get("/licences", &query).await?;
            Ok(Answer::of(got.value, table(&got.data.items, &context.view)))
        }
        Verb::Accept { updates, licences } => {
            let updates = names::updates(&context.api, &updates).await?;
            let request = AcceptRequest { updates, licences };
            let got: Got<LicenceChange> = context.api.post("/licences/accept", &request).await?;
            let LicenceChange { accepted, updates } = got.data;
            let text = format!("Accepted: {accepted} licences. No longer waiting: {updates} updates.\n");
            Ok(Answer::of(got.value, text))
        }
    }
}

fn table(licences: &[Licence], view: &View) -> String {
    let columns = [Column::word("LICENCE"), Column::text("ACCEPTED"), Column::number("UPDATES"), Column::text("OF")];
    let mut table = Table::new(columns, "No update has licence terms.");
    for licence in licences {
        let accepted = match &licence.accepted {
            Some(accepted) => Cell::from(format!("{} by {}", view.time(accepted.at), accepted.by)),
            None => Cell::styled("no", Style::Warn),
        };
        table.row([
            licence.id.to_string().into(),
            accepted,
            licence.update_count.to_string().into(),
            licence.updates.join(", ").into(),
        ]);
    }
    table.render(view)
}
