//! Windows clients at a real `sluice serve` with a catalog like that of the Windows 11 product, over HTTP without
//! TLS as nginx beside it.
//!
//! The clients are ours twice: one walks whole scans with rules and all and keeps what it sent; the load is that,
//! sent again by many connections, so that the clients cost as little as possible on the machine they share with
//! the server.

mod answers;
mod bare;
mod capacity;
pub mod client;
mod events;
mod fresh;
pub mod http;
pub mod load;
pub mod nginx;
mod registered;
mod scan;
mod site;

pub use registered::child as register;

use crate::Work;
use crate::devices::serve::Serve;
use crate::report::Report;

pub use bare::child as bare_child;

/// All of them, one after the other on the same site.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let directory = work.path("windows-site");
        std::fs::create_dir_all(&directory)?;
        let serve = site::fill(work, &directory, report).await?;
        serve.stop().await?;
        let serve = Serve::start(work, &directory).await?;
        site::memory_after_start(&serve, report)?;
        let recorded = scan::bench(&serve, report).await?;
        answers::bench(work, &serve, &recorded, report).await?;
        fresh::bench(&serve, report).await?;
        capacity::bench(&serve, &recorded, report).await?;
        events::bench(&serve, report).await?;
        serve.idle().await?;
        site::memory_at_most(&serve, report)?;
        serve.stop().await?;
        site::bounded(work, &directory, report).await?;
        registered::bench(work, &directory, &recorded, report).await
    })
}
