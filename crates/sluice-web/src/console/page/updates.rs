//! The list of updates.

use sluice_model::{CategoryId, CollectionId};
use sluice_site::updates::{UpdateFilter, UpdateRow};
use sluice_site::{SiteError, SiteResult};

use super::choices;
use super::list_foot::{equivalent, list_foot};
use crate::api::words::{Classification, UpdateSort, UpdateState};
use crate::console::address::Address;
use crate::console::component::{Direction, Empty, Input, Select, SortHead};
use crate::console::export::{Cell, Format, Table, everything};
use crate::console::query::Query;
use crate::console::reply::{Reply, page};
use crate::console::text::{Text, Words};
use crate::console::view::shell::Here;
use crate::console::view::updates::{Filter, Updates};
use crate::console::visit::Visit;
use crate::console::{rows, say};

const KEPT: [&str; 8] = ["text", "classification", "product", "state", "collection", "sort", "descending", "limit"];

/// `GET /updates`.
pub async fn show(visit: Visit) -> Reply {
    let (t, query) = (visit.t, &visit.query);
    let filter = filter(query)?;
    let sort: Option<UpdateSort> = query.word("sort")?;
    let descending = query.flag("descending");
    let order = sort.map(Into::into).unwrap_or_default();
    let list = |request: &_| visit.site.list_updates(&visit.caller, &filter, order, descending, request);
    if let Some(format) = query.word::<Format>("format")? {
        return Ok(table(everything(list)?).file(format));
    }
    let updates = list(&query.page()?)?;
    let here = query.address("/updates", &KEPT);
    let same = equivalent(&t.common, "sluice update list", "/updates", &here);
    let foot =
        list_foot(&t.common, &here, query.text("cursor"), updates.next, updates.items.len(), updates.total, same);
    let collections = choices::collections(&visit, query.text("collection"), false).await?;
    page(&Updates {
        shell: visit.shell(t.updates.title, Here::Updates)?,
        t: &t.updates,
        filter: filter_form(&visit, Select::new("collection", t.updates.collection, collections))?,
        heads: heads(t, &here, sort.unwrap_or(UpdateSort::Title), descending),
        lines: updates.items.into_iter().map(|row| rows::update(t, row, visit.now)).collect(),
        empty: empty(t, is_active(query)),
        groups: choices::groups(&visit, t.updates.new_group, None).await?,
        foot,
    })
}

fn filter(query: &Query) -> SiteResult<UpdateFilter> {
    Ok(UpdateFilter {
        text: query.text("text").map(str::to_owned),
        classifications: query.word::<Classification>("classification")?.map(Into::into).into_iter().collect(),
        product: query.id("product")?.map(CategoryId),
        state: query.word::<UpdateState>("state")?.map(Into::into),
        collection: query.id("collection")?.map(CollectionId),
    })
}

fn is_narrowed(query: &Query) -> bool {
    ["classification", "product", "state", "collection"].iter().any(|name| query.text(name).is_some())
}

fn is_active(query: &Query) -> bool {
    query.text("text").is_some() || is_narrowed(query)
}

fn filter_form(visit: &Visit, collection: Select) -> Result<Filter, SiteError> {
    let (t, query) = (visit.t, &visit.query);
    let any = t.common.any;
    let classifications = choices::any_of(any, Classification::ALL, query.text("classification"), |one| {
        sluice_model::Classification::from(one).title().to_owned()
    });
    let states = choices::any_of(any, UpdateState::ALL, query.text("state"), |one| {
        say::update_state(&t.states, one.into()).to_string()
    });
    let kept = ["sort", "descending", "limit"];
    Ok(Filter {
        text: Input::text("text", t.common.search, query.text("text").unwrap_or_default())
            .kind("search")
            .placeholder(t.updates.text_hint),
        classification: Select::new("classification", t.updates.classification, classifications),
        product: Select::new("product", t.updates.product, choices::products(visit, query.text("product"))?),
        state: Select::new("state", t.updates.state, states),
        collection,
        kept: kept.into_iter().filter_map(|name| Some((name, query.text(name)?.to_owned()))).collect(),
        active: is_active(query),
        narrowed: is_narrowed(query),
    })
}

fn heads(t: &Text, here: &Address, sort: UpdateSort, descending: bool) -> Vec<SortHead> {
    let head = |label: Words, by: UpdateSort, class, numbers: bool| {
        let sorted = (by == sort).then_some(if descending { Direction::Descending } else { Direction::Ascending });
        // Figures are most wanted from the largest, names from the first.
        let next = if sorted.is_some() { !descending } else { numbers };
        let href = here.clone().with("sort", by).with("descending", if next { "true" } else { "" });
        SortHead::new(label, t.common.sorted_by.with(label), href.to_string(), sorted, class)
    };
    vec![
        head(t.updates.update, UpdateSort::Title, "", false),
        head(t.updates.classification, UpdateSort::Classification, "wide", false),
        head(t.updates.required, UpdateSort::Required, "num", true),
        head(t.updates.installed, UpdateSort::Installed, "num wide", true),
        SortHead::plain(t.updates.compliance, "bar-col"),
        head(t.updates.released, UpdateSort::Released, "wide", true),
    ]
}

fn empty(t: &Text, filtered: bool) -> Empty {
    if filtered {
        return Empty::new(t.updates.empty_filtered, t.updates.empty_filtered_text)
            .action("/updates", t.common.clear_filters);
    }
    Empty::new(t.updates.empty, t.updates.empty_text).action("/sync", t.common.nav_synchronization)
}

fn table(updates: Vec<UpdateRow>) -> Table {
    let row = |row: UpdateRow| {
        vec![
            Cell::Text(row.id.to_string()),
            Cell::Text(row.title),
            Cell::Text(row.classification.slug().into()),
            Cell::Text(row.product),
            Cell::Time(row.released),
            Cell::Number(row.required),
            Cell::Number(row.installed),
            Cell::Number(row.not_required),
            Cell::Number(row.unknown),
            Cell::Percent(row.percent_compliant),
            Cell::Flag(row.superseded),
            Cell::Flag(row.expired),
            Cell::Flag(row.deployed),
        ]
    };
    Table {
        name: "updates",
        columns: &[
            "id",
            "title",
            "classification",
            "product",
            "released",
            "required",
            "installed",
            "not_required",
            "unknown",
            "percent_compliant",
            "superseded",
            "expired",
            "deployed",
        ],
        rows: updates.into_iter().map(row).collect(),
    }
}
