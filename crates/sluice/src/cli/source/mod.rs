//! `sluice source`.

mod create;
mod import;
mod schedule;
mod show;
mod test;
mod upstream;

pub(super) use upstream::read_certificates;

use clap::Subcommand;
use sluice_web::api::sources::list::Source;
use sluice_web::api::sources::write::SourceRequest;
use sluice_web::api::words::SourceKind;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::whole;

/// What can be done with sources.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the sources.
    List,
    /// Show a source with its keys and schedule.
    Show {
        /// Name or identity of the source.
        source: String,
    },
    /// Define a source: one suite of a Debian archive, or a server to synchronize with.
    #[command(after_help = create::EXAMPLE)]
    Create(Box<create::Create>),
    /// Try out the server of a source: is it there, does it let this site in, what does it say of itself.
    #[command(after_help = test::EXAMPLE)]
    Test(Box<test::Test>),
    /// Take over the package sources of this machine, as apt has them.
    #[command(after_help = import::EXAMPLE)]
    Import(import::Import),
    /// Let the schedule of a source be in force.
    Enable {
        /// Name or identity of the source.
        source: String,
    },
    /// Suspend the schedule of a source; its updates stay.
    Disable {
        /// Name or identity of the source.
        source: String,
    },
    /// Delete a source; updates that no other source offers expire.
    Delete {
        /// Name or identity of the source.
        source: String,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::List => {
            let rows = whole::<Source>(&context.api, "/sources").await?;
            Ok(Answer::of(rows.value, show::list(&rows.items, &context.view)))
        }
        Verb::Show { source } => {
            let got = get(context, &source).await?;
            Ok(Answer::of(got.value, show::one(&got.data, &context.view)))
        }
        Verb::Create(create) => create::run(*create, context).await,
        Verb::Test(test) => test::run(*test, context).await,
        Verb::Import(import) => import::run(&import, context).await,
        Verb::Enable { source } => enable(context, &source, true).await,
        Verb::Disable { source } => enable(context, &source, false).await,
        Verb::Delete { source } => {
            let id = names::source(&context.api, &source).await?;
            context.api.delete(&format!("/sources/{id}")).await?;
            Ok(Answer::done(&(), format!("Deleted source {source}.")))
        }
    }
}

async fn get(context: &Context, source: &str) -> Result<Got<Source>, CliError> {
    let id = names::source(&context.api, source).await?;
    context.api.get(&format!("/sources/{id}"), &Query::new()).await
}

async fn enable(context: &Context, source: &str, enabled: bool) -> Result<Answer, CliError> {
    let source = get(context, source).await?.data;
    let path = format!("/sources/{}", source.id);
    if source.kind == SourceKind::CatalogFile {
        return Err(CliError::usage(
            "an imported catalog has no schedule",
            "Import files with `sluice catalog import`.",
        ));
    }
    let Source { name, apt, upstream, schedule, .. } = source;
    let request = SourceRequest { name, apt, upstream, schedule, enabled };
    let got: Got<Source> = context.api.put(&path, &request).await?;
    let state = if enabled { "enabled" } else { "disabled" };
    Ok(Answer::of(got.value, format!("The schedule of {} is {state}.\n", got.data.name)))
}
