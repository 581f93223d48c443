//! `sluice sync`.

mod rollup;
mod show;
mod wait;

use clap::Subcommand;
use sluice_web::api::sync::quarantine::QuarantinedItem;
use sluice_web::api::sync::rollup::RollupStatus;
use sluice_web::api::sync::runs::{SyncRequest, SyncRun, SyncStarted};
use sluice_web::api::sync::status::SyncStatus;
use sluice_web::api::words::SyncExtent;
use uuid::Uuid;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};

/// What can be done with synchronization.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Synchronize now.
    #[command(after_help = "Examples:
  sluice sync run --wait
  sluice sync run bookworm-security --full")]
    Run {
        /// Name or identity of a source; all sources when absent.
        source: Option<String>,
        /// Look at everything again, not only at what changed upstream.
        #[arg(long)]
        full: bool,
        /// Wait for the end and show progress on standard error; exit code 1 when a source failed.
        #[arg(long)]
        wait: bool,
    },
    /// Show where synchronization stands, source by source.
    Status,
    /// Show how reporting devices to upstream servers goes.
    Rollup,
    /// List finished synchronizations, newest first.
    History {
        /// Name or identity of a source; all sources when absent.
        source: Option<String>,
        #[command(flatten)]
        extent: Extent,
    },
    /// List items that could not be taken over, and why.
    Quarantine {
        #[command(flatten)]
        extent: Extent,
    },
    /// Try a quarantined item again with the next synchronization.
    Retry {
        /// Identity of the item.
        item: Uuid,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Run { source, full, wait } => start(context, source.as_deref(), full, wait).await,
        Verb::Status => {
            let rows = whole::<SyncStatus>(&context.api, "/sync").await?;
            Ok(Answer::of(rows.value, show::status(&rows.items, &context.view)))
        }
        Verb::Rollup => {
            let rows = whole::<RollupStatus>(&context.api, "/sync/rollup").await?;
            Ok(Answer::of(rows.value, rollup::status(&rows.items, &context.view)))
        }
        Verb::History { source, extent } => {
            let source = source_id(context, source.as_deref()).await?;
            let query: Query = source.map(|id| ("source", id.to_string())).into_iter().collect();
            let rows = rows::<SyncRun>(&context.api, "/sync/runs", &query, extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, show::runs(&rows.items, &context.view)).with_note(note))
        }
        Verb::Quarantine { extent } => {
            let rows = rows::<QuarantinedItem>(&context.api, "/sync/quarantine", &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, show::quarantine(&rows.items, &context.view)).with_note(note))
        }
        Verb::Retry { item } => {
            context.api.poke(&format!("/sync/quarantine/{item}/retry")).await?;
            Ok(Answer::done(&(), "The next synchronization tries the item again."))
        }
    }
}

async fn source_id(context: &Context, source: Option<&str>) -> Result<Option<Uuid>, CliError> {
    match source {
        Some(source) => names::source(&context.api, source).await.map(Some),
        None => Ok(None),
    }
}

async fn start(context: &Context, source: Option<&str>, full: bool, wait: bool) -> Result<Answer, CliError> {
    let source = source_id(context, source).await?;
    let before = whole::<SyncStatus>(&context.api, "/sync").await?.items;
    let request = SyncRequest { source, extent: full.then_some(SyncExtent::Full) };
    let got: Got<SyncStarted> = context.api.post("/sync/runs", &request).await?;
    if wait {
        return wait::wait(context, &got.data.sources, &before).await;
    }
    let count = got.data.sources.len();
    let text = format!("Started synchronizing {count} {}.\n", if count == 1 { "source" } else { "sources" });
    Ok(Answer::of(got.value, text).with_note("See how far it is: `sluice sync status`."))
}
