//! One update group.

use axum::http::StatusCode;
use sluice_model::{UpdateGroupId, UpdateId};
use sluice_site::ErrorKind;
use uuid::Uuid;

use super::list_foot::pager;
use crate::console::address::Address;
use crate::console::component::{Input, Notice, Tone};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::rows;
use crate::console::view::groups::Group;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /groups/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    page(&view(&visit, id, None).await?)
}

/// `POST /groups/{id}/remove`: takes selected updates out.
pub async fn remove(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    let remove = form.ids("update").ok_or(Refusal::BadForm)?.into_iter().map(UpdateId).collect();
    visit.site.change_group(&visit.caller, UpdateGroupId(id), Vec::new(), remove).await?;
    done(format!("/groups/{id}"), Done::Saved)
}

/// `POST /groups/{id}/rename`.
pub async fn rename(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    match visit.site.rename_group(&visit.caller, UpdateGroupId(id), form.one("name")).await {
        Ok(_) => done(format!("/groups/{id}"), Done::Saved),
        Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, id, Some(problem)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /groups/{id}/delete`.
pub async fn delete(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.delete_group(&visit.caller, UpdateGroupId(id)).await?;
    done("/groups", Done::Deleted)
}

async fn view(visit: &Visit, id: Uuid, problem: Option<Notice>) -> Result<Group, Refusal> {
    let (t, query) = (visit.t, &visit.query);
    let group = visit.site.group(&visit.caller, UpdateGroupId(id)).await?;
    let updates = visit.site.group_updates(&visit.caller, UpdateGroupId(id), &query.page()?).await?;
    let here = Address::new(format!("/groups/{id}"));
    let shown = updates.items.len();
    Ok(Group {
        shell: visit.shell(&group.name, Here::Groups)?,
        t: &t.sets,
        id: id.to_string(),
        problem,
        pager: pager(&t.common, &here, "cursor", query.text("cursor"), updates.next, shown, updates.total),
        updates: updates.items.into_iter().map(|row| rows::update(t, row, visit.now)).collect(),
        rename: Input::text("name", t.sets.new_name, &group.name).required(),
        name: group.name,
    })
}
