//! `sluice update`.

mod licence;
mod list;
mod show;

use clap::Subcommand;
use sluice_web::api::updates::decline::{DeclineChange, DeclineRequest, UndeclineRequest};
use sluice_web::api::updates::detail::UpdateDetails;
use sluice_web::api::updates::devices::UpdateDevice;
use sluice_web::api::updates::selection::SelectableCategory;
use sluice_web::api::words::{ComplianceState, SelectableKind};

use super::Context;
use super::category;
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
    /// Decline updates: they are offered to no device; what is installed stays.
    #[command(
        after_help = "Example:\n  sluice update decline KB5034441 --reason \"fails on small recovery partitions\""
    )]
    Decline {
        /// Titles, `SOURCE VERSION` or identities of updates.
        #[arg(required = true)]
        updates: Vec<String>,
        /// Why, for those who come after.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Offer declined updates again.
    Undecline {
        /// Titles, `SOURCE VERSION` or identities of updates.
        #[arg(required = true)]
        updates: Vec<String>,
    },
    /// Accept licence terms of updates, and list them.
    Licence {
        #[command(subcommand)]
        verb: licence::Verb,
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
        Verb::Decline { updates, reason } => {
            let updates = names::updates(&context.api, &updates).await?;
            let got = context.api.post("/updates/decline", &DeclineRequest { updates, reason }).await?;
            Ok(declined(got, "Declined"))
        }
        Verb::Undecline { updates } => {
            let updates = names::updates(&context.api, &updates).await?;
            let got = context.api.post("/updates/undecline", &UndeclineRequest { updates }).await?;
            Ok(declined(got, "No longer declined"))
        }
        Verb::Licence { verb } => licence::run(verb, context).await,
        Verb::Products => {
            let rows = whole::<SelectableCategory>(&context.api, "/categories").await?;
            let tree: Vec<_> = rows.items.into_iter().filter(|c| c.kind != SelectableKind::Classification).collect();
            Ok(Answer::of(rows.value, category::table(&tree, &context.view)))
        }
    }
}

fn declined(got: Got<DeclineChange>, what: &str) -> Answer {
    let text = format!("{what}: {} updates.\n", got.data.changed);
    let note = match got.data.deployments.as_slice() {
        [] => String::new(),
        some => format!("Deployments that contain some of them: {}.", some.join(", ")),
    };
    Answer::of(got.value, text).with_note(note)
}
