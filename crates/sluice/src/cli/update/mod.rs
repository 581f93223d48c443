//! `sluice update`.

mod list;
mod show;

use clap::Subcommand;
use sluice_web::api::updates::categories::Category;
use sluice_web::api::updates::detail::UpdateDetails;
use sluice_web::api::updates::devices::UpdateDevice;
use sluice_web::api::words::ComplianceState;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};
use super::word::word;

pub(super) use list::table;

/// What can be done with updates.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List updates.
    #[command(after_help = list::EXAMPLES)]
    List(list::List),
    /// Show an update with its packages, what it replaces, and its deployments.
    #[command(after_help = "Example:\n  sluice update show \"openssl 3.0.17-1~deb12u2\"")]
    Show {
        /// Title, `SOURCE VERSION` or identity of the update.
        update: String,
    },
    /// List the devices of an update, each with its state and why.
    #[command(after_help = "Example:\n  sluice update devices openssl --state required")]
    Devices {
        /// Title, `SOURCE VERSION` or identity of the update.
        update: String,
        /// Only devices in this state.
        #[arg(long, value_name = "WORD", value_parser = word(ComplianceState::ALL))]
        state: Option<ComplianceState>,
        #[command(flatten)]
        extent: Extent,
    },
    /// List companies, product families and products.
    Products,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::List(list) => list::run(list, context).await,
        Verb::Show { update } => {
            let id = names::update(&context.api, &update).await?;
            let got: Got<UpdateDetails> = context.api.get(&format!("/updates/{id}"), &Query::new()).await?;
            Ok(Answer::of(got.value, show::one(&got.data, &context.view)))
        }
        Verb::Devices { update, state, extent } => {
            let id = names::update(&context.api, &update).await?;
            let query: Query = state.map(|state| ("state", state.to_string())).into_iter().collect();
            let rows = rows::<UpdateDevice>(&context.api, &format!("/updates/{id}/devices"), &query, extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, show::devices(&rows.items, &context.view)).with_note(note))
        }
        Verb::Products => {
            let rows = whole::<Category>(&context.api, "/categories").await?;
            Ok(Answer::of(rows.value, show::categories(&rows.items, &context.view)))
        }
    }
}
