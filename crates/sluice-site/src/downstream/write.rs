//! The reconciler that stores what changed about servers: when they were heard, what they were told.

use sluice_store::downstream_server::{self, PackedServer};

use crate::error::SiteResult;
use crate::site::Site;

/// Stores every change.
pub(crate) async fn write(site: &Site) -> SiteResult<()> {
    // One that is removed meanwhile is not written again.
    let _turn = site.directory_turn().await;
    let servers = site.downstream.servers.all();
    let changed: Vec<_> = servers.iter().filter_map(|server| Some((server, server.take_change()?))).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let packed = changed.iter().map(|(_, record)| PackedServer::new(record)).collect::<Result<Vec<_>, _>>();
    let result = match packed {
        Ok(packed) => {
            site.store.write(move |tx| Box::pin(async move { downstream_server::put(tx, &packed).await })).await
        }
        Err(error) => Err(error),
    };
    if result.is_err() {
        changed.iter().for_each(|(server, _)| server.keep_change());
    }
    Ok(result?)
}
