use sluice_site::windows::extended::{ExtendedAnswer, WantedInfo};
use sluice_wsus::messages::client::{GetExtendedUpdateInfo, GetExtendedUpdateInfoResponse};
use sluice_wsus::messages::shared::FragmentType;

use super::super::ask::{Answer, Answered, Ask, Writing};
use super::super::convert::{data, locations, packed_data, update_data};

pub(super) async fn answer(ask: &Ask<'_>, request: GetExtendedUpdateInfo) -> Answered {
    let GetExtendedUpdateInfo { cookie, revision_ids, info_types, locales, .. } = request;
    let wanted = wanted(&info_types);
    let asked = ask.asked.as_ref();
    let bytes = asked.map(|asked| &asked.bytes);
    let cookie = data(cookie);
    let extended = ask.site.windows_extended(ask.recipient(), &cookie, &revision_ids, wanted, &locales, bytes);
    let mut answer = extended.await?;
    let (memory, place) = (answer.memory.take(), answer.place.take());
    let root = ask.content_root();
    let write = move |writing: Writing, answer: &ExtendedAnswer| {
        let sections = packed_data(&answer.sections)?;
        writing.bytes(&GetExtendedUpdateInfoResponse {
            ready_updates: sections.iter().map(|blocks| &**blocks).collect(),
            updates: answer.fragments.iter().map(update_data).collect(),
            file_locations: locations(root.as_deref(), &answer.files),
            out_of_scope_revision_ids: answer.out_of_scope.clone(),
        })
    };
    let bytes = ask.write_with(answer, memory.as_ref(), write).await?;
    let answer = Answer { memory, ..Answer::of(bytes) };
    if let Some((asked, place)) = asked.zip(place) {
        asked.keep(&place, &answer.pieces);
    }
    Ok(answer)
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
