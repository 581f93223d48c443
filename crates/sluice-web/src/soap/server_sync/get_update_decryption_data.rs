use sluice_site::downstream::RevisionKeys;
use sluice_wsus::messages::server_sync::{
    GetUpdateDecryptionData, GetUpdateDecryptionDataResponse, ServerSyncFileDecryption, ServerSyncUpdateFileDecryption,
};

use super::super::ask::{Answer, Answered, Ask};
use super::super::convert::data;

/// A key in an answer, bytes: about 150.
const KEY: u64 = 256;

pub(super) async fn answer(ask: &Ask<'_>, request: GetUpdateDecryptionData) -> Answered {
    let wanted: Vec<_> = request.update_ids.into_iter().map(super::revision).collect();
    let keys = ask.site.downstream_file_keys(&data(request.cookie), &wanted)?;
    let files = keys.iter().map(|(_, files)| files.len() as u64).sum::<u64>();
    let share = ask.site.windows_answer_share(ask.peer, files * KEY).await?;
    let update_file_decryption_data = keys.into_iter().map(update).collect();
    let answer = ask.write(&GetUpdateDecryptionDataResponse { update_file_decryption_data })?;
    Ok(Answer { memory: Some(share), ..answer })
}

fn update((revision, files): RevisionKeys) -> ServerSyncUpdateFileDecryption {
    let file = |(sha1, key): ([u8; 20], Option<sluice_site::windows::FileKey>)| ServerSyncFileDecryption {
        file_digest: sha1.to_vec(),
        decryption_key: key.map(|key| key.secret().to_vec()).unwrap_or_default(),
    };
    ServerSyncUpdateFileDecryption {
        update_id: super::identity(revision),
        file_decryption_data: files.into_iter().map(file).collect(),
    }
}
