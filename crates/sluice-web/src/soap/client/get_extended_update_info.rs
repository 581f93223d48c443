use sluice_site::windows::extended::{ExtendedAnswer, WantedInfo};
use sluice_wsus::messages::client::{GetExtendedUpdateInfo, GetExtendedUpdateInfoResponse};
use sluice_wsus::messages::shared::{FragmentType, UpdateData};

use super::super::ask::{Answered, Ask, Writing};
use super::super::convert::{data, fragment, locations};

pub(super) async fn answer(ask: &Ask<'_>, request: GetExtendedUpdateInfo) -> Answered {
    let GetExtendedUpdateInfo { cookie, revision_ids, info_types, locales, .. } = request;
    let wanted = wanted(&info_types);
    let mut answer = ask.site.windows_extended(ask.recipient(), &data(cookie), &revision_ids, wanted, &locales).await?;
    let memory = answer.memory.take();
    let root = ask.content_root();
    let write = move |writing: Writing, answer: &ExtendedAnswer| {
        let updates = answer.fragments.iter().map(|(id, stored)| UpdateData { id: *id, xml: Some(fragment(stored)) });
        writing.bytes(&GetExtendedUpdateInfoResponse {
            updates: updates.collect(),
            file_locations: locations(root.as_deref(), &answer.files),
            out_of_scope_revision_ids: answer.out_of_scope.clone(),
        })
    };
    ask.write_with(answer, memory, write).await
}

/// The kinds that an agent of this protocol can mean; the others are Microsoft's own.
fn wanted(types: &[FragmentType]) -> WantedInfo {
    WantedInfo {
        core: types.contains(&FragmentType::Core),
        extended: types.contains(&FragmentType::Extended),
        localized: types.contains(&FragmentType::LocalizedProperties),
        licence: types.contains(&FragmentType::Eula),
    }
}
