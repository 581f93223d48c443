//! `sluice client-policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sluice_web::api::arrivals::Arrival;
use sluice_web::api::words::{AutomaticUpdates, DeliveryMode, PolicyFormat};

use super::Context;
use super::client::Query;
use super::error::CliError;
use super::output::Answer;
use super::paging::whole;
use super::table::{Column, Table};
use super::view::View;
use super::word::word;

/// What devices are given so that they come to the site.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write what points Windows devices at the site: a registration file, a PowerShell script, Group Policy, Intune.
    #[command(after_help = "Examples:
  sluice client-policy windows --format ps1 --output sluice-windows.ps1
  sluice client-policy windows --format reg --group 'Ring 1' --output ring1.reg
  sluice client-policy windows --format intune > profile.json")]
    Windows(Windows),
    /// List the Windows devices that came within a day, with how far they have come.
    Arrivals,
}

/// Options of `sluice client-policy windows`.
#[derive(Args, Debug)]
pub struct Windows {
    /// The form: reg (Registry Editor), ps1 (PowerShell, also for a GPO of the domain), gpo (text for LGPO.exe), pol
    /// (Registry.pol), intune (profile), cer (only the certificate).
    #[arg(long, value_name = "WORD", value_parser = word(PolicyFormat::ALL), default_value = "reg")]
    format: PolicyFormat,
    /// Target group for client-side targeting; several separated by semicolons.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Address devices scan against; by default the site's own.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Address devices report to; by default the same.
    #[arg(long, value_name = "URL")]
    status_server: Option<String>,
    /// Address content may also be downloaded from.
    #[arg(long, value_name = "URL")]
    alternate_server: Option<String>,
    /// Hours between scans.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u8).range(1..=22))]
    detection_hours: Option<u8>,
    /// What devices do with what is offered; deadlines hold whatever is chosen.
    #[arg(long, value_name = "WORD", value_parser = word(AutomaticUpdates::ALL))]
    automatic: Option<AutomaticUpdates>,
    /// Day of scheduled installations: 0 every day, 1 Sunday to 7 Saturday.
    #[arg(long, value_name = "DAY", value_parser = clap::value_parser!(u8).range(0..=7))]
    install_day: Option<u8>,
    /// Hour of scheduled installations, local time.
    #[arg(long, value_name = "HOUR", value_parser = clap::value_parser!(u8).range(0..=23))]
    install_hour: Option<u8>,
    /// Let devices ask Microsoft's services on the internet too.
    #[arg(long)]
    microsoft: bool,
    /// From where else devices may get content.
    #[arg(long, value_name = "WORD", value_parser = word(DeliveryMode::ALL))]
    delivery: Option<DeliveryMode>,
    /// Accept updates signed by the devices' trusted publishers.
    #[arg(long)]
    trust_publishers: bool,
    /// Pin the authority: devices refuse servers with certificates of any other.
    #[arg(long)]
    pin: bool,
    /// Where to write; by default to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Windows {
    fn query(&self) -> Query {
        let mut query = vec![("format", self.format.to_string())];
        let texts = [
            ("target_group", &self.group),
            ("server", &self.server),
            ("status_server", &self.status_server),
            ("alternate_server", &self.alternate_server),
        ];
        query.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
        let numbers = [
            ("detection_hours", self.detection_hours),
            ("install_day", self.install_day),
            ("install_hour", self.install_hour),
        ];
        query.extend(numbers.into_iter().filter_map(|(name, number)| Some((name, number?.to_string()))));
        let words = [
            ("automatic", self.automatic.map(AutomaticUpdates::slug)),
            ("delivery", self.delivery.map(DeliveryMode::slug)),
        ];
        query.extend(words.into_iter().filter_map(|(name, word)| Some((name, word?.to_owned()))));
        let flags = [("microsoft", self.microsoft), ("trust_publishers", self.trust_publishers), ("pin", self.pin)];
        query.extend(flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| (name, "true".to_owned())));
        query
    }
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let Verb::Windows(options) = verb else {
        let rows = whole::<Arrival>(&context.api, "/arrivals").await?;
        return Ok(Answer::of(rows.value, arrivals(&rows.items, &context.view)));
    };
    let bytes = context.api.file("/client-policy/windows", &options.query()).await?;
    let Some(path) = &options.output else { return Ok(Answer::file(bytes)) };
    std::fs::write(path, &bytes).map_err(|error| {
        let what = format!("the policy could not be written to {}", path.display());
        CliError::failed(what, error.to_string(), "Name a file in a directory you may write to.")
    })?;
    let written = serde_json::json!({ "path": path, "bytes": bytes.len() });
    Ok(Answer::done(&written, format!("Written to {}.", path.display())))
}

fn arrivals(arrivals: &[Arrival], view: &View) -> String {
    let columns = [Column::text("DEVICE"), Column::word("STAGE"), Column::word("LAST HEARD"), Column::text("ERROR")];
    let mut table = Table::new(columns, "No Windows device came within a day.");
    for arrival in arrivals {
        let error = arrival.error.as_ref().map(|error| format!("{}: {}", error.symbol, error.meaning));
        table.row([
            (&arrival.name).into(),
            arrival.stage.slug().into(),
            view.time(arrival.at).into(),
            error.unwrap_or_else(|| "-".to_owned()).into(),
        ]);
    }
    table.render(view)
}
