//! The list of devices.

use sluice_model::{CollectionId, ServerId};
use sluice_site::SiteResult;
use sluice_site::devices::{DeviceFilter, DeviceOwner, DeviceRow};

use super::choices;
use super::list_foot::{equivalent, list_foot};
use crate::api::words::{DeviceKind, DeviceSort, DeviceState};
use crate::console::address::Address;
use crate::console::component::{Direction, Empty, Input, Select, SortHead};
use crate::console::export::{Cell, Format, Table, everything};
use crate::console::query::Query;
use crate::console::reply::{Reply, page};
use crate::console::text::{Text, Words};
use crate::console::view::devices::{Devices, Filter, Heads};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;
use crate::console::{rows, say};

const KEPT: [&str; 8] = ["text", "kind", "state", "collection", "server", "sort", "descending", "limit"];

/// `GET /devices`.
pub async fn show(visit: Visit) -> Reply {
    let (t, query) = (visit.t, &visit.query);
    let filter = filter(query)?;
    let sort: Option<DeviceSort> = query.word("sort")?;
    let descending = query.flag("descending");
    let order = sort.map(Into::into).unwrap_or_default();
    let list = |request: &_| visit.site.list_devices(&visit.caller, &filter, order, descending, request);
    if let Some(format) = query.word::<Format>("format")? {
        return Ok(table(everything(list)?).file(format));
    }
    let devices = list(&query.page()?)?;
    let here = query.address("/devices", &KEPT);
    let same = equivalent(&t.common, "sluice device list", "/devices", &here);
    let foot =
        list_foot(&t.common, &here, query.text("cursor"), devices.next, devices.items.len(), devices.total, same);
    let collections = choices::collections(&visit, query.text("collection"), false).await?;
    page(&Devices {
        shell: visit.shell(t.devices.title, Here::Devices)?,
        t: &t.devices,
        filter: filter_form(&visit, Select::new("collection", t.devices.collection, collections)),
        heads: heads(t, &here, sort.unwrap_or(DeviceSort::Name), descending),
        lines: devices.items.into_iter().map(|row| rows::device(t, row, visit.now)).collect(),
        empty: empty(t, is_active(query)),
        foot,
    })
}

fn filter(query: &Query) -> SiteResult<DeviceFilter> {
    Ok(DeviceFilter {
        text: query.text("text").map(str::to_owned),
        kind: query.word::<DeviceKind>("kind")?.map(Into::into),
        state: query.word::<DeviceState>("state")?.map(Into::into),
        collection: query.id("collection")?.map(CollectionId),
        owner: match query.text("server") {
            Some("here") => Some(DeviceOwner::Here),
            _ => query.id("server")?.map(|id| DeviceOwner::Server(ServerId(id))),
        },
    })
}

fn is_narrowed(query: &Query) -> bool {
    ["kind", "state", "collection", "server"].into_iter().any(|name| query.text(name).is_some())
}

fn is_active(query: &Query) -> bool {
    query.text("text").is_some() || is_narrowed(query)
}

fn filter_form(visit: &Visit, collection: Select) -> Filter {
    let (t, query) = (visit.t, &visit.query);
    let states = choices::any_of(t.common.any, DeviceState::ALL, query.text("state"), |one| {
        say::device_state(&t.states, one.into()).to_string()
    });
    let kinds = choices::any_of(t.common.any, DeviceKind::ALL, query.text("kind"), |one| {
        say::device_kind(&t.states, one.into()).to_string()
    });
    let kept = ["server", "sort", "descending", "limit"];
    Filter {
        text: Input::text("text", t.common.search, query.text("text").unwrap_or_default())
            .kind("search")
            .placeholder(t.devices.text_hint),
        kind: Select::new("kind", t.devices.kind, kinds),
        state: Select::new("state", t.devices.state, states),
        collection,
        kept: kept.into_iter().filter_map(|name| Some((name, query.text(name)?.to_owned()))).collect(),
        active: is_active(query),
        narrowed: is_narrowed(query),
    }
}

fn heads(t: &Text, here: &Address, sort: DeviceSort, descending: bool) -> Heads {
    let head = |label: Words, by: DeviceSort, class, numbers: bool| {
        let sorted = (by == sort).then_some(if descending { Direction::Descending } else { Direction::Ascending });
        let next = if sorted.is_some() { !descending } else { numbers };
        let href = here.clone().with("sort", by).with("descending", if next { "true" } else { "" });
        SortHead::new(label, t.common.sorted_by.with(label), href.to_string(), sorted, class)
    };
    Heads {
        name: head(t.devices.device, DeviceSort::Name, "", false),
        required: head(t.devices.required, DeviceSort::Required, "num", true),
        contact: head(t.devices.last_contact, DeviceSort::LastContact, "wide", true),
    }
}

fn empty(t: &Text, filtered: bool) -> Empty {
    if filtered {
        return Empty::new(t.devices.empty_filtered, t.devices.empty_filtered_text)
            .action("/devices", t.common.clear_filters);
    }
    Empty::new(t.devices.empty, t.devices.empty_text).action("/devices/enroll", t.devices.enroll)
}

fn table(devices: Vec<DeviceRow>) -> Table {
    let row = |row: DeviceRow| {
        vec![
            Cell::Text(row.id.to_string()),
            Cell::Text(row.name),
            Cell::Text(row.os),
            Cell::Number(row.required),
            Cell::Number(row.required_security),
            Cell::Number(row.installed),
            Cell::Flag(row.needs_restart),
            Cell::Flag(row.silent),
            Cell::Number(row.failures),
            Cell::Flag(row.reported),
            Cell::Time(row.last_contact),
            Cell::Time(row.last_inventory),
            Cell::Time(row.last_scan),
            Cell::Text(row.scan_error.map(|code| code.to_string()).unwrap_or_default()),
            Cell::Flag(row.doubtful),
            Cell::Text(DeviceKind::from(row.kind).slug().to_owned()),
            Cell::Text(row.server.map(|(_, name)| name).unwrap_or_default()),
        ]
    };
    Table {
        name: "devices",
        columns: &[
            "id",
            "name",
            "os",
            "required",
            "required_security",
            "installed",
            "needs_restart",
            "silent",
            "failures",
            "reported",
            "last_contact",
            "last_inventory",
            "last_scan",
            "scan_error",
            "doubtful",
            "kind",
            "server",
        ],
        rows: devices.into_iter().map(row).collect(),
    }
}
