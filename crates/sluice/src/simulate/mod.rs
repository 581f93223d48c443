//! `sluice simulate`: fleets of simulated devices and catalogs, for load, rehearsal and
//! demonstration.

mod catalog;
mod linux;
mod summary;
mod windows;

use clap::{Args, Subcommand};

/// Simulate devices that speak the real protocols, for load, rehearsal and demonstration.
#[derive(Args, Clone, Debug)]
pub struct SimulateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    Windows(windows::WindowsArgs),
    Linux(linux::LinuxArgs),
    Catalog(catalog::CatalogArgs),
}

/// Runs `sluice simulate`.
pub async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    match args.what {
        What::Windows(args) => windows::run(args).await,
        What::Linux(args) => linux::run(args).await,
        What::Catalog(args) => catalog::run(&args),
    }
}
