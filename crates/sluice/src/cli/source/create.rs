//! `sluice source create`.

use clap::{ArgGroup, Args};
use sluice_web::api::sources::list::{AptSource, Keyring, Source};
use sluice_web::api::sources::schedule::Schedule;
use sluice_web::api::sources::write::SourceRequest;

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::time;

pub(super) const EXAMPLE: &str = "Example:
  sluice source create --name bookworm-security \\
      --uri http://secure.example/debian-security --suite bookworm-security \\
      --keyring /usr/share/keyrings/debian-archive-keyring.gpg --every 4h";

/// A source to define.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("schedule").args(["every", "daily", "manual"])))]
pub struct Create {
    /// Unique name; `SUITE URI` when absent.
    #[arg(long)]
    name: Option<String>,
    /// Archive root, as in sources.list.
    #[arg(long)]
    uri: String,
    /// Suite: bookworm, bookworm-security, …
    #[arg(long)]
    suite: String,
    /// Components.
    #[arg(long = "component", value_name = "COMPONENT", value_delimiter = ',', default_value = "main")]
    components: Vec<String>,
    /// Architectures.
    #[arg(long = "architecture", value_name = "ARCH", value_delimiter = ',', default_value = "amd64")]
    architectures: Vec<String>,
    /// Files with the keys that may sign the archive: absolute paths on the site's machine.
    #[arg(long = "keyring", value_name = "FILE", required = true)]
    keyrings: Vec<String>,
    /// HTTP proxy to fetch through.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Synchronize every so often, at least every 15 minutes: 30m, 4h, 1d. [default: 4h]
    #[arg(long, value_name = "TIME", value_parser = time::seconds)]
    every: Option<u32>,
    /// Synchronize every day at this time of the site's zone --zone: 03:30.
    #[arg(long, value_name = "HH:MM")]
    daily: Option<String>,
    /// IANA zone of --daily.
    #[arg(long, default_value = "UTC", requires = "daily")]
    zone: String,
    /// Synchronize only when somebody asks.
    #[arg(long)]
    manual: bool,
    /// Accept a Release file whose validity has ended. The source then shows a warning.
    #[arg(long)]
    ignore_valid_until: bool,
}

pub(super) async fn run(create: Create, context: &Context) -> Result<Answer, CliError> {
    let schedule = match (create.every, create.daily, create.manual) {
        (_, _, true) => Schedule::Manual {},
        (_, Some(at), _) => Schedule::Daily { at, zone: create.zone },
        (every, None, false) => Schedule::Every { minutes: every.unwrap_or(4 * 3600) / 60 },
    };
    let request = SourceRequest {
        name: create.name.unwrap_or_else(|| format!("{} {}", create.suite, create.uri)),
        apt: AptSource {
            uri: create.uri,
            suite: create.suite,
            components: create.components,
            architectures: create.architectures,
            keyring: Keyring::Files(create.keyrings),
            fingerprints: Vec::new(),
            check_valid_until: !create.ignore_valid_until,
            check_date: true,
            by_hash: true,
            proxy: create.proxy,
        },
        schedule,
        enabled: true,
    };
    let got: Got<Source> = context.api.post("/sources", &request).await?;
    let note = "Synchronize it now: `sluice sync run --wait`.";
    Ok(Answer::of(got.value, format!("Defined source {}.\n", got.data.name)).with_note(note))
}
