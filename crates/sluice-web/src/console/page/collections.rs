//! Collections of devices.

use std::collections::HashMap;

use axum::http::StatusCode;
use sluice_model::{CollectionId, DeviceId};
use sluice_site::devices::{DeviceFilter, DeviceSort};
use sluice_site::{ErrorKind, PageRequest, SiteResult};
use uuid::Uuid;

use super::choices;
use crate::console::component::{Chip, Input, Notice, Select, Tone, grouped};
use crate::console::form::{Form, Posted};
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::collections::{CollectionLine, Collections};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /collections`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, "", "", None, None).await?)
}

/// `POST /collections`.
pub async fn create(Posted { visit, form }: Posted) -> Reply {
    let (name, devices, parent) = (form.one("name"), form.raw("devices"), parent(&form)?);
    let problem = match named_devices(&visit, devices)? {
        Err(unknown) => Notice::new(Tone::Bad, visit.t.sets.no_such_device.with(unknown)),
        Ok(members) => match visit.site.create_collection(&visit.caller, name, members, parent).await {
            Ok(collection) => return done(format!("/collections/{}", collection.id), Done::Saved),
            Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
                Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix)
            }
            Err(error) => return Err(error.into()),
        },
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, name, devices, parent, Some(problem)).await?)
}

/// The collection that was chosen as the parent.
pub(super) fn parent(form: &Form) -> Result<Option<CollectionId>, Refusal> {
    match form.one("parent") {
        "" => Ok(None),
        id => Uuid::try_parse(id).map(|id| Some(CollectionId(id))).map_err(|_| Refusal::BadForm),
    }
}

/// Devices named one per line, by name or identifier; the first line that names none.
pub(super) fn named_devices(visit: &Visit, lines: &str) -> SiteResult<Result<Vec<DeviceId>, String>> {
    let mut devices = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let found = match Uuid::try_parse(line) {
            Ok(id) => Some(DeviceId(id)),
            Err(_) => by_name(visit, line)?,
        };
        match found {
            Some(device) => devices.push(device),
            None => return Ok(Err(crate::problem::echo(line))),
        }
    }
    Ok(Ok(devices))
}

fn by_name(visit: &Visit, name: &str) -> SiteResult<Option<DeviceId>> {
    let filter = DeviceFilter { text: Some(name.to_owned()), ..DeviceFilter::default() };
    let request = PageRequest { cursor: None, limit: Some(PageRequest::MAX_LIMIT) };
    let page = visit.site.list_devices(&visit.caller, &filter, DeviceSort::Name, false, &request)?;
    Ok(page.items.into_iter().find(|row| row.name.eq_ignore_ascii_case(name)).map(|row| row.id))
}

async fn view(
    visit: &Visit,
    name: &str,
    devices: &str,
    parent: Option<CollectionId>,
    problem: Option<Notice>,
) -> Result<Collections, Refusal> {
    let t = visit.t;
    let all = visit.site.list_collections(&visit.caller).await?;
    let names: HashMap<_, _> = all.iter().map(|one| (one.id, one.name.clone())).collect();
    Ok(Collections {
        shell: visit.shell(t.sets.collections, Here::Collections)?,
        t: &t.sets,
        lines: all
            .into_iter()
            .map(|one| CollectionLine {
                collection: Link::new(format!("/collections/{}", one.id), one.name),
                members: grouped(one.members),
                part_of: one.parent.and_then(|id| names.get(&id)).map(|name| t.sets.part_of.with(name)),
                built_in: one.built_in.then(|| Chip::label(Tone::Quiet, t.sets.built_in)),
            })
            .collect(),
        problem,
        name: Input::text("name", t.common.name, name).required(),
        devices: Input::text("devices", t.sets.add_device, devices).rows(4).hint(t.sets.add_device_hint),
        parent: Select::new("parent", t.sets.parent, choices::parents(visit, None, parent).await?)
            .hint(t.sets.parent_hint),
    })
}
