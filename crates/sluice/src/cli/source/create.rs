//! `sluice source create`.

use clap::{Args, ValueEnum};
use sluice_web::api::sources::list::{AptSource, Keyring, Source};
use sluice_web::api::sources::write::SourceRequest;

use super::schedule::ScheduleArgs;
use super::upstream::UpstreamArgs;
use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;

pub(super) const EXAMPLE: &str = "Examples:
  sluice source create --name bookworm-security \\
      --uri http://secure.example/debian-security --suite bookworm-security \\
      --keyring /usr/share/keyrings/debian-archive-keyring.gpg --every 4h
  sluice source create --kind upstream --name \"Head office\" --server http://wsus.example.org:8530
  sluice source create --preset microsoft-update --authority MicRooCerAut2011.pem --daily 02:00";

/// A source to define.
#[derive(Debug, Args)]
pub struct Create {
    /// Unique name; `SUITE URI` or the server's address when absent.
    #[arg(long)]
    name: Option<String>,
    /// What sort of upstream; told by the other flags when absent.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Archive root, as in sources.list.
    #[arg(long, conflicts_with_all = ["server", "preset"], requires_all = ["suite", "keyrings"])]
    uri: Option<String>,
    /// Suite: bookworm, bookworm-security, …
    #[arg(long, requires = "uri")]
    suite: Option<String>,
    /// Components.
    #[arg(long = "component", value_name = "COMPONENT", value_delimiter = ',', default_value = "main")]
    components: Vec<String>,
    /// Architectures.
    #[arg(long = "architecture", value_name = "ARCH", value_delimiter = ',', default_value = "amd64")]
    architectures: Vec<String>,
    /// Files with the keys that may sign the archive: absolute paths on the site's machine.
    #[arg(long = "keyring", value_name = "FILE", requires = "uri")]
    keyrings: Vec<String>,
    #[command(flatten)]
    upstream: UpstreamArgs,
    /// HTTP proxy to fetch through.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    #[command(flatten)]
    schedule: ScheduleArgs,
    /// Accept a Release file whose validity has ended. The source then shows a warning.
    #[arg(long)]
    ignore_valid_until: bool,
}

/// What sort of upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A suite of a Debian archive: --uri, --suite, --keyring.
    Apt,
    /// Microsoft Update, a WSUS or another Sluice: --server or --preset.
    Upstream,
}

impl Create {
    fn archive(&mut self) -> Option<AptSource> {
        let (uri, suite) = self.uri.take().zip(self.suite.take())?;
        Some(AptSource {
            uri,
            suite,
            components: std::mem::take(&mut self.components),
            architectures: std::mem::take(&mut self.architectures),
            keyring: Keyring::Files(std::mem::take(&mut self.keyrings)),
            fingerprints: Vec::new(),
            check_valid_until: !self.ignore_valid_until,
            check_date: true,
            by_hash: true,
            proxy: self.proxy.clone(),
        })
    }
}

pub(super) async fn run(mut create: Create, context: &Context) -> Result<Answer, CliError> {
    let apt = create.archive();
    let upstream = create.upstream.upstream(create.proxy)?;
    let (found, name) = match (&apt, &upstream) {
        (Some(apt), _) => (Some(Kind::Apt), format!("{} {}", apt.suite, apt.uri)),
        (None, Some(upstream)) => (Some(Kind::Upstream), upstream.url.clone()),
        (None, None) => (None, String::new()),
    };
    if found.is_none() || create.kind.is_some_and(|kind| Some(kind) != found) {
        return Err(CliError::usage(
            "the flags do not say what to synchronize with",
            "Give --uri, --suite and --keyring for a Debian archive, --server or --preset for a server.",
        ));
    }
    let request = SourceRequest {
        name: create.name.unwrap_or(name),
        apt,
        upstream,
        schedule: create.schedule.schedule(),
        enabled: true,
    };
    let got: Got<Source> = context.api.post("/sources", &request).await?;
    let note = "Synchronize it now: `sluice sync run --wait`.";
    Ok(Answer::of(got.value, format!("Defined source {}.\n", got.data.name)).with_note(note))
}
