//! Servers among themselves: a first synchronization of a large catalog from another site, one with nothing new, the
//! documents against nginx, whether devices are served while servers synchronize, and how fast a hierarchy of 21 sites is.
//!
//! Both sites and the load are on the same machine. Nothing goes through TLS, as nginx beside it.

mod beside;
mod catalog;
mod documents;
mod hierarchy;
mod peer;
mod sync;

use crate::Work;
use crate::report::Report;

/// All of them, one after the other with the same upstream site.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let parsed = catalog::prepare(work, report)?;
        let upstream = catalog::serve(work, "servers-upstream", report).await?;
        sync::bench(work, &upstream, &parsed, report).await?;
        documents::bench(work, &upstream, report).await?;
        beside::bench(&upstream, report).await?;
        upstream.stop().await?;
        sync::long(work, report).await
    })
}

/// A hierarchy of sites.
pub fn sites(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(hierarchy::bench(work, report))
}
