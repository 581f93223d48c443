//! Where the files of updates are, as the server says.

use sluice_model::SourceId;
use sluice_wsus::messages::server_sync::ServerSyncUrlData;

use crate::site::Site;
use crate::sync::error::SyncError;
use crate::windows::import::Item;

/// Keeps the addresses of files.
pub(super) async fn keep(
    _site: &Site,
    _source: SourceId,
    _items: &[Item],
    _urls: Vec<ServerSyncUrlData>,
) -> Result<(), SyncError> {
    Ok(())
}
