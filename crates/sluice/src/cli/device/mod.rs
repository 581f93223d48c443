//! `sluice device`.

mod list;
mod show;

use clap::Subcommand;
use sluice_web::api::devices::detail::DeviceDetails;
use sluice_web::api::devices::events::DeviceEvent;
use sluice_web::api::devices::explain::Explanation;
use sluice_web::api::devices::packages::UpgradablePackage;
use sluice_web::api::updates::list::Update;
use sluice_web::api::words::ComplianceState;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::{Extent, rows, whole};
use super::update;
use super::word::word;

pub(super) use list::table;

/// What can be done with devices.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List devices.
    #[command(after_help = list::EXAMPLES)]
    List(list::List),
    /// Show a device with its agent, restart evidence and package sources.
    Show {
        /// Host name or identity of the device.
        device: String,
    },
    /// List the packages a device would upgrade: what `apt list --upgradable` says there.
    Packages {
        /// Host name or identity of the device.
        device: String,
    },
    /// List the updates a device needs, or has.
    #[command(after_help = "Example:\n  sluice device updates web1 --state installed --all")]
    Updates {
        /// Host name or identity of the device.
        device: String,
        /// The state.
        #[arg(long, value_name = "WORD", default_value = "required", value_parser = word(ComplianceState::ALL))]
        state: ComplianceState,
        #[command(flatten)]
        extent: Extent,
    },
    /// Say why a device needs an update, or does not.
    #[command(after_help = "Example:\n  sluice device explain web1 \"openssl 3.0.17-1~deb12u2\"")]
    Explain {
        /// Host name or identity of the device.
        device: String,
        /// Title, `SOURCE VERSION` or identity of the update.
        update: String,
    },
    /// Show a device's history, newest first.
    Events {
        /// Host name or identity of the device.
        device: String,
        #[command(flatten)]
        extent: Extent,
    },
    /// Remove a device; its agent must be enrolled again to come back.
    Remove {
        /// Host name or identity of the device.
        device: String,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List(list) => list::run(list, context).await,
        Verb::Show { device } => {
            let path = path(context, &device, "").await?;
            let got: Got<DeviceDetails> = api.get(&path, &Query::new()).await?;
            Ok(Answer::of(got.value, show::one(&got.data, view)))
        }
        Verb::Packages { device } => {
            let path = path(context, &device, "/packages").await?;
            let rows = whole::<UpgradablePackage>(api, &path).await?;
            Ok(Answer::of(rows.value, show::packages(&rows.items, view)))
        }
        Verb::Updates { device, state, extent } => {
            let path = path(context, &device, "/updates").await?;
            let rows = rows::<Update>(api, &path, &vec![("state", state.to_string())], extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, update::table(&rows.items, view)).with_note(note))
        }
        Verb::Explain { device, update } => {
            let update = names::update(api, &update).await?;
            let path = path(context, &device, &format!("/updates/{update}/explanation")).await?;
            let got: Got<Explanation> = api.get(&path, &Query::new()).await?;
            Ok(Answer::of(got.value, show::explanation(&got.data, view)))
        }
        Verb::Events { device, extent } => {
            let path = path(context, &device, "/events").await?;
            let rows = rows::<DeviceEvent>(api, &path, &Query::new(), extent).await?;
            let note = rows.note();
            Ok(Answer::of(rows.value, show::events(&rows.items, view)).with_note(note))
        }
        Verb::Remove { device } => {
            api.delete(&path(context, &device, "").await?).await?;
            Ok(Answer::done(&(), format!("Removed device {device}.")))
        }
    }
}

async fn path(context: &Context, device: &str, below: &str) -> Result<String, CliError> {
    Ok(format!("/devices/{}{below}", names::device(&context.api, device).await?))
}
