//! The options of `sluice serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use sluice_store::DatabaseUrl;

use super::listen::{Listen, PlainListen, PortChoice};

/// Run a site: synchronization, compliance, deployments, REST API, console and agent protocol.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where the site keeps its database, keys and certificate authority.
    #[arg(long, env = "SLUICE_DATA_DIR", default_value = "/var/lib/sluice")]
    pub data_dir: PathBuf,
    /// PostgreSQL instead of SQLite in the data directory: postgres://user:password@host/database.
    #[arg(long, env = "SLUICE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Address of the administrators' listener (REST API and console).
    #[arg(long, env = "SLUICE_ADMIN_LISTEN", default_value = "127.0.0.1:8480", value_parser = listen)]
    pub admin_listen: Listen,
    /// Speak TLS on the administrators' listener. Needed when it is not on the loopback address.
    #[arg(long, env = "SLUICE_ADMIN_TLS")]
    pub admin_tls: bool,
    /// Address of the devices' listener; always TLS.
    #[arg(long, env = "SLUICE_CLIENT_LISTEN", default_value = "0.0.0.0:8531", value_parser = listen)]
    pub client_listen: Listen,
    /// Address of the plain HTTP listener for update content, which Windows devices check against signed metadata;
    /// `none` for no such listener, content then comes over TLS. Metadata goes over it only if the site's
    /// settings say so.
    #[arg(long, env = "SLUICE_PLAIN_LISTEN", default_value = "0.0.0.0:8530", value_parser = listen_or_none)]
    pub plain_listen: PlainListen,
    /// Where update content is kept; by default in the data directory. With --content-url: where it is
    /// while it arrives.
    #[arg(long, env = "SLUICE_CONTENT_DIR", value_name = "DIRECTORY")]
    pub content_dir: Option<PathBuf>,
    /// An S3-compatible store for update content: s3://bucket/prefix?endpoint=https://host&region=name. Its keys
    /// are in the environment (SLUICE_CONTENT_ACCESS_KEY, SLUICE_CONTENT_SECRET_KEY, and
    /// SLUICE_CONTENT_SESSION_TOKEN if there is one), or in a file.
    #[arg(long, env = "SLUICE_CONTENT_URL", value_name = "URL")]
    pub content_url: Option<String>,
    /// A file with the keys of the content store: lines `access_key = …` and `secret_key = …`.
    #[arg(long, env = "SLUICE_CONTENT_CREDENTIALS", value_name = "FILE")]
    pub content_credentials: Option<PathBuf>,
    /// Most MiB of Windows metadata kept in memory; what is over is derived again when it is asked for.
    #[arg(long, env = "SLUICE_METADATA_MEMORY", default_value_t = 256, value_name = "MIB", value_parser = clap::value_parser!(u32).range(8..=65_536))]
    pub metadata_memory: u32,
    /// Names and addresses devices reach the site by, for its certificate; repeat or separate by commas.
    /// This machine's host name and loopback addresses are always in it.
    #[arg(long = "host-name", env = "SLUICE_HOST_NAME", value_delimiter = ',', value_name = "NAME")]
    pub host_names: Vec<String>,
    /// The site's name for people.
    #[arg(long, env = "SLUICE_SITE_NAME", default_value = "Sluice site")]
    pub name: String,
    /// Seconds between check-ins of a device that has nothing to do.
    #[arg(long, env = "SLUICE_CHECK_IN", default_value_t = 900, value_parser = clap::value_parser!(u32).range(5..=86_400))]
    pub check_in: u32,
    /// Hours without a contact after which a device counts as silent.
    #[arg(long, env = "SLUICE_SILENT_AFTER", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=8760))]
    pub silent_after: u32,
    /// Write address and API token for the command line on this machine to this file (mode 0600).
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
}

fn listen(text: &str) -> Result<Listen, String> {
    let address: SocketAddr = text.parse().map_err(|_| "give address and port, such as 127.0.0.1:8480".to_owned())?;
    Ok(Listen { address, port: PortChoice::Fixed })
}

fn listen_or_none(text: &str) -> Result<PlainListen, String> {
    if text == "none" { Ok(PlainListen(None)) } else { listen(text).map(|listen| PlainListen(Some(listen))) }
}

fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".into() } else { name }
}

impl ServeArgs {
    /// Refuses what would send passwords and tokens in the clear.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let address = self.admin_listen.address;
        anyhow::ensure!(
            self.admin_tls || address.ip().is_loopback(),
            "the administrators' listener would speak plain HTTP on {address}, where passwords can be overheard; \
             add --admin-tls, or listen on 127.0.0.1 behind a proxy that speaks TLS"
        );
        Ok(())
    }

    pub(super) fn database(&self, directory: &Path) -> anyhow::Result<DatabaseUrl> {
        match &self.database_url {
            None => Ok(DatabaseUrl::Sqlite(directory.join("sluice.db"))),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(DatabaseUrl::Postgres(url.clone()))
            }
            Some(_) => anyhow::bail!("--database-url must begin with postgres://; without it the site uses SQLite"),
        }
    }

    /// Where devices reach the site: by the first name given, else by this machine's own.
    pub(super) fn clients_url(&self, client: SocketAddr) -> String {
        let named = self.host_names.first().cloned();
        let own = || if client.ip().is_unspecified() { host_name() } else { client.ip().to_string() };
        format!("https://{}:{}", named.unwrap_or_else(own), client.port())
    }

    pub(super) fn certificate_names(&self, client: SocketAddr) -> Vec<String> {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        names.push(host_name());
        if !client.ip().is_unspecified() {
            names.push(client.ip().to_string());
        }
        names.extend(self.host_names.iter().cloned());
        names.sort_unstable();
        names.dedup();
        names
    }
}
