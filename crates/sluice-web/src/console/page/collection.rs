//! One collection.

use axum::http::StatusCode;
use sluice_model::{CollectionId, DeviceId};
use sluice_site::ErrorKind;
use uuid::Uuid;

use super::choices;
use super::collections::{named_devices, parent};
use super::list_foot::pager;
use crate::console::address::Address;
use crate::console::component::{Input, Notice, Select, Tone};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::rows;
use crate::console::view::collections::{Collection, Member};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /collections/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    page(&view(&visit, id, "", None).await?)
}

/// `POST /collections/{id}/add`.
pub async fn add(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    let lines = form.raw("devices");
    let problem = match named_devices(&visit, lines)? {
        Err(unknown) => Notice::new(Tone::Bad, visit.t.sets.no_such_device.with(unknown)),
        Ok(devices) => match visit.site.change_collection(&visit.caller, CollectionId(id), devices, Vec::new()).await {
            Ok(_) => return done(format!("/collections/{id}"), Done::Saved),
            Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
                Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix)
            }
            Err(error) => return Err(error.into()),
        },
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, id, lines, Some(problem)).await?)
}

/// `POST /collections/{id}/remove`: takes selected devices out.
pub async fn remove(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    let devices = form.ids("device").ok_or(Refusal::BadForm)?.into_iter().map(DeviceId).collect();
    visit.site.change_collection(&visit.caller, CollectionId(id), Vec::new(), devices).await?;
    done(format!("/collections/{id}"), Done::Saved)
}

/// `POST /collections/{id}/rename`.
pub async fn rename(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    match visit.site.rename_collection(&visit.caller, CollectionId(id), form.one("name")).await {
        Ok(_) => done(format!("/collections/{id}"), Done::Saved),
        Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, id, "", Some(problem)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /collections/{id}/parent`.
pub async fn move_to(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    match visit.site.set_collection_parent(&visit.caller, CollectionId(id), parent(&form)?).await {
        Ok(_) => done(format!("/collections/{id}"), Done::Saved),
        Err(error) if error.kind == ErrorKind::Conflict => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, id, "", Some(problem)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /collections/{id}/delete`.
pub async fn delete(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.delete_collection(&visit.caller, CollectionId(id)).await?;
    done("/collections", Done::Deleted)
}

async fn view(visit: &Visit, id: Uuid, entered: &str, problem: Option<Notice>) -> Result<Collection, Refusal> {
    let (t, query) = (visit.t, &visit.query);
    let collection = visit.site.collection(&visit.caller, CollectionId(id)).await?;
    let members = visit.site.collection_members(&visit.caller, CollectionId(id), &query.page()?).await?;
    let here = Address::new(format!("/collections/{id}"));
    let shown = members.items.len();
    Ok(Collection {
        shell: visit.shell(&collection.name, Here::Collections)?,
        t: &t.sets,
        id: id.to_string(),
        built_in: collection.built_in,
        problem,
        pager: pager(&t.common, &here, "cursor", query.text("cursor"), members.next, shown, members.total),
        members: members
            .items
            .into_iter()
            .map(|row| Member { id: row.id.to_string(), line: rows::device(t, row, visit.now) })
            .collect(),
        add: Input::text("devices", t.sets.add_device, entered).rows(4).hint(t.sets.add_device_hint).required(),
        parent: Select::new(
            "parent",
            t.sets.parent,
            choices::parents(visit, Some(collection.id), collection.parent).await?,
        )
        .hint(t.sets.parent_hint),
        rename: Input::text("name", t.sets.new_name, &collection.name).required(),
        name: collection.name,
    })
}
