use sluice_model::{RevisionRef, UpdateId};
use sluice_wsus::messages::client::{GetExtendedUpdateInfo2, GetExtendedUpdateInfo2Response, UpdateEncryptionDetail};
use sluice_wsus::messages::shared::{FragmentType, UpdateIdentity};

use super::super::ask::{Answered, Ask};
use super::super::convert::{data, locations};

pub(super) fn answer(ask: &Ask<'_>, request: GetExtendedUpdateInfo2) -> Answered {
    let revision = |id: &UpdateIdentity| {
        Some(RevisionRef { update: UpdateId(id.update_id), number: u32::try_from(id.revision_number).ok()? })
    };
    let identities: Vec<_> = request.update_ids.iter().filter_map(revision).collect();
    let (found, files) = ask.site.windows_file_urls(&data(request.cookie), &identities)?;
    let asked = |kind| request.info_types.contains(&kind);
    let detail = |revision: &RevisionRef| UpdateEncryptionDetail {
        update_identity: UpdateIdentity {
            update_id: revision.update.0,
            revision_number: i32::try_from(revision.number).unwrap_or(i32::MAX),
        },
        has_encrypted_files: false,
    };
    let decryption = asked(FragmentType::FileDecryption);
    ask.write(&GetExtendedUpdateInfo2Response {
        file_locations: if asked(FragmentType::FileUrl) {
            locations(ask.content_root().as_deref(), &files)
        } else {
            Vec::new()
        },
        update_encryption_details: found.iter().filter(|_| decryption).map(detail).collect(),
        ..GetExtendedUpdateInfo2Response::default()
    })
}
