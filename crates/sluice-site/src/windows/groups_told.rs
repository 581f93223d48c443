//! The reconciler that stores which target groups the policies of devices name, and makes the devices members of the
//! collections of these names.

use sluice_store::windows_client::{self, PackedWindowsClient};

use super::settings::Targeting;
use crate::error::SiteResult;
use crate::site::Site;

/// Stores what devices told since it was last stored.
pub(crate) async fn write(site: &Site) -> SiteResult<()> {
    let mut any = false;
    for client in site.windows.known.all() {
        let Some(groups) = client.take_new_groups() else { continue };
        let _turn = client.turn.lock().await;
        let result = write_one(site, &client, &groups).await;
        if result.is_err() {
            client.keep_new_groups();
            return result;
        }
        any = true;
    }
    if any && site.windows.settings.load().targeting == Targeting::Client {
        let turn = site.directory_turn().await;
        site.reload_directory(&turn).await?;
    }
    Ok(())
}

async fn write_one(site: &Site, client: &super::known::KnownClient, groups: &[Box<str>]) -> SiteResult<()> {
    let stored = windows_client::get(&mut site.store.reader().await?, client.device).await?;
    // Removed meanwhile: then there is nothing to note.
    let Some(mut record) = stored else { return Ok(()) };
    record.target_groups = groups.iter().map(ToString::to_string).collect();
    let packed = PackedWindowsClient::new(&record)?;
    site.store.write(move |tx| Box::pin(async move { windows_client::upsert(tx, packed).await })).await?;
    Ok(())
}
