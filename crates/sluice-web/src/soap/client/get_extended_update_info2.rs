use sluice_model::{RevisionRef, UpdateId};
use sluice_site::windows::FileKey;
use sluice_wsus::messages::client::{
    FileDecryption, GetExtendedUpdateInfo2, GetExtendedUpdateInfo2Response, UpdateEncryptionDetail,
};
use sluice_wsus::messages::shared::{FragmentType, UpdateIdentity};

use super::super::ask::{Answered, Ask};
use super::super::convert::{data, locations};

pub(super) fn answer(ask: &Ask<'_>, request: GetExtendedUpdateInfo2) -> Answered {
    let revision = |id: &UpdateIdentity| {
        Some(RevisionRef { update: UpdateId(id.update_id), number: u32::try_from(id.revision_number).ok()? })
    };
    let identities: Vec<_> = request.update_ids.iter().filter_map(revision).collect();
    let told = ask.site.windows_file_urls(&data(request.cookie), &identities)?;
    let asked = |kind| request.info_types.contains(&kind);
    let detail = |(revision, encrypted): &(RevisionRef, bool)| UpdateEncryptionDetail {
        update_identity: UpdateIdentity {
            update_id: revision.update.0,
            revision_number: i32::try_from(revision.number).unwrap_or(i32::MAX),
        },
        has_encrypted_files: *encrypted,
    };
    // As a WSUS writes it: the key is the only security data (protocols.md §3.8).
    let key = |(sha1, key): &([u8; 20], FileKey)| FileDecryption {
        file_digest: sha1.to_vec(),
        decryption_key: key.secret().to_vec(),
        security_data: vec![key.secret().to_vec()],
    };
    let decryption = asked(FragmentType::FileDecryption);
    ask.write(&GetExtendedUpdateInfo2Response {
        file_locations: if asked(FragmentType::FileUrl) {
            locations(ask.content_root().as_deref(), &told.files)
        } else {
            Vec::new()
        },
        file_decryption_data: told.keys.iter().filter(|_| decryption).map(key).collect(),
        update_encryption_details: told.found.iter().filter(|_| decryption).map(detail).collect(),
        ..GetExtendedUpdateInfo2Response::default()
    })
}
