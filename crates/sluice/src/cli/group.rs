//! `sluice group`.

use clap::Subcommand;
use sluice_web::api::collections::{Membership, Rename};
use sluice_web::api::groups::{Group, GroupRequest};
use sluice_web::api::updates::list::Update;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};
use super::table::{Column, Table};
use super::update;
use super::view::View;

/// What can be done with update groups.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the update groups.
    List,
    /// List the updates of an update group.
    Updates {
        /// Name or identity of the update group.
        group: String,
        #[command(flatten)]
        extent: Extent,
    },
    /// Make an update group.
    #[command(
        after_help = "Example:\n  sluice group create \"November\" --update openssl --update \"curl 7.88.1-10+deb12u9\""
    )]
    Create {
        /// Unique name.
        name: String,
        /// Title, `SOURCE VERSION` or identity of an update to put in; can be given several times.
        #[arg(long = "update", value_name = "UPDATE")]
        updates: Vec<String>,
    },
    /// Add updates to an update group; deployments of the group follow.
    Add {
        /// Name or identity of the update group.
        group: String,
        /// Titles or identities of updates.
        #[arg(required = true)]
        updates: Vec<String>,
    },
    /// Take updates out of an update group; deployments of the group follow.
    Remove {
        /// Name or identity of the update group.
        group: String,
        /// Titles or identities of updates.
        #[arg(required = true)]
        updates: Vec<String>,
    },
    /// Rename an update group.
    Rename {
        /// Name or identity of the update group.
        group: String,
        /// The new name.
        name: String,
    },
    /// Delete an update group that no deployment follows.
    Delete {
        /// Name or identity of the update group.
        group: String,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List => {
            let rows = whole::<Group>(api, "/groups").await?;
            Ok(Answer::of(rows.value, table(&rows.items, view)))
        }
        Verb::Updates { group, extent } => {
            let id = names::group(api, &group).await?;
            let rows = rows::<Update>(api, &format!("/groups/{id}/updates"), &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, update::table(&rows.items, view)).with_note(note))
        }
        Verb::Create { name, updates } => {
            let updates = names::updates(api, &updates).await?;
            let got: Got<Group> = api.post("/groups", &GroupRequest { name, updates }).await?;
            Ok(changed(got, "Made"))
        }
        Verb::Add { group, updates } => {
            let change = Membership { add: names::updates(api, &updates).await?, remove: Vec::new() };
            change_members(context, &group, &change).await
        }
        Verb::Remove { group, updates } => {
            let change = Membership { add: Vec::new(), remove: names::updates(api, &updates).await? };
            change_members(context, &group, &change).await
        }
        Verb::Rename { group, name } => {
            let id = names::group(api, &group).await?;
            Ok(changed(api.patch(&format!("/groups/{id}"), &Rename { name }).await?, "Renamed"))
        }
        Verb::Delete { group } => {
            let id = names::group(api, &group).await?;
            api.delete(&format!("/groups/{id}")).await?;
            Ok(Answer::done(&(), format!("Deleted update group {group}.")))
        }
    }
}

async fn change_members(context: &Context, group: &str, change: &Membership) -> Result<Answer, CliError> {
    let id = names::group(&context.api, group).await?;
    Ok(changed(context.api.post(&format!("/groups/{id}/updates"), change).await?, "Changed"))
}

fn changed(got: Got<Group>, what: &str) -> Answer {
    let text = format!("{what} update group {}: {} updates.\n", got.data.name, got.data.updates);
    Answer::of(got.value, text)
}

fn table(groups: &[Group], view: &View) -> String {
    let columns = [Column::text("NAME"), Column::number("UPDATES"), Column::word("MADE"), Column::word("ID")];
    let mut table = Table::new(columns, "There are no update groups.");
    for group in groups {
        table.row([
            (&group.name).into(),
            group.updates.to_string().into(),
            view.time(group.created_at).into(),
            group.id.to_string().into(),
        ]);
    }
    table.render(view)
}
