use sluice_wsus::messages::server_sync::{DownloadFiles, DownloadFilesResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

pub(super) async fn answer(ask: &Ask<'_>, request: DownloadFiles) -> Answered {
    ask.site.downstream_download(&data(request.cookie), &request.file_digest_list).await?;
    ask.write(&DownloadFilesResponse)
}
