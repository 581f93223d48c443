use sluice_catalog::downstream::FilterEntry;
use sluice_model::CategoryId;
use sluice_site::downstream::{ListAnswer, ListRequest, ServerFault};
use sluice_wsus::messages::server_sync::{GetRevisionIdList, GetRevisionIdListResponse, IdAndDelta};

use super::super::ask::{Answer, Answered, Ask, Writing};
use super::super::convert::data;

/// An identity in an answer, bytes: about 130.
const IDENTITY: u64 = 144;

pub(super) async fn answer(ask: &Ask<'_>, request: GetRevisionIdList) -> Answered {
    let cookie = data(request.cookie);
    let Some(filter) = request.filter else {
        ask.site.downstream_check(&cookie)?;
        return Err(ServerFault::InvalidParameters("filter").into());
    };
    let request = ListRequest {
        anchor: filter.anchor,
        configuration: filter.get_config,
        categories: filter.categories.into_iter().map(entry).collect(),
        classifications: filter.classifications.into_iter().map(entry).collect(),
        new_language: filter.languages.iter().any(|language| !language.delta),
    };
    let answer = ask.site.downstream_list(&cookie, request).await?;
    let share = ask.site.windows_answer_share(ask.peer, answer.revisions.len() as u64 * IDENTITY).await?;
    let write = |writing: Writing, answer: &ListAnswer| {
        let identities = answer.revisions.iter().map(|revision| super::identity(*revision));
        GetRevisionIdListResponse::write_list(&answer.anchor, identities, writing.version, writing.encoding)
    };
    let bytes = ask.write_with(answer, Some(&share), write).await?;
    Ok(Answer { memory: Some(share), ..Answer::of(bytes) })
}

fn entry(entry: IdAndDelta) -> FilterEntry {
    FilterEntry { id: CategoryId(entry.id), delta: entry.delta }
}
