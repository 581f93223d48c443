//! A server to synchronize with, as flags.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use sluice_site::sources::MICROSOFT_UPDATE;
use sluice_web::api::sources::upstream::UpstreamSource;

use crate::cli::error::CliError;

/// A well-known server.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Preset {
    /// Microsoft's public service.
    MicrosoftUpdate,
}

/// A server to synchronize with.
#[derive(Debug, Args)]
pub(super) struct UpstreamArgs {
    /// Root of a WSUS or another Sluice: http://wsus.example.org:8530.
    #[arg(long, value_name = "URL", conflicts_with = "preset")]
    pub(super) server: Option<String>,
    /// A well-known server instead of --server.
    #[arg(long, value_enum)]
    pub(super) preset: Option<Preset>,
    /// File with certificate authorities (PEM) that are believed beside those of the site's machine.
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Believe only a server that shows this certificate, by SHA-256; may be given several times.
    #[arg(long = "pin", value_name = "SHA256")]
    pins: Vec<String>,
    /// Take over groups, deployments, declines and accepted licences as well.
    #[arg(long)]
    replica: bool,
    /// How this site calls itself there; the name devices reach it by when absent.
    #[arg(long, value_name = "NAME")]
    account_name: Option<String>,
    /// Languages that are asked for; `all` for all.
    #[arg(long = "language", value_name = "TAG", value_delimiter = ',', default_value = "en")]
    languages: Vec<String>,
    /// Requests at once, 1 to 8.
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    parallel: u8,
}

impl UpstreamArgs {
    /// The server; `None` when neither an address nor a preset is given.
    pub(super) fn upstream(self, proxy: Option<String>) -> Result<Option<UpstreamSource>, CliError> {
        let Some(url) = self.preset.map(|Preset::MicrosoftUpdate| MICROSOFT_UPDATE.to_owned()).or(self.server) else {
            return Ok(None);
        };
        let languages = if self.languages.iter().any(|tag| tag == "all") { Vec::new() } else { self.languages };
        Ok(Some(UpstreamSource {
            url,
            proxy,
            authorities: self.authority.as_deref().map(read_certificates).transpose()?,
            pinned: self.pins.iter().map(|pin| pin.replace(':', "").to_ascii_lowercase()).collect(),
            replica: self.replica,
            account_name: self.account_name,
            languages,
            parallel: self.parallel,
        }))
    }
}

/// A file with certificates.
pub(in crate::cli) fn read_certificates(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| {
        let hint = "Give a text file with -----BEGIN CERTIFICATE-----.";
        CliError::failed(format!("{} cannot be read", path.display()), error.to_string(), hint)
    })
}
