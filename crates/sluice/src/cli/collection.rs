//! `sluice collection`.

use clap::Subcommand;
use sluice_web::api::collections::{Collection, CollectionRequest, Membership, Parent, Rename};
use sluice_web::api::devices::list::Device;
use uuid::Uuid;

use super::Context;
use super::client::{Api, Got, Query};
use super::device;
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};
use super::table::{Column, Table};
use super::view::View;

/// What can be done with collections.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the collections.
    List,
    /// List the devices of a collection.
    Devices {
        /// Name or identity of the collection.
        collection: String,
        #[command(flatten)]
        extent: Extent,
    },
    /// Make a collection.
    #[command(
        after_help = "Examples:\n  sluice collection create \"Ring 1\" --device web1 --device web2\n  sluice collection create \"Web servers\" --parent Servers"
    )]
    Create {
        /// Unique name.
        name: String,
        /// Host name or identity of a device to put in; can be given several times.
        #[arg(long = "device", value_name = "DEVICE")]
        devices: Vec<String>,
        /// Name or identity of the collection it is a part of.
        #[arg(long, value_name = "COLLECTION")]
        parent: Option<String>,
    },
    /// Make a collection a part of another one: its devices are that one's devices, too.
    Move {
        /// Name or identity of the collection.
        collection: String,
        /// Name or identity of the collection it becomes a part of; of none when absent.
        #[arg(long, value_name = "COLLECTION")]
        parent: Option<String>,
    },
    /// Add devices to a collection.
    Add {
        /// Name or identity of the collection.
        collection: String,
        /// Host names or identities of devices.
        #[arg(required = true)]
        devices: Vec<String>,
    },
    /// Take devices out of a collection; the devices stay.
    Remove {
        /// Name or identity of the collection.
        collection: String,
        /// Host names or identities of devices.
        #[arg(required = true)]
        devices: Vec<String>,
    },
    /// Rename a collection.
    Rename {
        /// Name or identity of the collection.
        collection: String,
        /// The new name.
        name: String,
    },
    /// Delete a collection that no deployment targets; its devices stay.
    Delete {
        /// Name or identity of the collection.
        collection: String,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List => {
            let rows = whole::<Collection>(api, "/collections").await?;
            Ok(Answer::of(rows.value, table(&rows.items, view)))
        }
        Verb::Devices { collection, extent } => {
            let id = names::collection(api, &collection).await?;
            let rows = rows::<Device>(api, &format!("/collections/{id}/devices"), &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, device::table(&rows.items, view)).with_note(note))
        }
        Verb::Create { name, devices, parent } => {
            let devices = names::devices(api, &devices).await?;
            let parent = named(api, parent).await?;
            let got: Got<Collection> = api.post("/collections", &CollectionRequest { name, devices, parent }).await?;
            Ok(changed(got, "Made"))
        }
        Verb::Move { collection, parent } => {
            let id = names::collection(api, &collection).await?;
            let parent = named(api, parent).await?;
            Ok(changed(api.put(&format!("/collections/{id}/parent"), &Parent { parent }).await?, "Moved"))
        }
        Verb::Add { collection, devices } => {
            let change = Membership { add: names::devices(api, &devices).await?, remove: Vec::new() };
            change_members(context, &collection, &change).await
        }
        Verb::Remove { collection, devices } => {
            let change = Membership { add: Vec::new(), remove: names::devices(api, &devices).await? };
            change_members(context, &collection, &change).await
        }
        Verb::Rename { collection, name } => {
            let id = names::collection(api, &collection).await?;
            Ok(changed(api.patch(&format!("/collections/{id}"), &Rename { name }).await?, "Renamed"))
        }
        Verb::Delete { collection } => {
            let id = names::collection(api, &collection).await?;
            api.delete(&format!("/collections/{id}")).await?;
            Ok(Answer::done(&(), format!("Deleted collection {collection}.")))
        }
    }
}

async fn named(api: &Api, collection: Option<String>) -> Result<Option<Uuid>, CliError> {
    match collection {
        Some(name) => names::collection(api, &name).await.map(Some),
        None => Ok(None),
    }
}

async fn change_members(context: &Context, collection: &str, change: &Membership) -> Result<Answer, CliError> {
    let id = names::collection(&context.api, collection).await?;
    Ok(changed(context.api.post(&format!("/collections/{id}/devices"), change).await?, "Changed"))
}

fn changed(got: Got<Collection>, what: &str) -> Answer {
    let text = format!("{what} collection {}: {} devices.\n", got.data.name, got.data.members);
    Answer::of(got.value, text)
}

fn table(collections: &[Collection], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::number("DEVICES"),
        Column::word("KIND"),
        Column::text("PART OF"),
        Column::word("ID"),
    ];
    let name = |id| collections.iter().find(|c| c.id == id).map_or("-", |c| c.name.as_str());
    let mut table = Table::new(columns, "There are no collections.");
    for collection in collections {
        table.row([
            (&collection.name).into(),
            collection.members.to_string().into(),
            if collection.built_in { "built in" } else { "static" }.into(),
            collection.parent.map_or("-", name).into(),
            collection.id.to_string().into(),
        ]);
    }
    table.render(view)
}
