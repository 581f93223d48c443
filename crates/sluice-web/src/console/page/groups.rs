//! Update groups.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use sluice_model::{UpdateGroupId, UpdateId};
use sluice_site::ErrorKind;
use uuid::Uuid;

use crate::console::component::{Empty, Input, Notice, Tone, When, grouped};
use crate::console::form::Posted;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::groups::{GroupLine, Groups};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /groups`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, "", Vec::new(), None).await?)
}

/// `POST /groups`.
pub async fn create(Posted { visit, form }: Posted) -> Reply {
    let (name, updates) = (form.one("name"), form.ids("update").ok_or(Refusal::BadForm)?);
    let ids = updates.iter().copied().map(UpdateId).collect();
    match visit.site.create_group(&visit.caller, name, ids).await {
        Ok(group) => done(format!("/groups/{}", group.id), Done::Saved),
        Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            let view = view(&visit, name, updates, Some(problem)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /groups/add`: updates selected in their list go into a group, or into a new one.
pub async fn add_updates(Posted { visit, form }: Posted) -> Reply {
    let updates = form.ids("update").ok_or(Refusal::BadForm)?;
    if updates.is_empty() {
        return Ok(Redirect::to("/updates").into_response());
    }
    let Ok(group) = Uuid::try_parse(form.one("group")) else {
        return page(&view(&visit, "", updates, None).await?);
    };
    let add = updates.into_iter().map(UpdateId).collect();
    visit.site.change_group(&visit.caller, UpdateGroupId(group), add, Vec::new()).await?;
    done(format!("/groups/{group}"), Done::Added)
}

async fn view(visit: &Visit, name: &str, updates: Vec<Uuid>, problem: Option<Notice>) -> Result<Groups, Refusal> {
    let t = visit.t;
    let groups = visit.site.list_groups(&visit.caller).await?;
    let picked = u64::try_from(updates.len()).unwrap_or(u64::MAX);
    let name = Input::text("name", t.common.name, name).required();
    Ok(Groups {
        shell: visit.shell(t.sets.groups, Here::Groups)?,
        t: &t.sets,
        lines: groups
            .into_iter()
            .map(|group| GroupLine {
                group: Link::new(format!("/groups/{}", group.id), group.name),
                updates: grouped(group.updates),
                created: When::new(&t.common, group.created_at, visit.now),
            })
            .collect(),
        empty: Empty::new(t.sets.groups_empty, t.sets.groups_empty_text),
        problem,
        name: if picked == 0 { name } else { name.hint(t.sets.with_updates.count(picked)) },
        updates: updates.into_iter().map(|id| id.to_string()).collect(),
    })
}
