//! `sluice serve`: a site, composed of its parts.

mod args;
mod content;
mod listen;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use sluice_site::{Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_web::{AdminOptions, admin_router, client_service, plain_service};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use args::ServeArgs;
pub use listen::{Listen, PlainListen, PortChoice};

use crate::authority::{self, Authority};
use crate::credentials;
use crate::data_directory::DataDirectory;
use crate::environment::{SystemClock, SystemEntropy, site_host};

/// A running site.
pub struct Running {
    /// The site.
    pub site: Arc<Site>,
    /// Where administrators go.
    pub admin_url: String,
    /// Where devices on this machine go.
    pub client_url: String,
    shutdown: CancellationToken,
    listeners: TaskTracker,
    directory: DataDirectory,
}

/// Starts a site and its listeners.
pub async fn start(args: &ServeArgs) -> anyhow::Result<Running> {
    args.check()?;
    let directory = DataDirectory::open(&args.data_dir)?;
    let now = SystemClock::read();
    let authority = Authority::load(&directory.path, &args.name, now)?;
    let admin = listen::bind("administrators", &args.admin_listen).await?;
    let client = listen::bind("devices", &args.client_listen).await?;
    let plain = match &args.plain_listen.0 {
        Some(listen) => Some(listen::bind("content", listen).await?),
        None => None,
    };
    let plain_port = plain.as_ref().map(|plain| plain.local_addr().map(|address| address.port())).transpose()?;
    let (admin_address, client_address) = (admin.local_addr()?, client.local_addr()?);

    let mut new_epoch = [0; 16];
    SystemEntropy::fill_bytes(&mut new_epoch);
    let url = args.database(&directory.path)?;
    let database = match url {
        DatabaseUrl::Sqlite(_) => "SQLite",
        DatabaseUrl::Postgres(_) => "PostgreSQL",
    };
    let store = Store::open(StoreConfig::new(url, new_epoch)).await.context("opening the database")?;
    let config = SiteConfig {
        name: args.name.clone(),
        database,
        authority_sha256: authority.sha256(),
        authority_certificate: authority.der().to_vec(),
        clients_url: args.clients_url(client_address),
        data_directory: directory.path.clone(),
        content_directory: args.content_dir.clone().unwrap_or_else(|| directory.path.join("content")),
        metadata_memory: u64::from(args.metadata_memory) << 20,
        plain_port,
        certificate_expires: authority::server_certificate_end(now),
        check_in: SignedDuration::from_secs(i64::from(args.check_in)),
        silent_after: SignedDuration::from_hours(i64::from(args.silent_after)),
    };
    let content = content::open(args, &config.content_directory).await?;
    let site = Site::open_with(config, store, content, site_host()).await?;

    let shutdown = CancellationToken::new();
    let listeners = TaskTracker::new();
    let names = args.certificate_names(client_address);
    let client_tls = authority.server_config(&names, now)?;
    let admin_tls = if args.admin_tls { Some(authority.server_config(&names, now)?) } else { None };
    let options = AdminOptions {
        secure_cookies: args.admin_tls,
        clients_url: Some(args.clients_url(client_address)),
        shutdown: shutdown.clone(),
    };
    let admin_app = admin_router(Arc::clone(&site), options);
    let client_app = client_service(Arc::clone(&site));
    listeners.spawn(sluice_web::serve(admin, admin_tls, admin_app, shutdown.clone()));
    listeners.spawn(sluice_web::serve(client, Some(client_tls), client_app, shutdown.clone()));
    if let Some(plain) = plain {
        let plain_app = plain_service(Arc::clone(&site));
        listeners.spawn(sluice_web::serve(plain, None, plain_app, shutdown.clone()));
    }
    listeners.close();

    let scheme = if args.admin_tls { "https" } else { "http" };
    let running = Running {
        admin_url: format!("{scheme}://{}", reachable(admin_address)),
        client_url: format!("https://{}", reachable(client_address)),
        site,
        shutdown,
        listeners,
        directory,
    };
    if let Some(path) = &args.credentials {
        let ca = args.admin_tls.then(|| running.directory.path.join(Authority::CERTIFICATE));
        let provided = credentials::provide(&running.site, &running.admin_url, ca, path).await;
        provided.context("writing the credentials file")?;
    }
    Ok(running)
}

/// An address as a program on this machine reaches it.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

impl Running {
    /// The address of the page that creates the first administrator; `None` once there is one.
    pub async fn setup_url(&self) -> anyhow::Result<Option<String>> {
        if !self.site.needs_first_administrator().await? {
            return Ok(None);
        }
        let token = self.site.create_setup_token().await?;
        Ok(Some(format!("{}/setup?token={token}", self.admin_url)))
    }

    /// Stops listening, finishes what runs, closes the store.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.listeners.wait().await;
        self.site.close().await;
    }
}

/// Ends with the process: interrupted from the terminal or stopped by the service manager.
pub async fn until_stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Runs `sluice serve`.
pub async fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let running = start(args).await?;
    tracing::info!(console = running.admin_url, devices = running.client_url, "the site runs");
    if let Some(url) = running.setup_url().await? {
        // Once, on standard error: it must not end up in a log that many can read.
        eprintln!("Create the first administrator (valid for 24 hours, once): {url}");
    }
    until_stopped().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}
